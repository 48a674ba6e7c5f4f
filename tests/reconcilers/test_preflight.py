"""What preflight finds, finding by finding, and that it says all at once."""

from dataclasses import replace
from typing import Any

import pytest

from reconcilers.live_service import LiveService, LoadBalancer
from reconcilers.model import CodeDeployRollout, RollingRollout, Severity
from reconcilers.preflight import findings
from reconcilers.preflight_facts import Alarm, Image, Listener, PreflightFacts, TargetGroup
from tests.reconcilers.builders import (
    BLUE,
    CODE_DEPLOY,
    GREEN,
    LISTENER,
    ROLLING,
    TEST_LISTENER,
    definition,
    facts,
    group,
    registered,
    rolling_service,
    service,
    task_set,
    wanted,
)

OTHER = "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/other/3"
TEST = Listener(TEST_LISTENER, {GREEN: 1})


def codes(seen: PreflightFacts, live: LiveService | None = None, **more: Any) -> list[str]:
    """The codes of what is found; a star on those that only warn."""
    despite = more.pop("despite_alarm", False)
    found = findings(wanted("v2", **more), live or service(), seen, despite_alarm=despite)
    assert all(each.message and each.remedy for each in found)
    return [each.code + ("" if each.blocking else "*") for each in found]


def prod(**weights: int) -> tuple[Listener, ...]:
    arns = {"blue": BLUE, "green": GREEN, "other": OTHER}
    return (Listener(LISTENER, {arns[name]: weight for name, weight in weights.items()}), TEST)


def test_nothing_is_found_where_nothing_is_amiss() -> None:
    assert codes(facts()) == []


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"group": None}, ["DeploymentGroupMissing"]),
        ({"group": group(service="other")}, ["DeploymentGroupMismatch"]),
        ({"group": group(cluster="dev")}, ["DeploymentGroupMismatch"]),
        ({"group": group(cluster="arn:aws:ecs:eu-west-1:1:cluster/prod")}, []),
        ({"group": group(prod_listener_arns=())}, ["ListenerMissing"]),
        ({"listeners": ()}, ["ListenerMissing", "ListenerMissing"]),
        ({"listeners": (facts().listeners[0],)}, ["ListenerMissing"]),
        ({"target_groups": (TargetGroup(BLUE, "blue"),)}, ["TargetGroupMissing"]),
        ({"target_groups": (TargetGroup(GREEN, "green"),)}, ["TargetGroupMissing"]),
        ({"group": group(target_group_names=("blue",))}, ["TargetGroupNotPaired"]),
        ({"group": group(target_group_names=("blue", "blue"))}, ["TargetGroupNotPaired"]),
        ({"listeners": prod(blue=1)}, []),
        ({"listeners": prod(blue=90, green=10)}, ["ProductionNotOnPrimary"]),
        ({"listeners": prod(green=100)}, ["ProductionNotOnPrimary"]),
        ({"listeners": prod(blue=0)}, ["ProductionNotOnPrimary"]),
        ({"listeners": prod()}, ["ProductionNotOnPrimary"]),
        ({"alarms": ()}, ["AlarmMissing", "AlarmsHalfBlind*"]),
        ({"alarms": (replace(facts().alarms[0], state="ALARM"),)}, ["AlarmFiring"]),
        ({"alarms": (replace(facts().alarms[0], state="INSUFFICIENT_DATA"),)}, []),
        ({"rollback_target": registered(status="INACTIVE")}, ["RollbackTargetInactive"]),
        ({"rollback_target": None}, ["RollbackTargetInactive"]),
        ({"images": (Image("proxy", "notes:v2", found=False),)}, ["ImageMissing"]),
        ({"images": (Image("proxy", "notes:v2", found=None),)}, []),
        ({"group": group(alarm_names=())}, ["NoAlarm*"]),
        ({"group": group(alarms_enabled=False)}, ["NoAlarm*"]),
        ({"group": group(rollback_events=())}, ["RollbackOff*"]),
        ({"group": group(rollback_events=("DEPLOYMENT_FAILURE",))}, ["RollbackOff*"]),
        ({"group": group(rollback_events=("DEPLOYMENT_FAILURE",), alarms_enabled=False)}, ["NoAlarm*"]),
    ],
)
def test_each_fact_that_is_amiss_is_found(more: dict[str, Any], expected: list[str]) -> None:
    assert codes(facts(**more)) == expected


