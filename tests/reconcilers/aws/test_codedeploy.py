import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from reconcilers.actions import CreateDeployment
from reconcilers.attempts import AttemptState, AwsReason, Cause, Mark
from reconcilers.aws.codedeploy import CodeDeployGateway
from reconcilers.digest import Digest
from reconcilers.live_service import LoadBalancer
from reconcilers.outcome import Retry, Stalled
from tests.reconcilers.aws.wire import Params, Refusal, Reply, Wire

RELEASE = Digest("v1-r")
MARK = f"trueup release={RELEASE} commit=abc cause=commit"
NOW = 100_000.0


def deployment(number: int, status: str = "Succeeded", **more: Any) -> dict[str, Any]:
    return {
        "deploymentId": f"d-{number:09d}",
        "status": status,
        "createTime": datetime.fromtimestamp(1000 + number, UTC),
        "completeTime": datetime.fromtimestamp(2000 + number, UTC),
        "creator": "user",
        "description": MARK,
        "revision": {"revisionType": "AppSpecContent", "appSpecContent": {"sha256": f"sha{number}"}},
        **more,
    }


def appspec(number: int) -> str:
    target = {"Type": "AWS::ECS::Service", "Properties": {"TaskDefinition": f"web:{number}"}}
    return json.dumps({"Resources": [{"TargetService": target}], "Hooks": [{"AfterInstall": "check"}]})


def history(*newest_first: Mapping[str, Any], page: int = 100, oldest_first: bool = False) -> dict[str, Reply]:
    known = {each["deploymentId"]: each for each in newest_first}
    ids = list(known)[::-1] if oldest_first else list(known)

    def listed(params: Params) -> Mapping[str, Any]:
        start = int(params.get("nextToken", "0"))
        more = {"nextToken": str(start + page)} if start + page < len(ids) else {}
        return {"deployments": ids[start : start + page], **more}

    def revision(params: Params) -> Mapping[str, Any]:
        number = int(params["revision"]["appSpecContent"]["sha256"].removeprefix("sha"))
        return {"revision": {"revisionType": "AppSpecContent", "appSpecContent": {"content": appspec(number)}}}

    return {
        "ListDeployments": listed,
        "BatchGetDeployments": lambda params: {"deploymentsInfo": [known[each] for each in params["deploymentIds"]]},
        "GetApplicationRevision": revision,
    }


def gateway(replies: dict[str, Reply]) -> tuple[CodeDeployGateway, Wire]:
    wire = Wire(replies)
    return CodeDeployGateway(wire.client("codedeploy")), wire


def test_a_deployment_of_ours_is_known_by_its_description() -> None:
    codedeploy, wire = gateway(history(deployment(1)))

    (attempt,) = codedeploy.attempts("app", "dg", NOW)

    assert attempt.mark == Mark(RELEASE, "abc", Cause.COMMIT)
    assert attempt.state is AttemptState.SUCCEEDED
    assert attempt.task_definition_arn == "web:1"
    assert attempt.hooks == {"AfterInstall": "check"}
    assert (attempt.created_at, attempt.finished_at) == (1001, 2001)
    assert wire.operations == ["ListDeployments", "BatchGetDeployments", "GetApplicationRevision"]


def test_an_alarm_stop_carries_awss_reason_and_its_rollback() -> None:
    stopped = deployment(
        1,
        "Stopped",
        errorInformation={"code": "ALARM_ACTIVE", "message": "Activated alarms: 5xx"},
        rollbackInfo={"rollbackDeploymentId": "d-000000002"},
    )
    taken_back = deployment(
        2,
        creator="codeDeployRollback",
        description=None,
        rollbackInfo={"rollbackTriggeringDeploymentId": "d-000000001"},
    )
    del taken_back["description"]
    codedeploy, _ = gateway(history(taken_back, stopped))

    rollback, attempt = codedeploy.attempts("app", "dg", NOW)

    assert attempt.state is AttemptState.STOPPED
    assert attempt.reason == AwsReason("ALARM_ACTIVE", "Activated alarms: 5xx")
    assert attempt.rollback == rollback.id
    assert rollback.rollback_of == attempt.id
    assert rollback.creator == "codeDeployRollback"
    assert rollback.mark is None


@pytest.mark.parametrize("status", ["Created", "Queued", "InProgress", "Baking", "SomethingNew"])
def test_whatever_has_not_ended_runs(status: str) -> None:
    codedeploy, _ = gateway(history(deployment(1, status)))

    assert codedeploy.attempts("app", "dg", NOW)[0].state is AttemptState.RUNNING


