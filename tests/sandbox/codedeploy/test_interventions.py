"""Stopping and continuing a deployment, and answering its hooks."""

import pytest

from sandbox.blueprints import BlueGreen
from sandbox.errors import AwsError
from sandbox.switches import Switches
from tests.sandbox.stage import NEXT, Stage, refused

HOUR = 3600.0


def stop(stage: Stage, deployment: str, *, rollback: bool | None = None) -> str:
    options = {} if rollback is None else {"autoRollbackEnabled": rollback}
    return str(stage.call("codedeploy", "StopDeployment", deploymentId=deployment, **options)["status"])


def go_on(stage: Stage, deployment: str, kind: str) -> None:
    stage.call("codedeploy", "ContinueDeployment", deploymentId=deployment, deploymentWaitType=kind)


def test_a_stop_without_rollback_leaves_the_traffic_where_it_is() -> None:
    stage = Stage()
    deployment = stage.ship()
    stage.until_share(20)
    assert stop(stage, deployment) == "Succeeded"
    stage.pass_time(600)
    assert (stage.status(deployment), stage.fault(deployment)[0]) == ("Stopped", "MANUAL_STOP")
    assert stage.weights() == {"blue": 80, "green": 20}


def test_a_stopped_deployments_target_remembers_where_it_stood() -> None:
    stage = Stage()
    deployment = stage.ship()
    stage.until_share(20)
    stop(stage, deployment)
    stage.until(stage.ship("registry/notes:3.0"), "Succeeded")
    assert [one["trafficWeight"] for one in stage.target(deployment)["taskSetsInfo"]] == [80.0, 20.0]


def test_a_stop_with_rollback_is_followed_by_a_second_deployment() -> None:
    stage = Stage()
    deployment = stage.ship()
    stage.until_share(20)
    stop(stage, deployment, rollback=True)
    assert stage.weights() == {"blue": 100, "green": 0}
    stage.until(stage.rollback_of(deployment), "Succeeded")


def test_a_group_may_roll_back_every_stop() -> None:
    stage = Stage(BlueGreen(rollback_events=("DEPLOYMENT_STOP_ON_REQUEST",)))
    deployment = stage.ship()
    stage.until_share(20)
    stop(stage, deployment)
    assert stage.rollback_of(deployment)


def test_a_deployment_that_is_over_cannot_be_stopped_again() -> None:
    stage = Stage()
    deployment = stage.ship()
    stop(stage, deployment)
    with refused("DeploymentAlreadyCompletedException"):
        stop(stage, deployment)


def test_a_stop_before_the_start_has_nothing_to_roll_back() -> None:
    stage = Stage()
    deployment = stage.ship()
    stop(stage, deployment, rollback=True)
    stage.pass_time(600)
    assert stage.task_sets() == {"first": "PRIMARY"}
    assert "rollbackInfo" not in stage.deployment(deployment)


def test_a_stop_may_be_pending_first() -> None:
    stage = Stage(switches=Switches(stop_is_pending_first=True))
    deployment = stage.ship()
    stage.until_share(10)
    assert [stop(stage, deployment, rollback=True) for _ in range(2)] == ["Pending", "Pending"]
    assert stage.status(deployment) == "InProgress"
    stage.until(deployment, "Stopped", within=10)
    assert stage.weights()["blue"] == 100


def test_a_stop_in_the_termination_wait_brings_blue_back() -> None:
    stage = Stage()
    deployment = stage.ship()
    stage.until_share(100)
    stage.pass_time(60)
    stop(stage, deployment, rollback=True)
    stage.until(stage.rollback_of(deployment), "Succeeded", step=1)
    assert stage.task_sets() == {"first": "PRIMARY", deployment: "DRAINING"}
    assert stage.weights() == {"blue": 100, "green": 0}


def test_a_stop_in_the_termination_wait_may_also_only_end_the_wait() -> None:
    stage = Stage(switches=Switches(stop_in_termination_wait_rolls_back=False))
    deployment = stage.ship()
    stage.until_share(100)
    stage.pass_time(60)
    stop(stage, deployment, rollback=True)
    stage.pass_time(120)
    assert stage.status(deployment) == "Stopped"
    assert stage.task_sets() == {deployment: "PRIMARY"}
    assert stage.weights() == {"blue": 0, "green": 100}


def test_continue_ends_the_termination_wait_early() -> None:
    stage = Stage(BlueGreen(wait_minutes=2880))
    deployment = stage.ship()
    stage.until_share(100)
    stage.pass_time(10)
    go_on(stage, deployment, "TERMINATION_WAIT")
    stage.until(deployment, "Succeeded", within=15)


def test_continue_is_refused_where_nothing_waits() -> None:
    stage = Stage()
    deployment = stage.ship()
    stage.until_share(10)
    for kind in ("READY_WAIT", "TERMINATION_WAIT"):
        with refused("DeploymentIsNotInReadyStateException"):
            go_on(stage, deployment, kind)


def test_a_group_that_wants_a_word_waits_in_ready_before_production_moves() -> None:
    stage = Stage(BlueGreen(ready_wait_minutes=60))
    deployment = stage.ship()
    stage.until(deployment, "Ready")
    stage.pass_time(600)
    assert stage.green_share == 0
    assert stage.target(deployment)["status"] == "Ready"
    assert stage.events(deployment)["AllowTraffic"] == "Pending"
    go_on(stage, deployment, "READY_WAIT")
    stage.until_share(10, within=10)
    assert stage.status(deployment) == "InProgress"


