"""The calls on alarms that exist: described, set by hand, switched, deleted, tagged."""

from collections.abc import Callable

from sandbox.errors import AwsError
from sandbox.world.calls import Answer, Caller, Handler, Params, copied
from sandbox.world.cloudwatch.alarm_book import AlarmBook
from sandbox.world.cloudwatch.history import BAD_TOKEN
from sandbox.world.cloudwatch.metrics import metric_key
from sandbox.world.cloudwatch.records import STATES, Alarm, CompositeAlarm, MetricAlarm, watched
from sandbox.world.cloudwatch.rules import alarms
from sandbox.world.moments import moment
from sandbox.world.paging import page

PAGE = 50
MOST = 100


class AlarmCalls:
    """Operations by name; ``tags`` are kept by alarm ARN, ``now`` tells the time."""

    def __init__(self, book: AlarmBook, tags: dict[str, dict[str, str]], now: Callable[[], float]) -> None:
        self._book = book
        self._tags = tags
        self._now = now
        self.operations: dict[str, Handler] = {
            "DescribeAlarms": self.describe,
            "DescribeAlarmsForMetric": self.describe_for_metric,
            "SetAlarmState": self.set_state,
            "EnableAlarmActions": self.enable_actions,
            "DisableAlarmActions": self.disable_actions,
            "DeleteAlarms": self.delete,
            "TagResource": self.tag,
            "UntagResource": self.untag,
            "ListTagsForResource": self.list_tags,
        }

    def describe(self, params: Params, _: Caller) -> Answer:
        """Metric alarms alone unless ``AlarmTypes`` asks for others; names that do not exist are left out silently."""
        names = params.get("AlarmNames")
        if names and len(names) > MOST:
            raise AwsError("ValidationError", f"At most {MOST} alarm names")
        if not 1 <= (params.get("MaxRecords") or PAGE) <= MOST:
            raise AwsError("ValidationError", f"MaxRecords must be between 1 and {MOST}")
        found = [one for one in self._candidates(params) if _asked(one, params)]
        found.sort(key=lambda one: one.name)
        size = params.get("MaxRecords") or (MOST if names else PAGE)
        shown, token = page(found, params.get("NextToken"), size, BAD_TOKEN)
        return {
            "MetricAlarms": [shape(one) for one in shown if isinstance(one, MetricAlarm)],
            "CompositeAlarms": [shape(one) for one in shown if isinstance(one, CompositeAlarm)],
            **({"NextToken": token} if token else {}),
        }

    def _candidates(self, params: Params) -> list[Alarm]:
        book = self._book.alarms
        if parent := params.get("ChildrenOfAlarmName"):
            composite = book.get(parent)
            below = set(alarms(composite.rule)) if isinstance(composite, CompositeAlarm) else set()
            return [book[name] for name in below if name in book]
        if child := params.get("ParentsOfAlarmName"):
            return [one for one in book.values() if isinstance(one, CompositeAlarm) and child in set(alarms(one.rule))]
        if names := params.get("AlarmNames"):
            return [book[name] for name in dict.fromkeys(names) if name in book]
        return list(book.values())

    def describe_for_metric(self, params: Params, _: Caller) -> Answer:
        key = metric_key(params["Namespace"], params["MetricName"], params.get("Dimensions"))
        found = [one for one in self._book.alarms.values() if isinstance(one, MetricAlarm) and key in watched(one)]
        return {"MetricAlarms": [shape(one) for one in found]}

    def set_state(self, params: Params, _: Caller) -> Answer:
        """Holds for a period at least, then the alarm's next evaluation says what is true."""
        value = params["StateValue"]
        if value not in STATES:
            raise AwsError("ValidationError", f"StateValue must be one of {', '.join(STATES)}")
        alarm = self._book.find(params["AlarmName"])
        if isinstance(alarm, MetricAlarm):
            alarm.forced_at = self._now()
            self._book.awake[alarm.name] = None
        data = params.get("StateReasonData")
        self._book.set_state(alarm, value, params["StateReason"], self._now(), data)
        return {}

    def enable_actions(self, params: Params, _: Caller) -> Answer:
        return self._switch(params, on=True)

    def disable_actions(self, params: Params, _: Caller) -> Answer:
        return self._switch(params, on=False)

    def _switch(self, params: Params, *, on: bool) -> Answer:
        for name in params["AlarmNames"]:
            if name in self._book.alarms:
                self._book.alarms[name].shape["ActionsEnabled"] = on
        return {}

    def delete(self, params: Params, _: Caller) -> Answer:
        self._book.delete(params["AlarmNames"])
        return {}

    def tag(self, params: Params, _: Caller) -> Answer:
        self._tagged(params).update({one["Key"]: one["Value"] for one in params["Tags"]})
        return {}

    def untag(self, params: Params, _: Caller) -> Answer:
        for key in params["TagKeys"]:
            self._tagged(params).pop(key, None)
        return {}

    def list_tags(self, params: Params, _: Caller) -> Answer:
        return {"Tags": [{"Key": key, "Value": value} for key, value in self._tagged(params).items()]}

    def _tagged(self, params: Params) -> dict[str, str]:
        arn = params["ResourceARN"]
        if arn.rsplit(":alarm:", 1)[-1] not in self._book.alarms:
            raise AwsError("ResourceNotFoundException", f"Unknown resource: {arn}", status=404)
        return self._tags.setdefault(arn, {})


def _asked(alarm: Alarm, params: Params) -> bool:
    if alarm.kind not in (params.get("AlarmTypes") or ["MetricAlarm"]):
        return False
    if not alarm.name.startswith(params.get("AlarmNamePrefix") or ""):
        return False
    if params.get("StateValue") not in {None, alarm.state.value}:
        return False
    prefix = params.get("ActionPrefix")
    return prefix is None or any(action.startswith(prefix) for action in alarm.shape["AlarmActions"])


def shape(alarm: Alarm) -> Answer:
    """The shape ``MetricAlarm`` or ``CompositeAlarm``."""
    state = alarm.state
    told: Answer = {
        "StateValue": state.value,
        "StateReason": state.reason,
        "StateUpdatedTimestamp": moment(state.updated_at),
        "AlarmConfigurationUpdatedTimestamp": moment(alarm.configured_at),
    }
    if state.reason_data is not None:
        told["StateReasonData"] = state.reason_data
    if state.transitioned_at is not None:
        told["StateTransitionedTimestamp"] = moment(state.transitioned_at)
    return copied(alarm.shape) | told
