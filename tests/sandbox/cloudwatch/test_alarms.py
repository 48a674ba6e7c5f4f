"""Alarms that live: put, fed, evaluated, set by hand, described."""

from typing import Any

import pytest

from sandbox.switches import Switches
from tests.sandbox.answers import CheckedWorld
from tests.sandbox.stage import refused

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


def test_a_new_alarm_knows_nothing_yet() -> None:
    world = Watched()
    world.alarm()
    assert world.state() == "INSUFFICIENT_DATA"
    world.pass_time(10 * MINUTE)
    assert world.state() == "INSUFFICIENT_DATA"


def test_silence_is_ok_where_missing_data_is_not_breaching() -> None:
    world = Watched()
    world.alarm(TreatMissingData="notBreaching")
    world.pass_time(MINUTE)
    assert world.state() == "OK"


def test_an_alarm_needs_its_evaluation_periods_to_ring() -> None:
    world = Watched()
    world.alarm(TreatMissingData="notBreaching")
    world.errors(11)
    assert world.state() == "OK"
    world.errors(11)
    assert world.state() == "ALARM"


def test_the_threshold_itself_is_not_above_it() -> None:
    world = Watched()
    world.alarm()
    world.errors(10, 10, 10)
    assert world.state() == "OK"


def test_two_out_of_three_datapoints_may_do() -> None:
    world = Watched()
    world.alarm(EvaluationPeriods=3, DatapointsToAlarm=2)
    world.errors(11, 0, 11)
    assert world.state() == "ALARM"


def test_an_alarm_that_hears_nothing_more_calms_down() -> None:
    world = Watched()
    world.alarm(TreatMissingData="notBreaching")
    world.errors(11, 11)
    world.pass_time(10 * MINUTE)
    assert world.state() == "OK"


def test_putting_an_alarm_again_keeps_its_state() -> None:
    world = Watched()
    world.alarm()
    world.errors(11, 11)
    world.alarm(Threshold=1000.0)
    assert (world.state(), world.told()["Threshold"]) == ("ALARM", 1000.0)
    world.pass_time(MINUTE)
    assert world.state() == "OK"


def test_a_state_set_by_hand_holds_for_a_period_and_then_gives_way() -> None:
    world = Watched()
    world.alarm(TreatMissingData="notBreaching")
    world.pass_time(MINUTE)
    world.ring()
    world.pass_time(MINUTE - 1)
    assert (world.state(), world.told()["StateReason"]) == ("ALARM", "a test")
    world.pass_time(2 * MINUTE)
    assert world.state() == "OK"


def test_a_state_set_by_hand_may_also_stay_while_the_metric_is_silent() -> None:
    world = Watched(switches=Switches(quiet_alarm_keeps_its_state=True))
    world.alarm(TreatMissingData="notBreaching")
    world.ring()
    world.pass_time(30 * MINUTE)
    assert world.state() == "ALARM"
    world.errors(0, 0)
    assert world.state() == "OK"


def test_an_unknown_alarm_cannot_be_set() -> None:
    with refused("ResourceNotFound") as caught:
        Watched().ring("nobody")
    assert caught.value.status == 404


def test_an_error_rate_is_watched_by_metric_math() -> None:
    world = Watched()

    def metric(name: str) -> dict[str, Any]:
        return {"Metric": {"Namespace": "App", "MetricName": name}, "Period": 60, "Stat": "Sum"}

    world.call(
        "cloudwatch",
        "PutMetricAlarm",
        AlarmName="rate",
        EvaluationPeriods=1,
        Threshold=5.0,
        ComparisonOperator="GreaterThanThreshold",
        Metrics=[
            {"Id": "e1", "Expression": "100*(m1+m2)/m3", "ReturnData": True},
            {"Id": "m1", "MetricStat": metric("Blue"), "ReturnData": False},
            {"Id": "m2", "MetricStat": metric("Green"), "ReturnData": False},
            {"Id": "m3", "MetricStat": metric("Requests"), "ReturnData": False},
        ],
    )

    def minute(blue: float, green: float) -> None:
        values = {"Blue": blue, "Green": green, "Requests": 1000.0}
        data = [{"MetricName": name, "Value": value} for name, value in values.items()]
        world.call("cloudwatch", "PutMetricData", Namespace="App", MetricData=data)
        world.pass_time(MINUTE)

    minute(10, 30)
    assert world.state("rate") == "OK"
    minute(10, 50)
    assert world.state("rate") == "ALARM"


