"""What happens beside the road: things that vanish, strange orders, and waits that few deployments have."""

from dataclasses import replace

import pytest

from sandbox.blueprints import BlueGreen
from sandbox.world.elbv2.forwarding import weights
from tests.sandbox.stage import BAD, NEXT, Stage, refused


def test_a_deployment_may_be_queued_before_it_starts() -> None:
    stage = Stage()
    engine = stage.place.codedeploy.engine
    engine.pace = replace(engine.pace, queued=30.0)
    deployment = stage.ship()
    stage.pass_time(10)
    assert stage.status(deployment) == "Queued"
    stage.until(deployment, "InProgress", within=40)


def test_an_unknown_status_cannot_be_listed() -> None:
    with refused("InvalidDeploymentStatusException"):
        Stage().world.call("codedeploy", "ListDeployments", {"includeOnlyStatuses": ["Never"]})


def test_an_external_id_finds_nothing() -> None:
    stage = Stage()
    stage.ship()
    assert stage.call("codedeploy", "ListDeployments", externalId="x")["deployments"] == []


def test_a_service_that_is_deleted_in_mid_shift_fails_the_deployment() -> None:
    stage = Stage(BlueGreen(alarms=False))
    deployment = stage.ship()
    stage.until_share(50)
    stage.call("ecs", "DeleteService", cluster=stage.built.cluster, service=stage.built.service, force=True)
    stage.until(deployment, "Failed")
    assert stage.fault(deployment)[0] == "ECS_UPDATE_ERROR"


def test_a_target_group_that_is_deleted_makes_the_service_invalid() -> None:
    stage = Stage()
    action = {"Type": "forward", "TargetGroupArn": stage.built.blue_arn}
    for listener in (stage.built.production_listener_arn, stage.built.test_listener_arn):
        stage.call("elbv2", "ModifyListener", ListenerArn=listener, DefaultActions=[action])
    stage.call("elbv2", "DeleteTargetGroup", TargetGroupArn=stage.built.green_arn)
    deployment = stage.ship()
    stage.until(deployment, "Failed")
    assert stage.fault(deployment)[0] == "INVALID_ECS_SERVICE"


def test_a_group_without_a_test_listener_deploys_as_well() -> None:
    stage = Stage()
    told = stage.call("codedeploy", "GetDeploymentGroup", **stage.group)["deploymentGroupInfo"]
    pair = told["loadBalancerInfo"]["targetGroupPairInfoList"][0]
    del pair["testTrafficRoute"]
    stage.call(
        "codedeploy",
        "UpdateDeploymentGroup",
        applicationName=stage.built.application,
        currentDeploymentGroupName=stage.built.deployment_group,
        loadBalancerInfo={"targetGroupPairInfoList": [pair]},
    )
    stage.until(stage.ship(), "Succeeded")
    assert stage.weights(stage.built.test_listener_arn) == {"green": 1}


def test_the_termination_wait_has_an_older_name_to_end_it() -> None:
    stage = Stage(BlueGreen(wait_minutes=600))
    deployment = stage.ship()
    stage.until_shifted(deployment)
    stage.call("codedeploy", "SkipWaitTimeForInstanceTermination", deploymentId=deployment)
    stage.until(deployment, "Succeeded", within=15)


def test_a_service_in_the_middle_of_a_deployment_keeps_its_primarys_desired_count() -> None:
    stage = Stage()
    deployment = stage.ship()
    stage.until_share(10)
    told = stage.target(deployment)["taskSetsInfo"]
    assert [(one["desiredCount"], one["runningCount"], one["pendingCount"]) for one in told] == [(2, 2, 0)] * 2


def test_a_platform_other_than_ecs_is_not_deployed_to() -> None:
    stage = Stage()
    server = {"applicationName": "server", "deploymentGroupName": "fleet"}
    stage.call("codedeploy", "CreateApplication", applicationName="server", computePlatform="Server")
    stage.call("codedeploy", "CreateDeploymentGroup", **server, serviceRoleArn="arn:aws:iam::123456789012:role/x")
    with refused("UnsupportedActionForDeploymentTypeException"):
        stage.call("codedeploy", "CreateDeployment", **server)


def test_two_groups_deploy_side_by_side() -> None:
    stage = Stage()
    other = stage.beside(BlueGreen(name="shop"))
    good, bad = stage.ship(NEXT), other.ship(BAD)
    stage.until(good, "Succeeded")
    assert other.status(bad) == "Stopped"
    assert other.weights()["blue"] == 100


