"""What ECS refuses in a task definition beyond the shape of its fields.

Sources: the ECS API reference (RegisterTaskDefinition, ContainerDefinition, ContainerDependency) and the Amazon ECS
Developer Guide, "Amazon ECS service quotas".
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from controller.source.located import PartPath
from controller.source.spelling import instead_of

Refusal = tuple[PartPath, str, str]  # where, what is wrong, what to do
CONTAINERS = "containerDefinitions"
MOST_BYTES = 64 * 1024
MOST_CONTAINERS = 10


def refusals(written: Mapping[str, Any], definition: Mapping[str, Any]) -> Iterator[Refusal]:
    """Check `definition`, of which every part has its type. `written` is what stood there, sound or not."""
    if written.get(CONTAINERS) == []:
        yield (CONTAINERS,), "The task definition has no container", "Add one to containerDefinitions."
    containers = list(definition.get(CONTAINERS) or ())
    if len(containers) > MOST_CONTAINERS:
        message = f"The task definition has {len(containers)} containers, and a task at most {MOST_CONTAINERS}"
        yield (CONTAINERS,), message, "Move some into a service of their own."
    size = len(json.dumps(definition, separators=(",", ":")).encode())
    if size > MOST_BYTES:
        message = f"The task definition has {size:,} bytes, and may have {MOST_BYTES:,}"
        yield (), message, "Move variables into a parameter or an environment file."
    if containers and not any(container.get("essential", True) for container in containers):
        yield (CONTAINERS,), "No container is essential", "Leave essential out of at least one."
    yield from _twice((CONTAINERS,), [container.get("name") for container in containers], "container")
    for index, container in enumerate(containers):
        yield from _container((CONTAINERS, index), container, definition)


def _container(at: PartPath, container: Mapping[str, Any], definition: Mapping[str, Any]) -> Iterator[Refusal]:
    if not container.get("name"):
        yield at, "The container has no name", "Add name."
    if not container.get("image"):
        yield at, f"The container {container.get('name', '')} has no image", "Add image."
    yield from _dependencies(at, container, definition)
    volumes = [str(volume.get("name")) for volume in definition.get("volumes") or ()]
    for index, mount in enumerate(container.get("mountPoints") or ()):
        volume = mount.get("sourceVolume")
        if volume is not None and volume not in volumes:
            path = (*at, "mountPoints", index, "sourceVolume")
            yield path, f"The task definition has no volume {volume}", instead_of(volume, volumes, "volumes")
    named = [*(container.get("environment") or ()), *(container.get("secrets") or ())]
    yield from _twice((*at, "environment"), [entry.get("name") for entry in named], "variable")


def _dependencies(at: PartPath, container: Mapping[str, Any], definition: Mapping[str, Any]) -> Iterator[Refusal]:
    others = {other.get("name"): other for other in definition[CONTAINERS] if other.get("name")}
    for index, dependency in enumerate(container.get("dependsOn") or ()):
        path = (*at, "dependsOn", index)
        name, condition = dependency.get("containerName"), dependency.get("condition")
        other = others.get(name)
        if other is None:
            yield (
                (*path, "containerName"),
                f"The task has no container {name}",
                instead_of(str(name), others, "containers"),
            )
        elif other is container:
            yield (*path, "containerName"), f"The container {name} waits for itself", "Delete the dependency."
        elif condition == "HEALTHY" and "healthCheck" not in other:
            message = f"{container.get('name')} waits for {name} to be healthy, which has no health check"
            yield (*path, "condition"), message, f"Give {name} a healthCheck, or wait for START."


def _twice(at: PartPath, names: Iterable[str | None], what: str) -> Iterator[Refusal]:
    for name, count in Counter(filter(None, names)).items():
        if count > 1:
            yield at, f"There are {count} {what}s with the name {name}", "Keep one of them."
