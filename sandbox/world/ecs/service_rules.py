"""What ECS makes of a service's parameters: the defaults it fills in, and what it refuses."""

import re
from typing import Any

from sandbox.world.calls import Params
from sandbox.world.ecs.refusals import invalid
from sandbox.world.ecs.surroundings import LoadBalancing
from sandbox.world.ecs.task_definition import TaskDefinition

Shape = dict[str, Any]

MOST_SUBNETS = 16
MOST_SECURITY_GROUPS = 5
LONGEST_BAKE = 1440
_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
_BREAKER = {
    "enable": False,
    "rollback": False,
    "resetOnHealthyTask": True,
    "thresholdConfiguration": {"type": "BOUNDED_PERCENT", "value": 50},
}
_ALARMS: Shape = {"alarmNames": [], "enable": False, "rollback": False}


def deployment_configuration(given: Shape, controller: str, scheduling: str) -> Shape:
    """``deploymentConfiguration`` with the defaults that ECS fills in (AWS, observed)."""
    percentages = {"maximumPercent": 200, "minimumHealthyPercent": 100}
    if scheduling == "DAEMON":
        percentages = {"maximumPercent": 100, "minimumHealthyPercent": 0}
    if controller != "ECS":
        return percentages | given
    configuration: Shape = {"strategy": "ROLLING", "bakeTimeInMinutes": 0} | percentages | given
    configuration["deploymentCircuitBreaker"] = _BREAKER | given.get("deploymentCircuitBreaker", {})
    configuration["alarms"] = _ALARMS | given.get("alarms", {})
    return configuration


def settings(params: Params, controller: str, role: str) -> Shape:
    """The members of a service that no deployment changes, defaults filled in (AWS, observed)."""
    scheduling = params.get("schedulingStrategy") or "REPLICA"
    configuration = params.get("deploymentConfiguration") or {}
    return {
        "schedulingStrategy": scheduling,
        "deploymentConfiguration": deployment_configuration(configuration, controller, scheduling),
        "healthCheckGracePeriodSeconds": params.get("healthCheckGracePeriodSeconds") or 0,
        "enableExecuteCommand": bool(params.get("enableExecuteCommand")),
        "enableECSManagedTags": bool(params.get("enableECSManagedTags")),
        "propagateTags": params.get("propagateTags") or "NONE",
        "placementConstraints": list(params.get("placementConstraints") or []),
        "placementStrategy": list(params.get("placementStrategy") or []),
        "availabilityZoneRebalancing": params.get("availabilityZoneRebalancing")
        or ("DISABLED" if scheduling == "DAEMON" else "ENABLED"),
        "roleArn": role,
    }


def check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise invalid(
            "Invalid service name. Up to 255 letters (uppercase and lowercase), numbers, underscores, and hyphens "
            "are allowed."
        )


def check_request(params: Params, controller: str) -> None:
    """Refuse what cannot be, whatever it runs."""
    if params.get("launchType") and params.get("capacityProviderStrategy"):
        raise invalid(
            "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again."
        )
    if (params.get("desiredCount") or 0) < 0:
        raise invalid("Desired count cannot be negative.")
    if params.get("healthCheckGracePeriodSeconds") and not params.get("loadBalancers"):
        raise invalid("Health check grace period is only valid for services configured to use load balancers")
    if controller == "CODE_DEPLOY" and not params.get("loadBalancers"):
        raise invalid("A load balancer is required for services with a CODE_DEPLOY deployment controller.")
    if controller == "CODE_DEPLOY" and params.get("schedulingStrategy") == "DAEMON":
        raise invalid("The DAEMON scheduling strategy is not supported with a CODE_DEPLOY deployment controller.")
    given, scheduling = params.get("deploymentConfiguration") or {}, params.get("schedulingStrategy") or "REPLICA"
    check_configuration(deployment_configuration(given, controller, scheduling), controller)


def check_configuration(complete: Shape, controller: str) -> None:
    """Refuse a ``deploymentConfiguration``, defaults filled in, that does not go with the deployment controller."""
    breaker, alarms = complete.get("deploymentCircuitBreaker") or {}, complete.get("alarms") or {}
    if controller != "ECS" and breaker.get("enable"):
        raise invalid("DeploymentCircuitBreaker feature can be configured only with ECS deployment controller.")
    if controller != "ECS" and alarms.get("enable"):
        raise invalid("DeploymentAlarms feature can be configured only with ECS deployment controller.")
    if complete.get("strategy", "ROLLING") != "ROLLING":
        raise invalid(f"The deployment strategy {complete['strategy']} is not supported here: use ROLLING.")
    if not 0 <= complete.get("bakeTimeInMinutes", 0) <= LONGEST_BAKE:
        raise invalid(f"bakeTimeInMinutes must be between 0 and {LONGEST_BAKE}.")
    if alarms.get("enable") and not alarms.get("alarmNames"):
        raise invalid("Alarm names cannot be empty when deployment alarms are enabled.")
    if complete["maximumPercent"] <= 100 and complete["minimumHealthyPercent"] >= 100:
        raise invalid("Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.")


def check_network(configuration: Shape | None, definition: TaskDefinition) -> None:
    """Refuse a network that the task definition does not have, or a missing one that it needs."""
    given = (configuration or {}).get("awsvpcConfiguration")
    if definition.network_mode != "awsvpc":
        if given:
            raise invalid("Network Configuration is not valid for the given networkMode of this task definition.")
        return
    if not given:
        raise invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
    if not given.get("subnets"):
        raise invalid("subnets cannot be empty.")
    for name, limit in (("subnets", MOST_SUBNETS), ("securityGroups", MOST_SECURITY_GROUPS)):
        if len(given.get(name) or []) > limit:
            raise invalid(f"{name} can have at most {limit} items.")


def check_load_balancers(balancers: list[Shape], definition: TaskDefinition, elbv2: LoadBalancing) -> None:
    """Refuse a target group, a container or a port that is not there."""
    containers = {container["name"]: container for container in definition.containers}
    for balancer in balancers:
        arn, name, port = balancer.get("targetGroupArn"), balancer.get("containerName"), balancer.get("containerPort")
        if arn and not elbv2.target_group_exists(arn):
            raise invalid(f"The target group with targetGroupArn {arn} does not exist.")
        if name not in containers:
            raise invalid(f"The container {name} does not exist in the task definition.")
        if port not in {mapping.get("containerPort") for mapping in containers[name]["portMappings"]}:
            raise invalid(f"The container {name} did not have a container port {port} defined.")


def check_launch_type(launch_type: str | None, definition: TaskDefinition) -> None:
    if launch_type and launch_type not in {*definition.content["compatibilities"], "MANAGED_INSTANCES"}:
        raise invalid(f"Task definition does not support launch_type {launch_type}.")
