from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from reconcilers.aws.alarm_rule import children
from reconcilers.aws.cloudwatch import CloudWatchGateway
from reconcilers.preflight_facts import Alarm
from tests.reconcilers.aws.wire import Params, Wire

BALANCER = {"Name": "LoadBalancer", "Value": "app/web/1"}


def on(group: str) -> list[Mapping[str, str]]:
    return [BALANCER, {"Name": "TargetGroup", "Value": f"targetgroup/{group}/1"}]


def gateway(
    *, metric: Sequence[Mapping[str, Any]] = (), composite: Sequence[Mapping[str, Any]] = ()
) -> tuple[CloudWatchGateway, Wire]:
    def describe(params: Params) -> Mapping[str, Any]:
        assert set(params["AlarmTypes"]) == {"MetricAlarm", "CompositeAlarm"}
        names = params["AlarmNames"]
        return {
            "MetricAlarms": [each for each in metric if each["AlarmName"] in names],
            "CompositeAlarms": [each for each in composite if each["AlarmName"] in names],
        }

    wire = Wire({"DescribeAlarms": describe})
    return CloudWatchGateway(wire.client("cloudwatch")), wire


def test_an_alarm_says_which_target_group_it_watches() -> None:
    cloudwatch, _ = gateway(metric=[{"AlarmName": "5xx", "StateValue": "ALARM", "Dimensions": on("blue")}])

    assert cloudwatch.alarms(("5xx",)) == (Alarm("5xx", "ALARM", target_groups=("targetgroup/blue/1",)),)


def test_an_alarm_on_the_load_balancer_watches_all_of_it() -> None:
    cloudwatch, _ = gateway(metric=[{"AlarmName": "5xx", "StateValue": "OK", "Dimensions": [BALANCER]}])

    assert cloudwatch.alarms(("5xx",)) == (Alarm("5xx", "OK", load_balancers=(BALANCER["Value"],)),)


def test_metric_math_watches_what_each_of_its_metrics_does() -> None:
    metrics = [
        {"Id": f"m{group}", "MetricStat": {"Metric": {"Dimensions": on(group)}, "Period": 60, "Stat": "Sum"}}
        for group in ("blue", "green")
    ]
    expression = {"Id": "e", "Expression": "mblue+mgreen"}
    cloudwatch, _ = gateway(metric=[{"AlarmName": "5xx", "StateValue": "OK", "Metrics": [*metrics, expression]}])

    assert cloudwatch.alarms(("5xx",))[0].target_groups == ("targetgroup/blue/1", "targetgroup/green/1")


def test_a_missing_alarm_is_not_among_those_found() -> None:
    cloudwatch, _ = gateway()

    assert cloudwatch.alarms(("5xx",)) == ()


def test_a_composite_alarm_comes_with_what_it_is_made_of() -> None:
    outer = {"AlarmName": "outer", "StateValue": "OK", "AlarmRule": "ALARM(inner) OR ALARM(green)"}
    inner = {"AlarmName": "inner", "StateValue": "OK", "AlarmRule": 'ALARM("blue")'}
    metric = [{"AlarmName": name, "StateValue": "OK", "Dimensions": on(name)} for name in ("blue", "green")]
    cloudwatch, wire = gateway(metric=metric, composite=[outer, inner])

    found = {alarm.name: alarm for alarm in cloudwatch.alarms(("outer",))}

    assert found.keys() == {"outer", "inner", "blue", "green"}
    assert found["outer"].composite
    assert found["outer"].children == ("inner", "green")
    assert len(wire.calls) == 3


def test_composite_alarms_that_name_each_other_end() -> None:
    one = {"AlarmName": "one", "StateValue": "OK", "AlarmRule": "ALARM(two)"}
    two = {"AlarmName": "two", "StateValue": "OK", "AlarmRule": "ALARM(one)"}
    cloudwatch, wire = gateway(composite=[one, two])

    assert [alarm.name for alarm in cloudwatch.alarms(("one",))] == ["one", "two"]
    assert len(wire.calls) == 2


def test_no_names_are_no_call() -> None:
    cloudwatch, wire = gateway()

    assert cloudwatch.alarms(()) == ()
    assert wire.calls == []


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        ("ALARM(a)", ("a",)),
        ("(ALARM(a) AND NOT OK( b )) OR INSUFFICIENT_DATA(a)", ("a", "b")),
        ('ALARM("with (parentheses) and space")', ("with (parentheses) and space",)),
        (r'ALARM("a \"quoted\" one")', ('a "quoted" one',)),
        ("ALARM(arn:aws:cloudwatch:eu-west-1:1:alarm:a)", ("a",)),
        ('ALARM("arn:aws:cloudwatch:eu-west-1:1:alarm:a b")', ("a b",)),
        ("TRUE OR FALSE", ()),
    ],
)
def test_a_rule_names_its_alarms(rule: str, names: tuple[str, ...]) -> None:
    assert children(rule) == names
