"""Somebody else at work: what is done by hand, or by another controller, behind Git's back."""

import json
from typing import Any

from tests.scenarios.house import House

OUTPUT_ONLY = frozenset(
    {"taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities", "registeredAt", "registeredBy"}
)


def ship_by_hand(house: House, name: str = "DEBUG") -> str:
    """Register what runs with a variable more, and let CodeDeploy ship it at once. The deployment."""
    arn = register_by_hand(house, name)
    container = next(iter(house.service()["loadBalancers"]))
    properties = {
        "TaskDefinition": arn,
        "LoadBalancerInfo": {"ContainerName": container["containerName"], "ContainerPort": container["containerPort"]},
    }
    content = {
        "version": 0.0,
        "Resources": [{"TargetService": {"Type": "AWS::ECS::Service", "Properties": properties}}],
    }
    rollout: Any = house.git.rollout
    answer = house.aws("codedeploy").create_deployment(
        applicationName=rollout.application,
        deploymentGroupName=rollout.deployment_group,
        deploymentConfigName="CodeDeployDefault.ECSAllAtOnce",
        revision={"revisionType": "AppSpecContent", "appSpecContent": {"content": json.dumps(content)}},
    )
    return str(answer["deploymentId"])


def register_by_hand(house: House, name: str = "DEBUG") -> str:
    """Register what runs with a variable more. Its ARN."""
    ecs = house.aws("ecs")
    running = ecs.describe_task_definition(taskDefinition=house.service()["taskDefinition"])["taskDefinition"]
    request = {key: value for key, value in running.items() if key not in OUTPUT_ONLY}
    first = request["containerDefinitions"][0]
    first["environment"] = [*first.get("environment", []), {"name": name, "value": "1"}]
    return str(ecs.register_task_definition(**request)["taskDefinition"]["taskDefinitionArn"])


def edit_service(house: House, **changes: Any) -> None:
    """Change fields of the service."""
    house.aws("ecs").update_service(cluster=house.git.cluster, service=house.git.name, **changes)
