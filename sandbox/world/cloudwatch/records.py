"""Alarms, as the world keeps them."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.world.calls import Answer
from sandbox.world.cloudwatch.metrics import MetricKey, metric_key
from sandbox.world.cloudwatch.rules import Rule

OK = "OK"
ALARM = "ALARM"
INSUFFICIENT_DATA = "INSUFFICIENT_DATA"
STATES = (OK, ALARM, INSUFFICIENT_DATA)


@dataclass(slots=True, eq=False)
class State:
    """An alarm's state, and since when; times are seconds since the epoch."""

    updated_at: float
    value: str = INSUFFICIENT_DATA
    reason: str = "Unchecked: Initial alarm creation"
    reason_data: str | None = None
    transitioned_at: float | None = None


@dataclass(slots=True, eq=False)
class MetricAlarm:
    """``shape`` is what was put, in DescribeAlarms' words; ``forced_at`` when SetAlarmState last spoke."""

    name: str
    shape: Answer
    state: State
    configured_at: float
    forced_at: float | None = None
    kind: str = "MetricAlarm"

    @property
    def queries(self) -> list[dict[str, Any]]:
        """Its metrics and expressions; a plain metric is a query of one."""
        if self.shape.get("Metrics"):
            return list(self.shape["Metrics"])
        metric = {key: self.shape.get(key) for key in ("Namespace", "MetricName", "Dimensions")}
        statistic = self.shape.get("Statistic") or self.shape.get("ExtendedStatistic")
        stat = {"Metric": metric, "Period": self.shape.get("Period", 60), "Stat": statistic}
        return [{"Id": "m1", "MetricStat": stat, "ReturnData": True}]

    @property
    def minutes(self) -> int:
        """The length of a period, in minutes; shorter ones than a minute are not told apart."""
        periods = [one["MetricStat"]["Period"] for one in self.queries if one.get("MetricStat")]
        periods += [one["Period"] for one in self.queries if one.get("Expression") and one.get("Period")]
        return max(1, max(periods, default=60) // 60)


@dataclass(slots=True, eq=False)
class CompositeAlarm:
    """``rule`` says when the alarms below it make it ALARM."""

    name: str
    shape: Answer
    rule: Rule
    state: State
    configured_at: float
    kind: str = "CompositeAlarm"


Alarm = MetricAlarm | CompositeAlarm


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """One entry of an alarm's history; ``kind`` is ``ConfigurationUpdate``, ``StateUpdate`` or ``Action``."""

    alarm: str
    alarm_kind: str
    at: float
    kind: str
    summary: str
    data: str = field(default="{}")


def watched(alarm: MetricAlarm) -> set[MetricKey]:
    """The metrics that an alarm looks at."""
    metrics = [one["MetricStat"]["Metric"] for one in alarm.queries if one.get("MetricStat")]
    return {
        metric_key(one.get("Namespace") or "", one.get("MetricName") or "", one.get("Dimensions")) for one in metrics
    }
