"""Deployment groups: what they must be, and what they read back."""

from typing import Any

import pytest

from sandbox.blueprints import Rolling, rolling
from sandbox.errors import AwsError
from sandbox.switches import Switches
from sandbox.world.codedeploy.group_rules import check_routing
from tests.sandbox.stage import Stage, refused


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage()


def request(stage: Stage, **changes: Any) -> dict[str, Any]:
    """A request for a second group, right but for ``changes``; ``None`` leaves a parameter out."""
    told = stage.call("codedeploy", "GetDeploymentGroup", **stage.group)["deploymentGroupInfo"]
    copied = (
        "deploymentStyle",
        "blueGreenDeploymentConfiguration",
        "loadBalancerInfo",
        "ecsServices",
        "serviceRoleArn",
    )
    given = {"applicationName": stage.built.application, "deploymentGroupName": "other"}
    whole = given | {key: told[key] for key in copied} | changes
    return {key: value for key, value in whole.items() if value is not None}


def words(stage: Stage, code: str, **changes: Any) -> str:
    with pytest.raises(AwsError) as caught:
        stage.world.call("codedeploy", "CreateDeploymentGroup", request(stage, **changes))
    assert caught.value.code == code
    return caught.value.message


def test_a_style_other_than_blue_green_with_traffic_control_is_refused(stage: Stage) -> None:
    expected = (
        "For ECS deployment, the deployment type must be BLUE_GREEN, and deployment option must be "
        "WITH_TRAFFIC_CONTROL."
    )
    style = {"deploymentType": "IN_PLACE", "deploymentOption": "WITHOUT_TRAFFIC_CONTROL"}
    assert words(stage, "InvalidDeploymentStyleException", deploymentStyle=style) == expected
    assert words(stage, "InvalidDeploymentStyleException", deploymentStyle=None) == expected


def test_a_load_balancer_is_needed_and_only_as_a_pair(stage: Stage) -> None:
    code = "InvalidLoadBalancerInfoException"
    prefix = "For ECS deployment group, loadBalancerInfo"
    assert words(stage, code, loadBalancerInfo=None) == f"{prefix} must be specified"
    elb, groups = {"elbInfoList": [{"name": "x"}]}, {"targetGroupInfoList": [{"name": "x"}]}
    assert words(stage, code, loadBalancerInfo=elb) == f"{prefix} must not contain elbInfo list"
    assert words(stage, code, loadBalancerInfo=groups) == f"{prefix} must not contain targetGroupInfo list"


def test_a_blue_green_configuration_is_needed(stage: Stage) -> None:
    code = "InvalidBlueGreenDeploymentConfigurationException"
    assert (
        words(stage, code, blueGreenDeploymentConfiguration=None)
        == "For ECS deployment group, blueGreenDeploymentConfiguration must be specified"
    )
    too_long = {"terminateBlueInstancesOnDeploymentSuccess": {"terminationWaitTimeInMinutes": 2881}}
    assert words(stage, code, blueGreenDeploymentConfiguration=too_long)


def test_the_service_must_be_there_and_codedeploys(stage: Stage) -> None:
    code = "InvalidECSServiceException"
    missing = [{"clusterName": stage.built.cluster, "serviceName": "nobody"}]
    assert words(stage, code, ecsServices=missing).startswith(
        f"Could not load ECS service information for cluster: {stage.built.cluster}, service: nobody. Cause: "
    )
    plain = rolling(stage.world, Rolling(name="plain"))
    other = [{"clusterName": plain.cluster, "serviceName": plain.service}]
    assert (
        words(stage, code, ecsServices=other)
        == "Deployment group's ECS service must be configured for a CODE_DEPLOY deployment controller."
    )
    assert words(stage, code, ecsServices=None)


def test_a_service_has_one_group_at_most(stage: Stage) -> None:
    assert words(stage, "ECSServiceMappingLimitExceededException")


def test_a_role_is_needed(stage: Stage) -> None:
    assert words(stage, "RoleRequiredException", serviceRoleArn=None)


@pytest.mark.parametrize(
    "alarms",
    [
        {"enabled": True},
        {"enabled": True, "alarms": [{"name": ""}]},
        {"enabled": True, "alarms": [{"name": "a"}, {"name": "a"}]},
    ],
)
def test_alarms_must_be_named_once_each(stage: Stage, alarms: dict[str, Any]) -> None:
    assert words(stage, "InvalidAlarmConfigException", alarmConfiguration=alarms)


def test_ten_alarms_are_the_most(stage: Stage) -> None:
    alarms = {"enabled": True, "alarms": [{"name": f"alarm-{number}"} for number in range(11)]}
    assert words(stage, "AlarmsLimitExceededException", alarmConfiguration=alarms)


def test_a_rollback_needs_events(stage: Stage) -> None:
    for wrong in ({"enabled": True}, {"enabled": True, "events": ["NEVER"]}):
        assert words(stage, "InvalidAutoRollbackConfigException", autoRollbackConfiguration=wrong)


def pair(stage: Stage, **changes: Any) -> dict[str, Any]:
    told = stage.call("codedeploy", "GetDeploymentGroup", **stage.group)["deploymentGroupInfo"]
    return {"targetGroupPairInfoList": [told["loadBalancerInfo"]["targetGroupPairInfoList"][0] | changes]}