def test_a_composite_alarm_follows_those_below_it_at_once() -> None:
    world = Watched()
    for name in ("one", "two"):
        world.alarm(name, TreatMissingData="notBreaching")
    world.call("cloudwatch", "PutCompositeAlarm", AlarmName="both", AlarmRule='ALARM("one") AND ALARM("two")')
    world.call("cloudwatch", "PutCompositeAlarm", AlarmName="top", AlarmRule="ALARM(both)")
    assert world.state("top") == "OK"
    world.ring("one")
    assert world.state("both") == "OK"
    world.ring("two")
    assert (world.state("both"), world.state("top")) == ("ALARM", "ALARM")
    assert world.place.cloudwatch.state_of("top") == "ALARM"


def test_composite_alarms_are_described_only_when_asked_for() -> None:
    world = Watched()
    world.alarm()
    world.call("cloudwatch", "PutCompositeAlarm", AlarmName="top", AlarmRule="ALARM(one)")
    plain = world.call("cloudwatch", "DescribeAlarms")
    assert ([one["AlarmName"] for one in plain["MetricAlarms"]], plain["CompositeAlarms"]) == (["one"], [])
    asked = world.call("cloudwatch", "DescribeAlarms", AlarmTypes=["CompositeAlarm"])
    assert ([one["AlarmName"] for one in asked["CompositeAlarms"]], asked["MetricAlarms"]) == (["top"], [])


@pytest.mark.parametrize("rule", ["ALARM(nobody)", "ALARM(top)", "never"])
def test_a_composite_alarm_must_stand_on_alarms_that_exist(rule: str) -> None:
    with refused("ValidationError"):
        Watched().call("cloudwatch", "PutCompositeAlarm", AlarmName="top", AlarmRule=rule)


def test_composite_alarms_must_not_lead_back_to_themselves() -> None:
    world = Watched()
    world.alarm()
    for name, below in (("top", "one"), ("higher", "top")):
        world.call("cloudwatch", "PutCompositeAlarm", AlarmName=name, AlarmRule=f"ALARM({below})")
    with refused("ValidationError"):
        world.call("cloudwatch", "PutCompositeAlarm", AlarmName="top", AlarmRule="NOT ALARM(higher)")


def test_alarms_below_a_composite_one_are_not_deleted_alone() -> None:
    world = Watched()
    world.alarm()
    world.call("cloudwatch", "PutCompositeAlarm", AlarmName="top", AlarmRule="ALARM(one)")
    with refused("ValidationError"):
        world.call("cloudwatch", "DeleteAlarms", AlarmNames=["one"])
    world.call("cloudwatch", "DeleteAlarms", AlarmNames=["one", "top", "nobody"])
    assert world.place.cloudwatch.state_of("one") is None


def names(world: Watched, **filters: Any) -> list[str]:
    return [one["AlarmName"] for one in world.call("cloudwatch", "DescribeAlarms", **filters)["MetricAlarms"]]


def test_alarms_are_found_by_name_prefix_and_state() -> None:
    world = Watched()
    for name in ("app-a", "app-b", "other"):
        world.alarm(name, AlarmActions=["arn:aws:sns:eu-west-1:123456789012:page"])
    world.ring("app-b")
    assert names(world, AlarmNames=["other", "nobody", "app-a"]) == ["app-a", "other"]
    assert names(world, AlarmNamePrefix="app-") == ["app-a", "app-b"]
    assert names(world, StateValue="ALARM") == ["app-b"]
    assert names(world, ActionPrefix="arn:aws:lambda") == []
    found = world.call("cloudwatch", "DescribeAlarmsForMetric", Namespace="App", MetricName="Errors")
    assert len(found["MetricAlarms"]) == 3


def test_parents_and_children_of_composite_alarms_are_found() -> None:
    world = Watched()
    world.alarm()
    world.call("cloudwatch", "PutCompositeAlarm", AlarmName="top", AlarmRule="ALARM(one)")
    assert names(world, ChildrenOfAlarmName="top") == ["one"]
    parents = world.call("cloudwatch", "DescribeAlarms", ParentsOfAlarmName="one", AlarmTypes=["CompositeAlarm"])
    assert [one["AlarmName"] for one in parents["CompositeAlarms"]] == ["top"]