def test_the_shift_is_over_in_the_termination_wait() -> None:
    waiting = deployment(1, "InProgress", instanceTerminationWaitTimeStarted=True)
    codedeploy, _ = gateway(history(waiting))

    assert codedeploy.attempts("app", "dg", NOW)[0].shift_over


def test_a_deployment_that_waits_for_a_person_is_ready() -> None:
    codedeploy, _ = gateway(history(deployment(1, "Ready")))

    assert codedeploy.attempts("app", "dg", NOW)[0].state is AttemptState.READY


@pytest.mark.parametrize("oldest_first", [False, True])
@pytest.mark.parametrize("count", [3, 25, 26, 60, 230])
def test_the_newest_come_first_in_whichever_order_aws_lists_them(count: int, *, oldest_first: bool) -> None:
    every = [deployment(number) for number in range(count, 0, -1)]
    codedeploy, _ = gateway(history(*every, oldest_first=oldest_first))

    found = [each.id for each in codedeploy.attempts("app", "dg", NOW)]

    assert found == [each["deploymentId"] for each in every][: len(found)]
    assert len(found) >= min(count, 24)


def test_a_long_history_costs_one_page_where_the_newest_come_first() -> None:
    codedeploy, wire = gateway(history(*(deployment(number) for number in range(900, 0, -1))))

    codedeploy.attempts("app", "dg", NOW)

    assert wire.operations == ["ListDeployments", "BatchGetDeployments", "GetApplicationRevision"]


def test_batches_are_of_twenty_five() -> None:
    every = [deployment(number) for number in range(60, 0, -1)]
    codedeploy, wire = gateway(history(*every, oldest_first=True))

    codedeploy.attempts("app", "dg", NOW)

    assert max(len(params["deploymentIds"]) for params in wire.asked("BatchGetDeployments")) <= 25


def test_what_has_ended_is_asked_for_once() -> None:
    codedeploy, wire = gateway(history(deployment(2, "InProgress"), deployment(1)))
    codedeploy.attempts("app", "dg", NOW)
    wire.calls.clear()

    codedeploy.attempts("app", "dg", NOW)

    assert wire.asked("BatchGetDeployments") == [{"deploymentIds": ["d-000000002"]}]
    assert wire.asked("GetApplicationRevision") == []


def test_a_stop_is_asked_for_again_while_its_rollback_may_still_be_entered() -> None:
    codedeploy, wire = gateway(history(deployment(1, "Stopped")))
    codedeploy.attempts("app", "dg", 2001 + 60)
    wire.calls.clear()

    codedeploy.attempts("app", "dg", 2001 + 61)

    assert len(wire.asked("BatchGetDeployments")) == 1


def test_a_stop_without_a_rollback_is_final_after_a_while() -> None:
    codedeploy, wire = gateway(history(deployment(1, "Stopped")))
    codedeploy.attempts("app", "dg", NOW)
    wire.calls.clear()

    codedeploy.attempts("app", "dg", NOW)

    assert wire.asked("BatchGetDeployments") == []


def test_an_appspec_is_read_for_the_newest_and_for_what_is_not_ours() -> None:
    codedeploy, _ = gateway(history(deployment(3), deployment(2, description="by hand"), deployment(1)))

    newest, foreign, ours = codedeploy.attempts("app", "dg", NOW)

    assert newest.task_definition_arn == "web:3"
    assert foreign.task_definition_arn == "web:2"
    assert foreign.mark is None
    assert ours.task_definition_arn is None


def test_appspecs_are_read_back_to_the_last_that_succeeded() -> None:
    failed = [deployment(number, "Failed") for number in (5, 4)]
    codedeploy, _ = gateway(history(*failed, deployment(3), deployment(2), deployment(1)))

    found = codedeploy.attempts("app", "dg", NOW)

    assert [each.task_definition_arn for each in found] == ["web:5", "web:4", "web:3", None, None]


def test_an_appspec_is_read_where_a_mark_is_of_another_version() -> None:
    old = deployment(1, description="trueup release=v0-r commit=c cause=commit")
    codedeploy, _ = gateway(history(deployment(2), old))

    assert codedeploy.attempts("app", "dg", NOW, RELEASE)[1].task_definition_arn == "web:1"


def test_an_appspec_is_read_for_the_release_that_is_asked_about() -> None:
    codedeploy, _ = gateway(
        history(*(deployment(n, description=f"trueup release=v1-r{n} commit=c cause=heal") for n in (3, 2, 1)))
    )

    found = codedeploy.attempts("app", "dg", NOW, Digest("v1-r1"))

    assert [each.task_definition_arn for each in found] == ["web:3", None, "web:1"]