@pytest.mark.parametrize(
    ("live", "expected"),
    [
        (service(status="DRAINING"), ["ServiceNotActive"]),
        (service(desired_count=0), ["NothingDesired"]),
        (service(load_balancers=(LoadBalancer(BLUE, "api", 80),)), ["ContainerMissing"]),
        (service(load_balancers=(LoadBalancer(BLUE, "proxy", 81),)), ["PortMissing"]),
        (service(load_balancers=()), ["TargetGroupNotPaired"]),
        (service(task_set(target_group_arns=(OTHER,))), ["TargetGroupNotPaired", "ProductionNotOnPrimary"]),
        (service(task_set(target_group_arns=("odd",))), ["TargetGroupNotPaired", "ProductionNotOnPrimary"]),
        (service(task_set(target_group_arns=())), []),
        (service(task_set("ACTIVE")), []),
    ],
)
def test_each_thing_that_is_amiss_with_the_service_is_found(live: LiveService, expected: list[str]) -> None:
    assert codes(facts(), live) == expected


def test_a_cluster_that_the_service_does_not_tell_is_the_manifests() -> None:
    assert codes(facts(), service(cluster_arn="")) == []


@pytest.mark.parametrize(
    ("ports", "expected"),
    [
        ("79-81", []),
        ("81-90", ["PortMissing"]),
        ("x", ["PortMissing"]),
        ("²-99", ["PortMissing"]),
        (f"1-{'9' * 5_000}", ["PortMissing"]),
    ],
)
def test_a_range_of_ports_covers_what_lies_in_it(ports: str, expected: list[str]) -> None:
    content = definition("v2")
    content["containerDefinitions"][0]["portMappings"] = [{"containerPortRange": ports}]
    assert codes(facts(), task_definition=content) == expected


def test_all_is_found_at_once() -> None:
    seen = facts(listeners=(), alarms=(), rollback_target=None, images=(Image("proxy", "notes:v2", found=False),))
    assert codes(seen, service(desired_count=0)) == [
        "NothingDesired",
        "ListenerMissing",
        "ListenerMissing",
        "AlarmMissing",
        "AlarmsHalfBlind*",
        "RollbackTargetInactive",
        "ImageMissing",
    ]


def test_strict_makes_warnings_block() -> None:
    assert codes(facts(group=group(alarms_enabled=False)), strict=True) == ["NoAlarm"]


def test_despite_an_alarm_a_firing_alarm_is_no_finding_and_a_missing_one_is() -> None:
    firing = facts(alarms=(replace(facts().alarms[0], state="ALARM"),))
    assert codes(firing, despite_alarm=True) == []
    assert codes(facts(alarms=()), despite_alarm=True) == ["AlarmMissing", "AlarmsHalfBlind*"]


def watching(*groups: str, **more: Any) -> Alarm:
    return Alarm(more.pop("name", "5xx"), "OK", target_groups=tuple(f"targetgroup/{each}" for each in groups), **more)


@pytest.mark.parametrize(
    ("alarms", "blind"),
    [
        ((watching("blue/1"),), True),
        ((watching("green/2"),), True),
        ((watching("blue/1", "green/2"),), False),
        ((watching("blue/1", "green/3"),), True),
        ((watching("lue/1", "green/2"),), True),
        ((watching(load_balancers=("app/lb/1",)),), False),
        ((watching(load_balancers=("app/other/1",)),), True),
        ((watching(load_balancers=("app/lb/10",)),), True),
        ((watching(),), True),
        ((Alarm("5xx", "OK", target_groups=(BLUE, GREEN)),), False),
    ],
)
def test_alarms_must_together_watch_both_target_groups(alarms: tuple[Alarm, ...], blind: bool) -> None:
    assert codes(facts(alarms=alarms)) == (["AlarmsHalfBlind*"] if blind else [])


def test_two_alarms_may_watch_a_target_group_each() -> None:
    alarms = (watching("blue/1"), watching("green/2", name="green"))
    assert codes(facts(group=group(alarm_names=("5xx", "green")), alarms=alarms)) == []


def composite(*children: str, **more: Any) -> Alarm:
    return Alarm("5xx", more.pop("state", "OK"), composite=True, children=children, **more)


def test_a_composite_alarm_watches_what_its_children_watch() -> None:
    children = (watching("blue/1", name="b"), watching("green/2", name="g"))
    assert codes(facts(alarms=(composite("b", "g"), *children))) == []
    assert codes(facts(alarms=(composite("b"), children[0]))) == ["AlarmsHalfBlind*"]


def test_a_composite_alarm_lacks_what_its_children_lack() -> None:
    assert codes(facts(alarms=(composite("b"),))) == ["AlarmMissing", "AlarmsHalfBlind*"]


def test_a_composite_of_composites_is_looked_into_and_a_circle_ends() -> None:
    inner = Alarm("inner", "OK", composite=True, children=("5xx", "leaf"))
    leaf = watching("blue/1", "green/2", name="leaf")
    assert codes(facts(alarms=(composite("inner"), inner, leaf))) == []


def test_a_child_in_alarm_fires_nothing_while_its_composite_does_not() -> None:
    child = replace(watching("blue/1", "green/2", name="c"), state="ALARM")
    assert codes(facts(alarms=(composite("c"), child))) == []
    assert codes(facts(alarms=(composite("c", state="ALARM"), replace(child, state="OK")))) == ["AlarmFiring"]


