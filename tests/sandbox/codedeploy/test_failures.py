"""Deployments that fail, each for AWS's own reason."""

import pytest

from sandbox.blueprints import BlueGreen
from sandbox.switches import Switches
from tests.sandbox.stage import CRASHING, NEXT, Stage

HOUR = 3600.0
NO_ROLLBACK = BlueGreen(rollback_events=())


def failed(stage: Stage, deployment: str) -> tuple[str, str]:
    stage.until(deployment, "Failed")
    return stage.fault(deployment)


def test_a_task_set_that_never_gets_steady_times_out_after_an_hour() -> None:
    stage = Stage()
    deployment = stage.ship(CRASHING)
    stage.pass_time(HOUR - 60)
    assert stage.status(deployment) == "InProgress"
    assert failed(stage, deployment) == (
        "TIMEOUT",
        (
            "The deployment timed out while waiting for the replacement task set to become healthy. "
            "This time out period is 60 minutes."
        ),
    )
    stage.until(stage.rollback_of(deployment), "Succeeded", step=1)
    assert stage.task_sets() == {"first": "PRIMARY", deployment: "DRAINING"}


def test_which_code_carries_the_time_out_is_a_switch() -> None:
    stage = Stage(switches=Switches(task_set_timeout_code="HEALTH_CONSTRAINTS"))
    assert failed(stage, stage.ship(CRASHING))[0] == "HEALTH_CONSTRAINTS"


def test_without_rollback_a_failed_deployments_task_set_stays() -> None:
    stage = Stage(NO_ROLLBACK)
    deployment = stage.ship(CRASHING)
    failed(stage, deployment)
    stage.pass_time(HOUR)
    assert stage.task_sets() == {"first": "PRIMARY", deployment: "ACTIVE"}


def test_the_next_deployment_takes_the_place_of_what_an_unfinished_one_left_behind() -> None:
    stage = Stage(NO_ROLLBACK)
    left = stage.ship(CRASHING)
    failed(stage, left)
    following = stage.ship()
    stage.until(following, "Succeeded")
    stage.pass_time(300)
    assert stage.task_sets() == {following: "PRIMARY"}


def test_what_was_left_behind_may_also_stay() -> None:
    stage = Stage(NO_ROLLBACK, switches=Switches(abandoned_task_set_is_replaced=False))
    left = stage.ship(CRASHING)
    failed(stage, left)
    following = stage.ship()
    stage.until(following, "Succeeded")
    assert stage.task_sets()[left] == "ACTIVE"


def test_an_inactive_task_definition_is_refused_by_ecs_in_the_deployment() -> None:
    stage = Stage()
    definition = stage.register(NEXT)
    spec = stage.app_spec_of(definition)
    stage.call("ecs", "DeregisterTaskDefinition", taskDefinition=definition)
    code, words = failed(stage, stage.deploy(spec))
    assert code == "ECS_UPDATE_ERROR"
    assert "TaskDefinition is inactive" in words


def test_production_that_somebody_moved_off_the_primary_task_set_fails_before_a_task_set_is_made() -> None:
    stage = Stage()
    action = {"Type": "forward", "TargetGroupArn": stage.built.green_arn}
    production = stage.built.production_listener_arn
    stage.call("elbv2", "ModifyListener", ListenerArn=production, DefaultActions=[action])
    deployment = stage.ship()
    assert failed(stage, deployment) == (
        "ELASTIC_LOAD_BALANCING_INVALID",
        (
            "The ELB could not be updated due to the following error: Primary taskset target group must be behind "
            f"listener {production}"
        ),
    )
    assert stage.task_sets() == {"first": "PRIMARY"}


def test_a_deployment_too_soon_after_the_last_one_meets_its_draining_task_set() -> None:
    stage = Stage()
    stage.until(stage.ship(), "Succeeded", step=1)
    code, words = failed(stage, stage.ship("registry/notes:3.0"))
    assert code == "ECS_UPDATE_ERROR"
    assert "is behind prod listener" in words
    assert "Verify that the TaskSet is still serving production traffic." in words


def test_a_service_that_was_deleted_cannot_be_deployed_to() -> None:
    stage = Stage()
    stage.call("ecs", "DeleteService", cluster=stage.built.cluster, service=stage.built.service, force=True)
    assert failed(stage, stage.ship())[0] == "INVALID_ECS_SERVICE"


