"""What a task definition asks of the place it runs in: ``requiresAttributes`` and ``compatibilities``."""

from typing import Any

from sandbox.world.ecs import fargate

Shape = dict[str, Any]

_CAPABILITY = "com.amazonaws.ecs.capability."


def compatibilities(content: Shape) -> list[str]:
    """The launch types that could run a normalised task definition, in ECS's order."""
    if content["networkMode"] != "awsvpc":
        return ["EXTERNAL", "EC2"]
    if fargate.fits(content.get("cpu"), content.get("memory")):
        return ["EC2", "FARGATE"]
    return ["EC2"]


def required_attributes(content: Shape) -> list[dict[str, str]]:
    """The shape ``requiresAttributes`` of a normalised task definition."""
    names = {_CAPABILITY + "docker-remote-api.1.18"}
    if content["networkMode"] == "awsvpc":
        names.add("ecs.capability.task-eni")
    if content.get("taskRoleArn"):
        names.add(_CAPABILITY + "task-iam-role")
    if any("efsVolumeConfiguration" in volume for volume in content["volumes"]):
        names |= {"ecs.capability.efs", "ecs.capability.efsAuth"}
    for container in content["containerDefinitions"]:
        names |= _of_container(container, has_execution_role="executionRoleArn" in content)
    return [{"name": name} for name in sorted(names)]


def _of_container(container: Shape, *, has_execution_role: bool) -> set[str]:
    names = set()
    if driver := container.get("logConfiguration", {}).get("logDriver"):
        names.add(f"{_CAPABILITY}logging-driver.{driver}")
        if has_execution_role and driver == "awslogs":
            names.add("ecs.capability.execution-role-awslogs")
    if ".dkr.ecr." in container["image"]:
        names.add(_CAPABILITY + "ecr-auth")
        if has_execution_role:
            names.add("ecs.capability.execution-role-ecr-pull")
    if "healthCheck" in container:
        names.add("ecs.capability.container-health-check")
    if container.get("dependsOn"):
        names.add("ecs.capability.container-ordering")
    for secret in container.get("secrets", []):
        store = "asm" if ":secretsmanager:" in secret["valueFrom"] else "ssm"
        names.add(f"ecs.capability.secrets.{store}.environment-variables")
    return names