def test_a_service_that_production_reaches_through_a_rule_is_shifted_there() -> None:
    stage = Stage()
    production = stage.built.production_listener_arn
    stage.call(
        "elbv2",
        "CreateRule",
        ListenerArn=production,
        Priority=1,
        Conditions=[{"Field": "path-pattern", "Values": ["/*"]}],
        Actions=[{"Type": "forward", "TargetGroupArn": stage.built.blue_arn}],
    )
    gone = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
    stage.call("elbv2", "ModifyListener", ListenerArn=production, DefaultActions=[gone])
    deployment = stage.ship()
    stage.until(deployment, "Succeeded")
    rule = stage.call("elbv2", "DescribeRules", ListenerArn=production)["Rules"][0]
    assert weights(rule["Actions"]) == {stage.built.blue_arn: 0, stage.built.green_arn: 100}
    assert [one["trafficWeight"] for one in stage.target(deployment)["taskSetsInfo"]] == [0.0, 100.0]


def test_the_task_definition_that_runs_already_can_be_deployed_again() -> None:
    stage = Stage()
    deployment = stage.deploy(stage.app_spec_of(stage.built.task_definition_arn))
    stage.until(deployment, "Succeeded")
    assert stage.task_sets()[deployment] == "PRIMARY"


@pytest.mark.parametrize("second", [1, 5, 20, 60, 130, 145, 200, 400, 690, 900])
def test_a_stop_with_rollback_ends_well_whenever_it_comes(second: int) -> None:
    stage = Stage()
    deployment = stage.ship()
    stage.pass_time(second)
    stage.call("codedeploy", "StopDeployment", deploymentId=deployment, autoRollbackEnabled=True)
    stage.pass_time(600)
    assert stage.status(deployment) == "Stopped"
    assert stage.weights() == {"blue": 100, "green": 0}
    assert stage.task_sets() == {"first": "PRIMARY"}
    assert all(status != "InProgress" for status in _events(stage, deployment).values())
    stage.until(stage.ship("registry/notes:3.0"), "Succeeded")


def _events(stage: Stage, deployment: str) -> dict[str, str]:
    return {one.name: one.status for one in stage.place.codedeploy.store.deployments[deployment].events}


def test_install_is_what_makes_the_task_set() -> None:
    stage = Stage()
    deployment = stage.ship()
    stage.pass_time(5)
    assert stage.task_sets() == {"first": "PRIMARY"}
    stage.pass_time(5)
    assert stage.task_sets()[deployment] == "ACTIVE"


def test_groups_and_applications_go_together() -> None:
    stage = Stage()
    stage.call("codedeploy", "UpdateApplication", applicationName=stage.built.application, newApplicationName="renamed")
    deployment = stage.call("codedeploy", "ListDeploymentGroups", applicationName="renamed")["deploymentGroups"]
    assert deployment == [stage.built.deployment_group]
    stage.call("codedeploy", "DeleteApplication", applicationName="renamed")
    assert not stage.place.codedeploy.store.groups


def test_a_configuration_in_use_is_not_deleted() -> None:
    stage = Stage()
    routing = {"type": "TimeBasedCanary", "timeBasedCanary": {"canaryPercentage": 25, "canaryInterval": 1}}
    stage.call(
        "codedeploy",
        "CreateDeploymentConfig",
        deploymentConfigName="own",
        trafficRoutingConfig=routing,
        computePlatform="ECS",
    )
    stage.call(
        "codedeploy",
        "UpdateDeploymentGroup",
        applicationName=stage.built.application,
        currentDeploymentGroupName=stage.built.deployment_group,
        deploymentConfigName="own",
    )
    with refused("DeploymentConfigInUseException"):
        stage.call("codedeploy", "DeleteDeploymentConfig", deploymentConfigName="own")
    stage.ship()
    stage.until_share(1)
    assert stage.green_share == 25


def test_a_configuration_for_another_platform_is_refused() -> None:
    stage = Stage()
    stage.call("codedeploy", "CreateDeploymentConfig", deploymentConfigName="fleet", computePlatform="Server")
    with refused("InvalidDeploymentConfigNameException"):
        stage.ship(deploymentConfigName="fleet")