def test_a_revision_in_s3_is_not_read() -> None:
    revision = {"revisionType": "S3", "s3Location": {"bucket": "b"}}
    codedeploy, wire = gateway(history(deployment(1, revision=revision)))

    assert codedeploy.attempts("app", "dg", NOW)[0].task_definition_arn is None
    assert wire.asked("GetApplicationRevision") == []


@pytest.mark.parametrize("code", ["ApplicationDoesNotExistException", "DeploymentGroupDoesNotExistException"])
def test_no_group_has_no_attempts(code: str) -> None:
    codedeploy, _ = gateway({"ListDeployments": Refusal(code), "GetDeploymentGroup": Refusal(code)})

    assert codedeploy.attempts("app", "dg", NOW) == ()
    assert codedeploy.group("app", "dg") is None


def test_a_group_says_who_watches_and_what_is_paired() -> None:
    group = {
        "applicationName": "app",
        "deploymentGroupName": "dg",
        "deploymentConfigName": "CodeDeployDefault.ECSAllAtOnce",
        "ecsServices": [{"serviceName": "web", "clusterName": "prod"}],
        "alarmConfiguration": {"enabled": True, "alarms": [{"name": "5xx"}]},
        "autoRollbackConfiguration": {"enabled": True, "events": ["DEPLOYMENT_FAILURE"]},
        "blueGreenDeploymentConfiguration": {
            "deploymentReadyOption": {"actionOnTimeout": "STOP_DEPLOYMENT", "waitTimeInMinutes": 30},
            "terminateBlueInstancesOnDeploymentSuccess": {"terminationWaitTimeInMinutes": 5},
        },
        "loadBalancerInfo": {
            "targetGroupPairInfoList": [
                {
                    "targetGroups": [{"name": "blue"}, {"name": "green"}],
                    "prodTrafficRoute": {"listenerArns": ["prod"]},
                    "testTrafficRoute": {"listenerArns": ["test"]},
                }
            ]
        },
    }
    codedeploy, _ = gateway({"GetDeploymentGroup": {"deploymentGroupInfo": group}})

    found = codedeploy.group("app", "dg")

    assert found is not None
    assert (found.cluster, found.service) == ("prod", "web")
    assert found.target_group_names == ("blue", "green")
    assert (found.prod_listener_arns, found.test_listener_arns) == (("prod",), ("test",))
    assert (found.alarm_names, found.alarms_enabled) == (("5xx",), True)
    assert found.rollback_events == ("DEPLOYMENT_FAILURE",)
    assert found.ready_wait_minutes == 30


def test_a_bare_group_has_nothing_paired_and_no_rollback() -> None:
    group = {
        "applicationName": "app",
        "deploymentGroupName": "dg",
        "autoRollbackConfiguration": {"enabled": False, "events": ["DEPLOYMENT_FAILURE"]},
    }
    codedeploy, _ = gateway({"GetDeploymentGroup": {"deploymentGroupInfo": group}})

    found = codedeploy.group("app", "dg")

    assert found is not None
    assert found.service == ""
    assert found.rollback_events == ()
    assert found.ready_wait_minutes == 0


def test_progress_is_that_of_the_green_task_set() -> None:
    target = {
        "lifecycleEvents": [{"lifecycleEventName": "Install", "status": "InProgress"}],
        "taskSetsInfo": [
            {"taskSetLabel": "Blue", "trafficWeight": 70.0, "runningCount": 2, "desiredCount": 2},
            {"taskSetLabel": "Green", "trafficWeight": 30.0, "runningCount": 1, "desiredCount": 2},
        ],
    }
    codedeploy, wire = gateway({"GetDeploymentTarget": {"deploymentTarget": {"ecsTarget": target}}})

    found = codedeploy.progress("d-1", "prod", "web")

    assert found is not None
    assert (found.traffic, found.running, found.desired) == (30.0, 1, 2)
    assert [event.name for event in found.events] == ["Install"]
    assert wire.asked("GetDeploymentTarget") == [{"deploymentId": "d-1", "targetId": "prod:web"}]


def test_a_deployment_that_has_not_started_has_no_progress() -> None:
    codedeploy, _ = gateway({"GetDeploymentTarget": Refusal("DeploymentNotStartedException")})

    assert codedeploy.progress("d-1", "prod", "web") is None