@pytest.mark.parametrize(
    ("severity", "found", "expected"),
    [
        (Severity.CRITICAL, {"HIGH": 3}, []),
        (Severity.HIGH, {"HIGH": 3}, ["ScanFindings*"]),
        (Severity.HIGH, {"CRITICAL": 1, "LOW": 9}, ["ScanFindings*"]),
        (Severity.LOW, {"UNDEFINED": 4, "CRITICAL": 0}, []),
        (None, {"CRITICAL": 1}, []),
    ],
)
def test_scan_findings_count_from_a_severity_on(
    severity: Severity | None, found: dict[str, int], expected: list[str]
) -> None:
    seen = facts(images=(Image("proxy", "notes:v2", found=True, findings=found),))
    assert codes(seen, scan_severity=severity) == expected


def rolling(*alarms: Alarm, configuration: dict[str, Any] | None = None) -> list[str]:
    rollout = RollingRollout(configuration=configuration) if configuration else ROLLING
    return codes(facts(group=None, alarms=alarms or facts().alarms), rolling_service(), rollout=rollout)


def test_a_rolling_update_needs_no_deployment_group() -> None:
    assert rolling() == []


def test_a_rolling_update_without_a_circuit_breaker_is_warned_of() -> None:
    for breaker in ({"enable": False}, {"enable": True, "rollback": False}):
        assert rolling(configuration={"deploymentCircuitBreaker": breaker}) == ["CircuitBreakerOff*"]


def test_a_rolling_update_without_an_alarm_is_warned_of() -> None:
    assert rolling(configuration={"alarms": {"enable": False}}) == ["NoAlarm*"]
    assert rolling(configuration={"alarms": {"alarmNames": []}}) == ["NoAlarm*"]


UNWATCHED = RollingRollout(configuration={"alarms": {"enable": False}})
NAME_IT = "name it in rollout.ecs: alarms {alarmNames: […], enable: true, rollback: true}."


def no_alarm(live: LiveService) -> str:
    """What is advised to a rolling service that no alarm watches."""
    found = findings(wanted("v2", rollout=UNWATCHED), live, facts(group=None), despite_alarm=False)
    (advice,) = [each.remedy for each in found if each.code == "NoAlarm"]
    return advice


def test_a_rolling_service_without_an_alarm_is_advised_of_its_one_target_group() -> None:
    assert no_alarm(rolling_service()) == f"Add an alarm on the errors of its target group, and {NAME_IT}"


def test_a_rolling_service_behind_several_target_groups_is_advised_of_all() -> None:
    both = (LoadBalancer(BLUE, "proxy", 80), LoadBalancer(GREEN, "proxy", 81))
    assert "on the errors of its target groups, and" in no_alarm(rolling_service(load_balancers=both))


def test_a_rolling_service_behind_none_is_advised_of_what_tells_that_it_works() -> None:
    what = "what tells that it fails, such as errors in its logs or the length of its queue"
    assert no_alarm(rolling_service(load_balancers=())) == f"Add an alarm on {what}, and {NAME_IT}"


def test_a_rolling_updates_alarms_must_exist_and_not_fire() -> None:
    assert rolling(Alarm("other", "OK")) == ["AlarmMissing"]
    assert rolling(Alarm("5xx", "ALARM")) == ["AlarmFiring"]


def test_a_rolling_update_whose_alarms_do_not_roll_back_is_warned_of() -> None:
    assert rolling(configuration={"alarms": {"rollback": False}}) == ["RollbackOff*"]


def test_a_rolling_services_target_group_must_exist() -> None:
    seen = facts(group=None, target_groups=(TargetGroup(GREEN, "green"),))
    assert codes(seen, rolling_service(), rollout=ROLLING) == ["TargetGroupMissing"]


def test_a_port_list_that_is_null_is_one_without_ports() -> None:
    containers = [{"name": "proxy", "image": "notes:v2", "portMappings": None}]
    assert codes(facts(), task_definition=definition("v2", containerDefinitions=containers)) == ["PortMissing"]


def test_a_rolling_service_of_which_nothing_is_known_is_warned_of() -> None:
    bare = replace(rolling_service(), definition={})
    assert codes(facts(group=None), bare, rollout=ROLLING) == ["NoAlarm*", "CircuitBreakerOff*"]


@pytest.mark.parametrize("rollout", [CODE_DEPLOY, ROLLING])
def test_the_remedy_for_an_alarm_that_fires_can_be_typed_as_it_stands(
    rollout: CodeDeployRollout | RollingRollout,
) -> None:
    firing = facts(alarms=(replace(facts().alarms[0], state="ALARM"),))
    found = findings(wanted("v2", rollout=rollout), rolling_service(), firing, despite_alarm=False)
    [remedy] = [each.remedy for each in found if each.code == "AlarmFiring"]
    assert "trueup sync prod/notes --despite-alarm REASON" in remedy