def test_a_role_without_ecs_says_so() -> None:
    stage = Stage()
    stage.place.codedeploy.engine.denied.add("AmazonECS")
    assert failed(stage, stage.ship()) == (
        "IAM_ROLE_PERMISSIONS",
        (
            "The IAM role arn:aws:iam::123456789012:role/codedeploy-ecs does not give you permission to perform "
            "operations in the following AWS service: AmazonECS."
        ),
    )


def test_what_has_failed_in_its_first_event_is_not_stopped_by_an_alarm_as_well() -> None:
    stage = Stage()
    stage.ring(stage.built.alarms[0])
    stage.place.codedeploy.engine.denied.add("AWSLambda")
    deployment = stage.deploy(stage.app_spec(hooks={"BeforeInstall": "check"}))
    stage.until(deployment, "Failed")
    assert stage.fault(deployment)[0] == "IAM_ROLE_PERMISSIONS"


def test_a_role_that_may_not_move_listeners_fails_at_the_test_traffic() -> None:
    stage = Stage()
    stage.place.codedeploy.engine.denied.add("AmazonElasticLoadBalancing")
    deployment = stage.ship()
    assert failed(stage, deployment)[0] == "IAM_ROLE_PERMISSIONS"
    assert stage.events(deployment)["AllowTestTraffic"] == "Failed"


def test_a_production_listener_that_vanishes_in_mid_shift_fails_the_deployment() -> None:
    stage = Stage()
    deployment = stage.ship()
    stage.until_share(10)
    stage.call("elbv2", "DeleteListener", ListenerArn=stage.built.production_listener_arn)
    assert failed(stage, deployment)[0] == "ELASTIC_LOAD_BALANCING_INVALID"


def test_a_task_set_that_somebody_deletes_during_install_fails_the_deployment() -> None:
    stage = Stage()
    deployment = stage.ship()
    stage.pass_time(30)
    green = stage.place.codedeploy.store.deployments[deployment].green
    service = stage.place.ecs.service(stage.built.cluster, stage.built.service)
    assert service is not None
    assert green is not None
    stage.place.ecs.drain(service, green)
    assert failed(stage, deployment)[0] == "ECS_UPDATE_ERROR"


@pytest.mark.parametrize(
    "content",
    [
        "a: [",
        "just text",
        "version: 0.0",
        "version: 1.0\nResources: []",
        '{"version": 0.0, "Resources": [{"X": {"Type": "AWS::Lambda::Function"}}]}',
        '{"version": 0.0, "Resources": [{"X": {"Type": "AWS::ECS::Service", "Properties": {}}}]}',
    ],
)
def test_an_app_spec_that_cannot_be_read_fails_its_deployment(content: str) -> None:
    stage = Stage()
    code, words = failed(stage, stage.deploy(content))
    assert code == "INVALID_REVISION"
    assert words.startswith(
        "The deployment failed because the AppSpec file that specifies the deployment configuration"
    )


def test_an_app_spec_that_cannot_be_read_may_be_refused_at_once() -> None:
    stage = Stage(switches=Switches(bad_app_spec_is_refused=True))
    with pytest.raises(Exception, match="InvalidRevisionException"):
        stage.deploy("a: [")


def test_a_rollback_whose_old_task_set_is_gone_deploys_the_old_revision_anew() -> None:
    stage = Stage()
    first = stage.ship()
    stage.until(first, "Succeeded")
    stage.pass_time(120)
    second = stage.ship("registry/notes:3.0")
    stage.until_shifted(second)
    blue = stage.place.codedeploy.store.deployments[second].blue
    service = stage.place.ecs.service(stage.built.cluster, stage.built.service)
    assert service is not None
    assert blue is not None
    stage.place.ecs.drain(service, blue)
    stage.pass_time(120)
    stage.ring(stage.built.alarms[0])
    stage.until(second, "Stopped")
    rollback = stage.rollback_of(second)
    stage.until(rollback, "Succeeded")
    assert stage.weights() == {"blue": 0, "green": 100}
    assert stage.service()["taskDefinition"].endswith("notes-app:2")
