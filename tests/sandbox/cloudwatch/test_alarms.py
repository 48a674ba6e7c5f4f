"""Alarms that live: put, fed, evaluated, set by hand, described."""

from typing import Any

import pytest

from sandbox.switches import Switches
from tests.sandbox.cloudwatch.watched import MINUTE, Watched
from tests.sandbox.stage import refused


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


def test_alarms_are_found_by_name_prefix_and_state() -> None:
    world = Watched()
    for name in ("app-a", "app-b", "other"):
        world.alarm(name, AlarmActions=["arn:aws:sns:eu-west-1:123456789012:page"])
    world.ring("app-b")
    assert world.names(AlarmNames=["other", "nobody", "app-a"]) == ["app-a", "other"]
    assert world.names(AlarmNamePrefix="app-") == ["app-a", "app-b"]
    assert world.names(StateValue="ALARM") == ["app-b"]
    assert world.names(ActionPrefix="arn:aws:lambda") == []
    found = world.call("cloudwatch", "DescribeAlarmsForMetric", Namespace="App", MetricName="Errors")
    assert len(found["MetricAlarms"]) == 3


def test_alarms_come_in_pages() -> None:
    world = Watched()
    for number in range(51):
        world.alarm(f"alarm-{number:02}")
    first = world.call("cloudwatch", "DescribeAlarms")
    assert len(first["MetricAlarms"]) == 50
    assert world.names(NextToken=first["NextToken"]) == ["alarm-50"]
    with refused("InvalidNextToken"):
        world.names(NextToken="nobody")


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