@pytest.mark.parametrize(
    "changes",
    [
        {"targetGroups": [{"name": "prod-notes-app-blue"}]},
        {"targetGroups": [{"name": "prod-notes-app-blue"}, {"name": "nobody"}]},
        {"prodTrafficRoute": {"listenerArns": []}},
        {"prodTrafficRoute": {"listenerArns": ["arn:nobody"]}},
        {"testTrafficRoute": {"listenerArns": ["a", "b"]}},
    ],
)
def test_the_pair_must_be_two_target_groups_and_a_listener(stage: Stage, changes: dict[str, Any]) -> None:
    assert words(stage, "InvalidTargetGroupPairException", loadBalancerInfo=pair(stage, **changes))


def test_there_is_one_pair_only(stage: Stage) -> None:
    twice = {"targetGroupPairInfoList": pair(stage)["targetGroupPairInfoList"] * 2}
    assert words(stage, "InvalidTargetGroupPairException", loadBalancerInfo=twice)


def test_a_network_load_balancer_takes_all_at_once_alone(stage: Stage) -> None:
    balancer = stage.call("elbv2", "CreateLoadBalancer", Name="net", Type="network", Subnets=["subnet-1"])
    listener = stage.call(
        "elbv2",
        "CreateListener",
        LoadBalancerArn=balancer["LoadBalancers"][0]["LoadBalancerArn"],
        Protocol="TCP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": stage.built.blue_arn}],
    )["Listeners"][0]["ListenerArn"]
    store = stage.place.codedeploy.store
    check_routing(store, listener, store.config("CodeDeployDefault.ECSAllAtOnce"))
    with pytest.raises(AwsError, match="Only ALB supports gradual traffic routing, use AllAtOnce Traffic routing"):
        check_routing(store, listener, store.config("CodeDeployDefault.ECSLinear10PercentEvery1Minutes"))


def test_what_was_configured_reads_back_with_awss_defaults() -> None:
    stage = Stage()
    group = stage.call("codedeploy", "GetDeploymentGroup", **stage.group)["deploymentGroupInfo"]
    assert group["blueGreenDeploymentConfiguration"]["deploymentReadyOption"] == {
        "actionOnTimeout": "CONTINUE_DEPLOYMENT",
        "waitTimeInMinutes": 0,
    }
    assert group["outdatedInstancesStrategy"] == "UPDATE"
    assert group["alarmConfiguration"] == {
        "enabled": True,
        "ignorePollAlarmFailure": False,
        "alarms": [{"name": "prod-notes-app-5xx-blue"}, {"name": "prod-notes-app-5xx-green"}],
    }
    assert group["computePlatform"] == "ECS"
    assert group["terminationHookEnabled"] is False
    assert (group["ec2TagFilters"], group["triggerConfigurations"], group["autoScalingGroups"]) == ([], [], [])
    assert not {"targetRevision", "lastSuccessfulDeployment", "lastAttemptedDeployment"} & set(group)


def test_a_group_knows_its_last_deployments_and_its_revision() -> None:
    stage = Stage()
    first = stage.ship()
    stage.until(first, "Succeeded")
    stage.pass_time(120)
    second = stage.ship("registry/notes:3.0")
    stage.pass_time(10)
    group = stage.call("codedeploy", "GetDeploymentGroup", **stage.group)["deploymentGroupInfo"]
    assert group["targetRevision"] == stage.deployment(first)["revision"]
    assert group["lastSuccessfulDeployment"]["deploymentId"] == first
    assert group["lastSuccessfulDeployment"]["status"] == "Succeeded"
    assert (group["lastAttemptedDeployment"]["deploymentId"], "endTime" in group["lastAttemptedDeployment"]) == (
        second,
        False,
    )


def test_a_groups_making_weighs_both_target_groups_on_production() -> None:
    assert Stage().weights() == {"blue": 100, "green": 0}


def test_a_groups_making_may_leave_the_listener_alone() -> None:
    stage = Stage(switches=Switches(group_creation_weighs_listener=False))
    assert stage.weights() == {"blue": 1}
    stage.until(stage.ship(), "Succeeded")


def test_groups_are_listed_renamed_and_deleted() -> None:
    stage = Stage()
    application = stage.built.application
    stage.call(
        "codedeploy",
        "UpdateDeploymentGroup",
        applicationName=application,
        currentDeploymentGroupName=stage.built.deployment_group,
        newDeploymentGroupName="renamed",
        deploymentConfigName="CodeDeployDefault.ECSAllAtOnce",
    )
    listed = stage.call("codedeploy", "ListDeploymentGroups", applicationName=application)
    assert listed["deploymentGroups"] == ["renamed"]
    names = ["renamed", "nobody"]
    batch = stage.call(
        "codedeploy", "BatchGetDeploymentGroups", applicationName=application, deploymentGroupNames=names
    )
    assert [one["deploymentConfigName"] for one in batch["deploymentGroupsInfo"]] == ["CodeDeployDefault.ECSAllAtOnce"]
    assert "nobody" in batch["errorMessage"]
    stage.call("codedeploy", "DeleteDeploymentGroup", applicationName=application, deploymentGroupName="renamed")
    with refused("DeploymentGroupDoesNotExistException"):
        stage.call("codedeploy", "GetDeploymentGroup", applicationName=application, deploymentGroupName="renamed")


def test_names_are_needed_unique_and_known(stage: Stage) -> None:
    with refused("DeploymentGroupAlreadyExistsException"):
        stage.call("codedeploy", "CreateDeploymentGroup", **request(stage) | stage.group)
    with refused("DeploymentConfigDoesNotExistException"):
        stage.call("codedeploy", "CreateDeploymentGroup", **request(stage, deploymentConfigName="x", ecsServices=[]))
    with refused("ApplicationDoesNotExistException"):
        stage.call("codedeploy", "ListDeploymentGroups", applicationName="nobody")
