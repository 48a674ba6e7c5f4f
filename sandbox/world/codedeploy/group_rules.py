"""What a deployment group for ECS must be: AWS's checks, in AWS's words where those are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.errors import AwsError
from sandbox.world.calls import Answer, Params
from sandbox.world.codedeploy.records import DeploymentConfig, DeploymentGroup

if TYPE_CHECKING:
    from sandbox.world.codedeploy.store import Store

MOST_ALARMS = 10
LONGEST_WAIT = 2880
STYLE = {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"}
ROLLBACK_EVENTS = {"DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"}


def check_group(store: Store, shape: Answer) -> None:
    """Everything that CreateDeploymentGroup and UpdateDeploymentGroup refuse; ``shape`` has its defaults filled in."""
    if not shape.get("serviceRoleArn"):
        raise AwsError("RoleRequiredException", "Service role ARN is missing")
    config = store.config(shape["deploymentConfigName"])
    if any((shape.get("deploymentStyle") or {}).get(key) != value for key, value in STYLE.items()):
        raise AwsError(
            "InvalidDeploymentStyleException",
            "For ECS deployment, the deployment type must be BLUE_GREEN, and deployment option must be "
            "WITH_TRAFFIC_CONTROL.",
        )
    check_blue_green(shape.get("blueGreenDeploymentConfiguration"))
    _check_load_balancer(store, shape.get("loadBalancerInfo"))
    check_alarms(shape["alarmConfiguration"])
    check_rollback(shape["autoRollbackConfiguration"])
    _check_service(store, shape)
    listener = shape["loadBalancerInfo"]["targetGroupPairInfoList"][0]["prodTrafficRoute"]["listenerArns"][0]
    check_routing(store, listener, config)


def check_blue_green(configuration: Params | None) -> None:
    if not configuration:
        raise AwsError(
            "InvalidBlueGreenDeploymentConfigurationException",
            "For ECS deployment group, blueGreenDeploymentConfiguration must be specified",
        )
    termination = configuration.get("terminateBlueInstancesOnDeploymentSuccess") or {}
    ready = configuration.get("deploymentReadyOption") or {}
    for minutes in (termination.get("terminationWaitTimeInMinutes") or 0, ready.get("waitTimeInMinutes") or 0):
        if not 0 <= minutes <= LONGEST_WAIT:
            raise AwsError(
                "InvalidBlueGreenDeploymentConfigurationException",
                f"Wait times must be between 0 and {LONGEST_WAIT} minutes, not {minutes}",
            )


def _check_load_balancer(store: Store, info: Params | None) -> None:
    if not info:
        raise _load_balancer_error("must be specified")
    if info.get("elbInfoList"):
        raise _load_balancer_error("must not contain elbInfo list")
    if info.get("targetGroupInfoList"):
        raise _load_balancer_error("must not contain targetGroupInfo list")
    pairs = info.get("targetGroupPairInfoList") or []
    if len(pairs) != 1:
        raise _pair_error("exactly one target group pair must be specified")
    names = [one.get("name") for one in pairs[0].get("targetGroups") or []]
    if len(names) != 2 or len(set(names)) != 2:
        raise _pair_error("a target group pair must have two target groups")
    for name in names:
        if store.place.elbv2.group_named(str(name)) is None:
            raise _pair_error(f"target group {name} does not exist")
    _check_listeners(store, pairs[0])


def _check_listeners(store: Store, pair: Params) -> None:
    production = (pair.get("prodTrafficRoute") or {}).get("listenerArns") or []
    test = (pair.get("testTrafficRoute") or {}).get("listenerArns") or []
    if len(production) != 1:
        raise _pair_error("prodTrafficRoute must have exactly one listener")
    if len(test) > 1:
        raise _pair_error("testTrafficRoute must have at most one listener")
    for arn in (*production, *test):
        if not store.place.elbv2.listener_exists(arn):
            raise _pair_error(f"listener {arn} does not exist")


def _load_balancer_error(what: str) -> AwsError:
    return AwsError("InvalidLoadBalancerInfoException", f"For ECS deployment group, loadBalancerInfo {what}")


def _pair_error(what: str) -> AwsError:
    return AwsError("InvalidTargetGroupPairException", f"For ECS deployment group, {what}")


def check_alarms(configuration: Params) -> None:
    """``alarmConfiguration`` of a group or ``overrideAlarmConfiguration`` of a deployment."""
    names = [one.get("name") for one in configuration.get("alarms") or []]
    if configuration.get("enabled") and not names:
        raise AwsError("InvalidAlarmConfigException", "Alarms must be specified when alarms are enabled")
    if not all(names):
        raise AwsError("InvalidAlarmConfigException", "An alarm name is null or empty")
    if len(set(names)) != len(names):
        raise AwsError("InvalidAlarmConfigException", "The alarm configuration contains duplicate alarms")
    if len(names) > MOST_ALARMS:
        words = f"The maximum number of alarms for a deployment group ({MOST_ALARMS}) was exceeded"
        raise AwsError("AlarmsLimitExceededException", words)


def check_rollback(configuration: Params) -> None:
    """``autoRollbackConfiguration`` of a group or a deployment."""
    events = configuration.get("events") or []
    if configuration.get("enabled") and not events:
        raise AwsError("InvalidAutoRollbackConfigException", "Automatic rollback is enabled but has no events")
    if unknown := [event for event in events if event not in ROLLBACK_EVENTS]:
        raise AwsError("InvalidAutoRollbackConfigException", f"Unknown automatic rollback event: {unknown[0]}")


def check_routing(store: Store, listener: str, config: DeploymentConfig) -> None:
    """Only an Application Load Balancer can weigh."""
    if config.platform != "ECS":
        raise AwsError("InvalidDeploymentConfigNameException", f"{config.name} is not for the compute platform ECS")
    elbv2 = store.place.elbv2
    if len(config.steps) > 1 and elbv2.listener_exists(listener) and elbv2.balancer_kind(listener) != "application":
        raise AwsError(
            "InvalidLoadBalancerInfoException",
            "Only ALB supports gradual traffic routing, use AllAtOnce Traffic routing instead when you create/update "
            "Deployment group.",
        )


def _check_service(store: Store, shape: Answer) -> None:
    services = shape.get("ecsServices") or []
    if len(services) != 1:
        words = "For ECS deployment group, exactly one ECS service must be specified"
        raise AwsError("InvalidECSServiceException", words)
    cluster, name = DeploymentGroup("", shape).service
    service = store.place.ecs.service(cluster, name)
    if service is None or service.status != "ACTIVE":
        raise AwsError(
            "InvalidECSServiceException",
            f"Could not load ECS service information for cluster: {cluster}, service: {name}. "
            f"Cause: {'Service not found.' if service is None else 'Service is not active.'}",
        )
    if service.controller != "CODE_DEPLOY":
        raise AwsError(
            "InvalidECSServiceException",
            "Deployment group's ECS service must be configured for a CODE_DEPLOY deployment controller.",
        )
    for group in store.groups.values():
        if group.service == (cluster, name) and group.id != shape["deploymentGroupId"]:
            raise AwsError(
                "ECSServiceMappingLimitExceededException",
                f"The ECS service {name} in cluster {cluster} is already used by deployment group {group.name}",
            )
