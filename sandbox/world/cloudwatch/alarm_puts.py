"""PutMetricAlarm and PutCompositeAlarm: what may be watched, and what AWS fills in."""

from collections.abc import Callable

from sandbox.errors import AwsError
from sandbox.world.calls import Answer, Caller, Handler, Params, copied
from sandbox.world.cloudwatch.alarm_book import AlarmBook
from sandbox.world.cloudwatch.evaluation import BREACHES
from sandbox.world.cloudwatch.expressions import ExpressionError, names
from sandbox.world.cloudwatch.history import History
from sandbox.world.cloudwatch.records import Alarm, CompositeAlarm, HistoryItem, MetricAlarm, State
from sandbox.world.cloudwatch.rules import RuleError, alarms, parse

PLAIN = ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Dimensions", "Period", "Unit")
SHARED = ("AlarmDescription", "ActionsEnabled", "OKActions", "AlarmActions", "InsufficientDataActions")
METRIC = (*SHARED, *PLAIN, "EvaluationPeriods", "DatapointsToAlarm", "Threshold", "ComparisonOperator")
METRIC_ALARM = (*METRIC, "TreatMissingData", "EvaluateLowSampleCountPercentile", "Metrics", "ThresholdMetricId")
COMPOSITE = (
    *SHARED,
    "AlarmRule",
    "ActionsSuppressor",
    "ActionsSuppressorWaitPeriod",
    "ActionsSuppressorExtensionPeriod",
)
MISSING = ("breaching", "notBreaching", "ignore", "missing")


class AlarmPuts:
    """The calls that make alarms. ``now`` tells the time, ``arn`` makes an alarm's ARN of its name."""

    def __init__(self, book: AlarmBook, history: History, now: Callable[[], float], arn: Callable[[str], str]) -> None:
        self._book = book
        self._history = history
        self._now = now
        self._arn = arn
        self.tags: dict[str, dict[str, str]] = {}
        self.operations: dict[str, Handler] = {
            "PutMetricAlarm": self.put_metric_alarm,
            "PutCompositeAlarm": self.put_composite_alarm,
        }

    def put_metric_alarm(self, params: Params, _: Caller) -> Answer:
        """A new alarm begins with INSUFFICIENT_DATA; one that is there keeps its state."""
        _check(params)
        shape = self._shape(params, METRIC_ALARM)
        old = self._book.alarms.get(params["AlarmName"])
        state = old.state if isinstance(old, MetricAlarm) else State(self._now())
        self._put(MetricAlarm(params["AlarmName"], shape, state, self._now()), params, new=old is None)
        return {}

    def put_composite_alarm(self, params: Params, _: Caller) -> Answer:
        try:
            rule = parse(params["AlarmRule"])
        except RuleError as error:
            raise AwsError("ValidationError", f"AlarmRule is invalid: {error}") from error
        name, below = params["AlarmName"], list(alarms(rule))
        unknown = [one for one in below if one not in self._book.alarms and one != name]
        if unknown:
            raise _invalid(f"AlarmRule refers to alarms that do not exist: {', '.join(unknown)}")
        if self._book.leads_to(below, name):
            raise _invalid("AlarmRule must not lead back to its own alarm")
        old = self._book.alarms.get(name)
        state = old.state if isinstance(old, CompositeAlarm) else State(self._now())
        alarm = CompositeAlarm(name, self._shape(params, COMPOSITE), rule, state, self._now())
        self._put(alarm, params, new=old is None)
        return {}

    def _shape(self, params: Params, members: tuple[str, ...]) -> Answer:
        shape: Answer = {"ActionsEnabled": True, "OKActions": [], "AlarmActions": [], "InsufficientDataActions": []}
        shape |= {key: copied(params[key]) for key in members if params.get(key) is not None}
        if "EvaluationPeriods" in members and not shape.get("Metrics"):
            shape.setdefault("Dimensions", [])
        return shape | {"AlarmName": params["AlarmName"], "AlarmArn": self._arn(params["AlarmName"])}

    def _put(self, alarm: Alarm, params: Params, *, new: bool) -> None:
        self._book.put(alarm, self._now())
        if new:
            self.tags[self._arn(alarm.name)] = {one["Key"]: one["Value"] for one in params.get("Tags") or []}
        summary = f"Alarm {alarm.name} {'created' if new else 'updated'}"
        self._history.note(HistoryItem(alarm.name, alarm.kind, self._now(), "ConfigurationUpdate", summary))


def _check(params: Params) -> None:
    if params.get("ComparisonOperator") not in BREACHES:
        raise _invalid(f"ComparisonOperator {params.get('ComparisonOperator')} is not one that the sandbox evaluates")
    if params.get("Threshold") is None:
        raise _invalid("Threshold must be specified")
    periods = params.get("EvaluationPeriods") or 0
    if periods < 1:
        raise _invalid("EvaluationPeriods must be at least 1")
    if not 1 <= (params.get("DatapointsToAlarm") or periods) <= periods:
        raise _invalid("DatapointsToAlarm must be between 1 and EvaluationPeriods")
    if params.get("TreatMissingData", "missing") not in MISSING:
        raise _invalid(f"TreatMissingData must be one of {', '.join(MISSING)}")
    if params.get("Metrics"):
        _check_queries(params)
    elif not params.get("MetricName") or not (params.get("Statistic") or params.get("ExtendedStatistic")):
        raise _invalid("MetricName and Statistic must be specified, or Metrics")


def _check_queries(params: Params) -> None:
    if any(params.get(key) for key in PLAIN):
        raise _invalid("Metrics cannot be specified together with MetricName, Statistic, Dimensions, Period or Unit")
    queries = params["Metrics"]
    if len([one for one in queries if one.get("ReturnData", True)]) != 1:
        raise _invalid("Exactly one element of the metrics list should return data.")
    ids = {one["Id"] for one in queries}
    for query in queries:
        try:
            unknown = {name for name in names(query.get("Expression") or "0") if name[0].islower()} - ids
        except ExpressionError as error:
            raise _invalid(f"Error in expression '{query['Id']}': {error}") from error
        if unknown:
            raise _invalid(f"Error in expression '{query['Id']}': {', '.join(sorted(unknown))} is not defined")


def _invalid(words: str) -> AwsError:
    return AwsError("ValidationError", words)
