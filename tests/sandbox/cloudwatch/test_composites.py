"""Composite alarms: what they stand on, and how they follow it."""

import pytest

from tests.sandbox.cloudwatch.watched import Watched
from tests.sandbox.stage import refused


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


def test_parents_and_children_of_composite_alarms_are_found() -> None:
    world = Watched()
    world.alarm()
    world.call("cloudwatch", "PutCompositeAlarm", AlarmName="top", AlarmRule="ALARM(one)")
    assert world.names(ChildrenOfAlarmName="top") == ["one"]
    parents = world.call("cloudwatch", "DescribeAlarms", ParentsOfAlarmName="one", AlarmTypes=["CompositeAlarm"])
    assert [one["AlarmName"] for one in parents["CompositeAlarms"]] == ["top"]