def test_alarms_come_in_pages() -> None:
    world = Watched()
    for number in range(51):
        world.alarm(f"alarm-{number:02}")
    first = world.call("cloudwatch", "DescribeAlarms")
    assert len(first["MetricAlarms"]) == 50
    assert names(world, NextToken=first["NextToken"]) == ["alarm-50"]
    with refused("InvalidNextToken"):
        names(world, NextToken="nobody")


def test_actions_are_switched_off_and_on() -> None:
    world = Watched()
    world.alarm()
    world.call("cloudwatch", "DisableAlarmActions", AlarmNames=["one", "nobody"])
    assert world.told()["ActionsEnabled"] is False
    world.call("cloudwatch", "EnableAlarmActions", AlarmNames=["one"])
    assert world.told()["ActionsEnabled"] is True


def test_the_history_tells_what_became_of_an_alarm() -> None:
    world = Watched()
    world.alarm(TreatMissingData="notBreaching")
    world.pass_time(MINUTE)
    world.ring()
    items = world.call("cloudwatch", "DescribeAlarmHistory", AlarmName="one")["AlarmHistoryItems"]
    assert [one["HistorySummary"] for one in items] == [
        "Alarm updated from OK to ALARM",
        "Alarm updated from INSUFFICIENT_DATA to OK",
        "Alarm one created",
    ]
    states = world.call(
        "cloudwatch", "DescribeAlarmHistory", HistoryItemType="StateUpdate", ScanBy="TimestampAscending"
    )
    assert len(states["AlarmHistoryItems"]) == 2
    assert states["AlarmHistoryItems"][0]["Timestamp"] < states["AlarmHistoryItems"][1]["Timestamp"]
    assert world.call("cloudwatch", "DescribeAlarmHistory", AlarmName="nobody")["AlarmHistoryItems"] == []


def test_tags_of_an_alarm_come_and_go() -> None:
    world = Watched()
    world.alarm(Tags=[{"Key": "a", "Value": "1"}])
    arn = world.told()["AlarmArn"]
    world.call("cloudwatch", "TagResource", ResourceARN=arn, Tags=[{"Key": "b", "Value": "2"}])
    world.call("cloudwatch", "UntagResource", ResourceARN=arn, TagKeys=["a"])
    told = world.call("cloudwatch", "ListTagsForResource", ResourceARN=arn)["Tags"]
    assert told == [{"Key": "b", "Value": "2"}]
    with refused("ResourceNotFoundException"):
        world.call("cloudwatch", "ListTagsForResource", ResourceARN="arn:nobody")


@pytest.mark.parametrize(
    "changes",
    [
        {"ComparisonOperator": "GreaterThanUpperThreshold"},
        {"Threshold": None},
        {"DatapointsToAlarm": 3},
        {"TreatMissingData": "never"},
        {"Statistic": None},
        {"Metrics": [{"Id": "m1", "Expression": "1"}]},
        {
            "MetricName": None,
            "Namespace": None,
            "Statistic": None,
            "Period": None,
            "Metrics": [{"Id": "e", "Expression": "m"}],
        },
    ],
)
def test_an_alarm_that_makes_no_sense_is_refused(changes: dict[str, Any]) -> None:
    with refused("ValidationError"):
        Watched().alarm(**changes)


def test_a_period_of_five_minutes_is_evaluated_as_a_whole() -> None:
    world = Watched()
    world.alarm(Period=300, EvaluationPeriods=1)
    world.errors(*[3] * 10)
    assert world.state() == "ALARM"


def test_minutes_pass_faster_in_a_faster_world() -> None:
    world = Watched(speed=60)
    world.alarm()
    started = world.clock.now()
    world.errors(11, 11)
    assert world.state() == "ALARM"
    assert world.clock.now() - started == pytest.approx(2.0)


def test_an_alarm_at_rest_is_not_evaluated_until_something_is_measured() -> None:
    world = Watched()
    world.alarm(TreatMissingData="notBreaching")
    world.pass_time(MINUTE)
    book = world.place.cloudwatch.book
    assert not book.awake
    world.errors(1)
    assert list(book.awake) == ["one"]
