"""A world with one metric, and alarms on it."""

from typing import Any

from tests.sandbox.answers import CheckedWorld

MINUTE = 60


class Watched(CheckedWorld):
    """One metric, and alarms on it."""

    def alarm(self, name: str = "one", **changes: Any) -> None:
        request = {
            "AlarmName": name,
            "Namespace": "App",
            "MetricName": "Errors",
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 2,
            "Threshold": 10.0,
            "ComparisonOperator": "GreaterThanThreshold",
        }
        whole = {key: value for key, value in (request | changes).items() if value is not None}
        self.call("cloudwatch", "PutMetricAlarm", **whole)

    def errors(self, *counts: float, name: str = "Errors") -> None:
        """So many errors in each of the coming minutes."""
        for count in counts:
            self.call("cloudwatch", "PutMetricData", Namespace="App", MetricData=[{"MetricName": name, "Value": count}])
            self.pass_time(MINUTE)

    def told(self, name: str = "one") -> dict[str, Any]:
        found = self.call(
            "cloudwatch", "DescribeAlarms", AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"]
        )
        return dict((found["MetricAlarms"] + found["CompositeAlarms"])[0])

    def state(self, name: str = "one") -> str:
        return str(self.told(name)["StateValue"])

    def ring(self, name: str = "one", state: str = "ALARM") -> None:
        self.call("cloudwatch", "SetAlarmState", AlarmName=name, StateValue=state, StateReason="a test")

    def names(self, **filters: Any) -> list[str]:
        """The metric alarms that DescribeAlarms finds."""
        return [one["AlarmName"] for one in self.call("cloudwatch", "DescribeAlarms", **filters)["MetricAlarms"]]
