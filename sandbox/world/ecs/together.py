"""What RegisterTaskDefinition refuses of a task as a whole: its network, its size, and who waits for whom."""

from graphlib import CycleError, TopologicalSorter
from typing import Any

from sandbox.world.calls import Params
from sandbox.world.ecs.refusals import refused

NETWORK_MODES = ("bridge", "host", "awsvpc", "none")


def validate(params: Params) -> None:
    """Raise ECS's refusal; every container is known to be well by itself, and the sizes are in units."""
    mode = params.get("networkMode")
    if mode is not None and mode not in NETWORK_MODES:
        raise refused(f"Invalid networkMode '{mode}'. Valid values: {', '.join(NETWORK_MODES)}.")
    containers: list[dict[str, Any]] = params["containerDefinitions"]
    _order(containers)
    _memory(containers, params)
    _cpu(containers, params)


def _order(containers: list[dict[str, Any]]) -> None:
    waits = {each["name"]: [entry["containerName"] for entry in each.get("dependsOn") or []] for each in containers}
    try:
        TopologicalSorter(waits).prepare()
    except CycleError as error:
        ring = " -> ".join(error.args[1])
        raise refused(f"Invalid 'dependsOn' setting. The containers wait for each other: {ring}.") from None


def _memory(containers: list[dict[str, Any]], params: Params) -> None:
    """No container may have more than the task, nor may all of them reserve more."""
    if not params.get("memory"):
        return
    limit = int(params["memory"])
    for container in containers:
        if (container.get("memory") or 0) > limit:
            raise refused(
                f"Invalid setting for container '{container['name']}'. 'memory' must not exceed the task's, {limit}."
            )
    reserved = sum(container.get("memoryReservation") or 0 for container in containers)
    if reserved > limit:
        raise refused(f"The containers reserve {reserved} MiB together, more than the task's 'memory' of {limit}.")


def _cpu(containers: list[dict[str, Any]], params: Params) -> None:
    asked = sum(container.get("cpu") or 0 for container in containers)
    if params.get("cpu") and asked > int(params["cpu"]):
        raise refused(
            f"The containers ask for {asked} CPU units together, more than the task's 'cpu', {params['cpu']}."
        )
