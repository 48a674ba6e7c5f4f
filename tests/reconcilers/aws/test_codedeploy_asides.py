"""What CodeDeploy is asked beside its deployments: what failed in one, how a shift moves, and what watches it."""

from collections.abc import Mapping
from typing import Any

import pytest

from reconcilers.attempts import Failure
from reconcilers.aws.codedeploy import CodeDeployGateway
from reconcilers.progress import Pace
from tests.reconcilers.aws.wire import Refusal, Reply, Wire


def gateway(replies: dict[str, Reply]) -> tuple[CodeDeployGateway, Wire]:
    wire = Wire(replies)
    return CodeDeployGateway(wire.client("codedeploy")), wire


def failing(*events: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"deploymentTarget": {"ecsTarget": {"lifecycleEvents": list(events)}}}


def test_what_went_wrong_is_told_event_by_event() -> None:
    said = {"errorCode": "ScriptFailed", "message": "the hook said no"}
    codedeploy, wire = gateway(
        {
            "GetDeploymentTarget": failing(
                {"lifecycleEventName": "Install", "status": "Succeeded"},
                {"lifecycleEventName": "AfterInstall", "status": "Failed", "diagnostics": said},
                {"lifecycleEventName": "AllowTraffic", "status": "Skipped"},
            )
        }
    )

    assert codedeploy.failures("d-1", "prod", "web") == (Failure("AfterInstall", "ScriptFailed", "the hook said no"),)
    assert wire.asked("GetDeploymentTarget") == [{"deploymentId": "d-1", "targetId": "prod:web"}]


def test_a_failure_without_diagnostics_is_a_failure() -> None:
    codedeploy, _ = gateway({"GetDeploymentTarget": failing({"lifecycleEventName": "Install", "status": "Failed"})})

    assert codedeploy.failures("d-1", "prod", "web") == (Failure("Install", "Failed", ""),)


@pytest.mark.parametrize("reply", [failing(), Refusal("DeploymentNotStartedException")])
def test_what_went_wrong_is_asked_for_once_though_it_be_nothing(reply: Reply) -> None:
    codedeploy, wire = gateway({"GetDeploymentTarget": reply})

    assert [codedeploy.failures("d-1", "prod", "web") for _ in range(2)] == [(), ()]
    assert len(wire.calls) == 1


ALLOWED = {"lifecycleEventName": "AllowTraffic", "status": "Succeeded", "startTime": 50.0, "endTime": 90.5}


def test_production_has_moved_when_allow_traffic_has_ended_which_is_asked_for_once() -> None:
    after = {"lifecycleEventName": "AfterAllowTraffic", "status": "Succeeded", "endTime": 99.0}
    codedeploy, wire = gateway({"GetDeploymentTarget": failing(ALLOWED, after)})

    assert [codedeploy.moved_at("d-1", "prod", "web") for _ in range(2)] == [90.5, 90.5]
    assert wire.asked("GetDeploymentTarget") == [{"deploymentId": "d-1", "targetId": "prod:web"}]


@pytest.mark.parametrize(
    "reply",
    [failing(), failing(ALLOWED | {"status": "InProgress"}), Refusal("DeploymentTargetDoesNotExistException")],
)
def test_where_aws_does_not_say_when_production_moved_it_is_asked_again(reply: Reply) -> None:
    codedeploy, wire = gateway({"GetDeploymentTarget": reply})

    assert [codedeploy.moved_at("d-1", "prod", "web") for _ in range(2)] == [None, None]
    assert len(wire.calls) == 2


@pytest.mark.parametrize(
    ("routing", "pace"),
    [
        (
            {
                "type": "TimeBasedLinear",
                "timeBasedLinear": {"linearPercentage": 10, "linearInterval": 3},
            },
            Pace(10.0, 180.0),
        ),
        (
            {
                "type": "TimeBasedCanary",
                "timeBasedCanary": {"canaryPercentage": 10, "canaryInterval": 15},
            },
            Pace(10.0, 900.0, canary=True),
        ),
        ({"type": "AllAtOnce"}, None),
    ],
)
def test_a_configuration_says_how_traffic_moves(routing: Mapping[str, Any], pace: Pace | None) -> None:
    codedeploy, wire = gateway({"GetDeploymentConfig": {"deploymentConfigInfo": {"trafficRoutingConfig": routing}}})

    assert [codedeploy.pace("linear") for _ in range(2)] == [pace, pace]
    assert wire.calls == [("GetDeploymentConfig", {"deploymentConfigName": "linear"})]


@pytest.mark.parametrize("code", ["DeploymentConfigDoesNotExistException", "InvalidDeploymentConfigNameException"])
def test_a_configuration_that_is_gone_has_no_pace(code: str) -> None:
    codedeploy, _ = gateway({"GetDeploymentConfig": Refusal(code)})

    assert codedeploy.pace("gone") is None


WATCHED = {
    "applicationName": "app",
    "deploymentGroupName": "dg",
    "alarmConfiguration": {"enabled": True, "alarms": [{"name": "5xx"}, {"name": "latency"}]},
}


def test_the_alarms_of_a_group_are_asked_for_once() -> None:
    codedeploy, wire = gateway({"GetDeploymentGroup": {"deploymentGroupInfo": WATCHED}})

    assert [codedeploy.alarm_names("app", "dg") for _ in range(2)] == [("5xx", "latency")] * 2
    assert len(wire.calls) == 1


def test_a_group_that_is_read_anew_says_its_alarms_anew() -> None:
    codedeploy, wire = gateway({"GetDeploymentGroup": {"deploymentGroupInfo": WATCHED}})
    codedeploy.alarm_names("app", "dg")
    wire.replies["GetDeploymentGroup"] = {"deploymentGroupInfo": WATCHED | {"alarmConfiguration": {}}}

    codedeploy.group("app", "dg")

    assert codedeploy.alarm_names("app", "dg") == ()


def test_a_group_that_is_not_there_is_watched_by_nothing() -> None:
    codedeploy, _ = gateway({"GetDeploymentGroup": Refusal("DeploymentGroupDoesNotExistException")})

    assert codedeploy.alarm_names("app", "dg") == ()


def test_where_the_traffic_is_it_is_since_it_was_first_seen_there() -> None:
    codedeploy = CodeDeployGateway(None)
    looks = [("d-1", 10.0, 100.0), ("d-1", 10.0, 115.0), ("d-1", 20.0, 130.0), ("d-2", 20.0, 145.0), ("d-1", 20.0, 160)]
    assert [codedeploy.stepped_at(*each) for each in looks] == [100.0, 100.0, 130.0, 145.0, 130.0]
