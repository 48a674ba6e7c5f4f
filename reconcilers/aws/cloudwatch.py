"""Amazon CloudWatch: the alarms that watch a rollout. ECS's own alarm polling counts against the same quota (nine
DescribeAlarms a second), so an alarm is asked for before a rollout and not during one.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from reconcilers.aws.alarm_rule import children
from reconcilers.aws.calls import ask, batches
from reconcilers.preflight_facts import Alarm

DESCRIBE_ALARMS_LIMIT = 100
DEPTH = 5  # composite alarms may name composite alarms


class CloudWatchGateway:
    """One account and region of CloudWatch, as ``client`` reaches it."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def alarms(self, names: tuple[str, ...]) -> tuple[Alarm, ...]:
        """The alarms of these names that exist, and after them those that composite ones among them are made of."""
        found: dict[str, Alarm] = {}
        wanted = tuple(dict.fromkeys(names))
        for _ in range(DEPTH):
            answered = self._described(wanted)
            found |= answered
            wanted = tuple(
                dict.fromkeys(child for alarm in answered.values() for child in alarm.children if child not in found)
            )
            if not wanted:
                break
        return tuple(found.values())

    def _described(self, names: tuple[str, ...]) -> dict[str, Alarm]:
        found: dict[str, Alarm] = {}
        for batch in batches(names, DESCRIBE_ALARMS_LIMIT):
            # Without AlarmTypes AWS leaves composite alarms out, and they would look missing.
            parameters = {
                "AlarmNames": batch,
                "AlarmTypes": ["MetricAlarm", "CompositeAlarm"],
                "MaxRecords": DESCRIBE_ALARMS_LIMIT,
            }
            answer = ask(self._client, "describe_alarms", parameters, about=", ".join(batch))
            alarms = (
                *map(_metric, answer.get("MetricAlarms", ())),
                *map(_composite, answer.get("CompositeAlarms", ())),
            )
            found |= {alarm.name: alarm for alarm in alarms}
        return found


def _composite(answer: Mapping[str, Any]) -> Alarm:
    named = children(answer.get("AlarmRule", ""))
    return Alarm(answer["AlarmName"], answer.get("StateValue", "INSUFFICIENT_DATA"), composite=True, children=named)


def _metric(answer: Mapping[str, Any]) -> Alarm:
    metrics = [{each["Name"]: each["Value"] for each in dimensions} for dimensions in _dimensions(answer)]
    groups = (each["TargetGroup"] for each in metrics if "TargetGroup" in each)
    whole = (each["LoadBalancer"] for each in metrics if "LoadBalancer" in each and "TargetGroup" not in each)
    return Alarm(
        name=answer["AlarmName"],
        state=answer.get("StateValue", "INSUFFICIENT_DATA"),
        target_groups=tuple(dict.fromkeys(groups)),
        load_balancers=tuple(dict.fromkeys(whole)),
    )


def _dimensions(answer: Mapping[str, Any]) -> Iterator[list[Mapping[str, str]]]:
    """The dimensions of the alarm's metric, or of each metric of its metric math."""
    yield answer.get("Dimensions") or []
    for query in answer.get("Metrics") or ():
        yield query.get("MetricStat", {}).get("Metric", {}).get("Dimensions") or []