def creation(**more: Any) -> CreateDeployment:
    return CreateDeployment(
        "app", "dg", None, LoadBalancer("tg", "web", 80), Mark(RELEASE, "abc", Cause.COMMIT), **more
    )


def test_a_deployment_is_created_with_its_appspec_and_mark() -> None:
    codedeploy, wire = gateway({"CreateDeployment": {"deploymentId": "d-1"}})
    network = {"awsvpcConfiguration": {"subnets": ["a"], "securityGroups": ["b"], "assignPublicIp": "ENABLED"}}
    action = creation(
        network_configuration=network,
        capacity_provider_strategy=({"capacityProvider": "FARGATE", "weight": 1, "base": 0},),
        platform_version="1.4.0",
        hooks={"AfterInstall": "check"},
    )

    assert codedeploy.create_deployment(action, "arn:web:3") == "d-1"

    (sent,) = wire.asked("CreateDeployment")
    content = sent["revision"]["appSpecContent"]["content"]
    assert sent["revision"]["appSpecContent"]["sha256"] == hashlib.sha256(content.encode()).hexdigest()
    assert sent["description"] == MARK
    assert "overrideAlarmConfiguration" not in sent
    document = json.loads(content)
    assert document["Resources"][0]["TargetService"]["Properties"] == {
        "TaskDefinition": "arn:web:3",
        "LoadBalancerInfo": {"ContainerName": "web", "ContainerPort": 80},
        "PlatformVersion": "1.4.0",
        "NetworkConfiguration": {
            "AwsvpcConfiguration": {"Subnets": ["a"], "SecurityGroups": ["b"], "AssignPublicIp": "ENABLED"}
        },
        "CapacityProviderStrategy": [{"CapacityProvider": "FARGATE", "Weight": 1, "Base": 0}],
    }
    assert document["Hooks"] == [{"AfterInstall": "check"}]


def test_what_was_not_declared_is_not_in_the_appspec() -> None:
    codedeploy, wire = gateway({"CreateDeployment": {"deploymentId": "d-1"}})

    codedeploy.create_deployment(creation(), "arn:web:3")

    document = json.loads(wire.asked("CreateDeployment")[0]["revision"]["appSpecContent"]["content"])
    assert document["Resources"][0]["TargetService"]["Properties"].keys() == {"TaskDefinition", "LoadBalancerInfo"}
    assert "Hooks" not in document


def test_a_fix_ships_despite_the_alarm_and_says_why() -> None:
    codedeploy, wire = gateway({"CreateDeployment": {"deploymentId": "d-1"}})

    codedeploy.create_deployment(creation(despite_alarm='the "fix"\n' + "x" * 300), "arn:web:3")

    (sent,) = wire.asked("CreateDeployment")
    assert sent["overrideAlarmConfiguration"] == {"enabled": False}
    assert len(sent["description"]) == 256
    assert sent["description"].startswith(MARK + " despite-alarm=\"the 'fix' xxx")
    assert sent["description"].endswith('x"')


def test_another_active_deployment_is_waited_for() -> None:
    refusal = Refusal("DeploymentLimitExceededException", "already has an active Deployment 'd-ABC'")
    codedeploy, _ = gateway({"CreateDeployment": refusal})

    with pytest.raises(Retry) as caught:
        codedeploy.create_deployment(creation(), "arn:web:3")

    assert caught.value.reason == "AnotherDeployment"


def test_a_stop_rolls_back() -> None:
    codedeploy, wire = gateway({"StopDeployment": {"status": "Pending"}})

    codedeploy.stop("d-1")

    assert wire.asked("StopDeployment") == [{"deploymentId": "d-1", "autoRollbackEnabled": True}]


def test_stopping_or_releasing_what_has_ended_is_no_error() -> None:
    over = Refusal("DeploymentAlreadyCompletedException")
    codedeploy, wire = gateway({"StopDeployment": over, "ContinueDeployment": over})

    codedeploy.stop("d-1")
    codedeploy.end_termination_wait("d-1")

    assert wire.asked("ContinueDeployment")[0]["deploymentWaitType"] == "TERMINATION_WAIT"


def test_a_wait_that_has_ended_by_itself_is_no_error() -> None:
    codedeploy, _ = gateway({"ContinueDeployment": Refusal("DeploymentIsNotInReadyStateException")})

    codedeploy.end_termination_wait("d-1")


def test_a_stop_that_is_refused_is_an_error() -> None:
    codedeploy, _ = gateway({"StopDeployment": Refusal("DeploymentIsNotInReadyStateException")})

    with pytest.raises(Stalled):
        codedeploy.stop("d-1")