@pytest.mark.parametrize(("stopped", "status"), [(True, "Stopped"), (False, "Failed")])
def test_nobody_coming_ends_the_ready_wait(stopped: bool, status: str) -> None:
    stage = Stage(BlueGreen(ready_wait_minutes=30), switches=Switches(ready_timeout_is_stopped=stopped))
    deployment = stage.ship()
    stage.until(deployment, "Ready")
    assert 1790 <= stage.until(deployment, status) <= 1805
    assert stage.fault(deployment) == (
        "TIMEOUT",
        "The deployment timed out while waiting for a notification to continue. This time out period is 30 minutes.",
    )


def test_the_termination_wait_may_be_called_baking() -> None:
    stage = Stage(switches=Switches(termination_wait_is_baking=True))
    deployment = stage.ship()
    stage.until_share(100)
    stage.pass_time(10)
    assert stage.status(deployment) == "Baking"
    stage.until(deployment, "Succeeded")


def hooked(stage: Stage, event: str = "AfterAllowTestTraffic") -> tuple[str, str]:
    """A deployment that waits for its hook, and the hook's execution id."""
    deployment = stage.deploy(stage.app_spec(NEXT, hooks={event: "validate"}))
    for _ in range(1000):
        stage.pass_time(1)
        current = stage.place.codedeploy.store.deployments[deployment].current_event
        if current is not None and current.hook is not None:
            return deployment, current.hook
    raise AssertionError("the hook was never invoked")


def answer(stage: Stage, deployment: str, execution: str, status: str) -> None:
    stage.call(
        "codedeploy",
        "PutLifecycleEventHookExecutionStatus",
        deploymentId=deployment,
        lifecycleEventHookExecutionId=execution,
        status=status,
    )


@pytest.mark.parametrize(
    "event", ["BeforeInstall", "AfterInstall", "AfterAllowTestTraffic", "BeforeAllowTraffic", "AfterAllowTraffic"]
)
def test_a_hook_waits_for_its_function_and_goes_on_when_it_says_succeeded(event: str) -> None:
    stage = Stage()
    deployment, execution = hooked(stage, event)
    stage.pass_time(1800)
    assert stage.events(deployment)[event] == "InProgress"
    answer(stage, deployment, execution, "Succeeded")
    assert stage.events(deployment)[event] == "Succeeded"
    stage.until(deployment, "Succeeded")


def test_a_hook_that_says_failed_fails_the_deployment() -> None:
    stage = Stage()
    deployment, execution = hooked(stage)
    answer(stage, deployment, execution, "Failed")
    assert stage.fault(deployment) == (
        "HOOK_EXECUTION_FAILURE",
        "The deployment failed because one or more of the lifecycle event validation functions failed.",
    )
    assert stage.weights() == {"blue": 100, "green": 0}


def test_a_hook_that_never_answers_times_out_after_an_hour() -> None:
    stage = Stage()
    deployment, _ = hooked(stage)
    assert HOUR - 60 <= stage.until(deployment, "Failed") <= HOUR
    code, words = stage.fault(deployment)
    assert code == "HOOK_EXECUTION_FAILURE"
    assert "waiting for a status callback" in words


def test_a_known_function_answers_by_itself() -> None:
    stage = Stage()
    stage.place.codedeploy.engine.lambdas["validate"] = "Succeeded"
    deployment = stage.deploy(
        stage.app_spec(NEXT, hooks={"AfterInstall": "arn:aws:lambda:eu-west-1:1:function:validate"})
    )
    stage.until(deployment, "Succeeded")


def test_a_role_that_may_not_call_the_function_says_so() -> None:
    stage = Stage()
    stage.place.codedeploy.engine.denied.add("AWSLambda")
    deployment = stage.deploy(stage.app_spec(NEXT, hooks={"BeforeInstall": "validate"}))
    stage.until(deployment, "Failed")
    assert stage.fault(deployment)[0] == "IAM_ROLE_PERMISSIONS"


def test_a_hook_is_answered_once_and_only_by_its_own_id() -> None:
    stage = Stage()
    deployment, execution = hooked(stage)
    with refused("InvalidLifecycleEventHookExecutionIdException"):
        answer(stage, deployment, "nobody", "Succeeded")
    with refused("InvalidLifecycleEventHookExecutionStatusException"):
        answer(stage, deployment, execution, "Skipped")
    answer(stage, deployment, execution, "Succeeded")
    with refused("LifecycleEventAlreadyCompletedException"):
        answer(stage, deployment, execution, "Succeeded")


def test_a_hook_on_an_event_that_has_none_spoils_the_app_spec() -> None:
    stage = Stage()
    deployment = stage.deploy(stage.app_spec(NEXT, hooks={"AllowTraffic": "validate"}))
    stage.until(deployment, "Failed")
    assert stage.fault(deployment)[0] == "INVALID_REVISION"


def test_targets_are_there_only_once_the_deployment_has_started() -> None:
    stage = Stage()
    deployment = stage.ship()
    with refused("DeploymentNotStartedException"):
        stage.target(deployment)
    stage.until(deployment, "InProgress")
    targets = stage.call("codedeploy", "ListDeploymentTargets", deploymentId=deployment)["targetIds"]
    assert targets == [stage.target_id]
    batch = stage.call("codedeploy", "BatchGetDeploymentTargets", deploymentId=deployment, targetIds=targets)
    assert batch["deploymentTargets"][0]["ecsTarget"] == stage.target(deployment)
    for wrong in ("nobody", ""):
        with pytest.raises(AwsError):
            stage.call("codedeploy", "GetDeploymentTarget", deploymentId=deployment, targetId=wrong)
