"""What RegisterTaskDefinition refuses."""

import json
import re
from typing import Any

from sandbox.errors import AwsError
from sandbox.world.calls import Params
from sandbox.world.ecs import fargate, together
from sandbox.world.ecs.refusals import refused

MOST_CONTAINERS = 10
MOST_BYTES = 64 * 1024
MOST_TAGS = 50
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,255}")

Container = dict[str, Any]


def validate(params: Params) -> None:
    """Raise ECS's refusal of a task definition, given with ``cpu`` and ``memory`` in units."""
    _family(params)
    _containers(params.get("containerDefinitions") or [])
    for container in params["containerDefinitions"]:
        _container(container, params)
    together.validate(params)
    if "FARGATE" in params.get("requiresCompatibilities", []):
        _fargate(params)
    if len(json.dumps({name: value for name, value in params.items() if name != "tags"}, default=str)) > MOST_BYTES:
        raise refused("Actual length of the task definition exceeds the maximum of 64 KiB.")
    if len(params.get("tags", [])) > MOST_TAGS:
        raise refused(f"The number of tags exceeds the maximum of {MOST_TAGS}.")


def _family(params: Params) -> None:
    family = params.get("family")
    if not family:
        raise refused("Family should not be null or blank.")
    if not _NAME.fullmatch(family):
        raise refused(f"Family contains invalid characters: {family}")


def _containers(containers: list[Container]) -> None:
    if not containers:
        raise refused("Container list cannot be empty.")
    if len(containers) > MOST_CONTAINERS:
        raise refused(f"Number of containers in the task definition exceeds the maximum of {MOST_CONTAINERS}.")
    names = [container.get("name") for container in containers]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise refused(f"Container.name contains duplicated value '{twice}'.")
    if not any(container.get("essential", True) for container in containers):
        raise refused("Task definition must contain at least one essential container.")


def _container(container: Container, params: Params) -> None:
    name = container.get("name")
    if not name:
        raise refused("Container.name should not be null or empty.")
    if not _NAME.fullmatch(name):
        raise refused(f"Invalid container name '{name}'.")
    if not container.get("image"):
        raise refused("Container.image should not be null or empty.")
    problems = (
        _memory(container, params),
        _ports(container, params),
        _variables(container),
        _references(container, params),
    )
    for problem in problems:
        if problem:
            raise problem


def _memory(container: Container, params: Params) -> AwsError | None:
    limit, reservation = container.get("memory"), container.get("memoryReservation")
    if not (params.get("memory") or limit or reservation):
        return refused(
            f"Invalid setting for container '{container['name']}'. At least one of 'memory' or 'memoryReservation' "
            "must be specified."
        )
    if limit and reservation and reservation > limit:
        return refused(
            f"Invalid setting for container '{container['name']}'. 'memory' must be greater than or equal to "
            "'memoryReservation'."
        )
    return None


def _ports(container: Container, params: Params) -> AwsError | None:
    for mapping in container.get("portMappings") or []:
        if not (mapping.get("containerPort") or mapping.get("containerPortRange")):
            return refused(f"Container '{container['name']}': containerPort should not be null in a port mapping.")
    if params.get("networkMode") != "awsvpc":
        return None
    if container.get("links"):
        return refused("Links are not supported when networkMode=awsvpc.")
    for mapping in container.get("portMappings", []):
        if mapping.get("hostPort") not in {None, 0, mapping.get("containerPort")}:
            return refused("When networkMode=awsvpc, the host ports and container ports in port mappings must match.")
    return None


def _variables(container: Container) -> AwsError | None:
    if all(variable.get("name") for variable in container.get("environment") or []):
        return None
    return refused(f"Container '{container['name']}': the name of an environment variable should not be null or empty.")


def _references(container: Container, params: Params) -> AwsError | None:
    volumes = {volume.get("name") for volume in params.get("volumes", [])}
    for mount in container.get("mountPoints", []):
        if mount.get("sourceVolume") not in volumes:
            return refused(f"Unknown volume '{mount.get('sourceVolume')}'.")
    others = {other.get("name") for other in params["containerDefinitions"]} - {container["name"]}
    needed = [(entry.get("containerName"), "dependsOn") for entry in container.get("dependsOn", [])]
    needed += [(entry.get("sourceContainer"), "volumesFrom") for entry in container.get("volumesFrom", [])]
    for wanted, member in needed:
        if wanted not in others:
            return refused(f"Invalid '{member}' setting. Container '{wanted}' is not in the task definition.")
    return None


def _fargate(params: Params) -> None:
    if params.get("networkMode") != "awsvpc":
        raise refused("Fargate only supports network mode ‘awsvpc’.")  # noqa: RUF001 - AWS's own quotation marks
    for member in ("cpu", "memory"):
        if not params.get(member):
            raise refused(f"Fargate requires that '{member}' be defined at the task level.")
    if not fargate.fits(params["cpu"], params["memory"]):
        raise refused(
            f"No Fargate configuration exists for given values: {params['cpu']} CPU, {params['memory']} memory. "
            "See the Amazon ECS documentation for the valid values."
        )
    if any(container.get("privileged") for container in params["containerDefinitions"]):
        raise refused("Fargate compatible task definitions do not support privileged containers.")
    if not params.get("executionRoleArn") and any(c.get("secrets") for c in params["containerDefinitions"]):
        raise refused("Fargate requires task definition to have execution role ARN to support secrets.")
