"""Where the awslogs driver writes what a container says (AWS, ECS developer guide, awslogs log driver)."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.world.ecs.task import Task


@dataclass(frozen=True, slots=True)
class Named:
    """A stream by name. Without a ``region``: the task's."""

    group: str
    stream: str
    region: str | None


def streams_of(task: Task) -> Iterator[tuple[str, Named]]:
    """Each container whose log goes to CloudWatch, with its stream."""
    for container in task.plan.workload.definition.containers:
        log: Mapping[str, Any] = container.get("logConfiguration") or {}
        options = log.get("options") or {}
        group = options.get("awslogs-group")
        if log.get("logDriver") != "awslogs" or not group:
            continue
        name = str(container["name"])
        yield (
            name,
            Named(group, _stream(options.get("awslogs-stream-prefix"), name, task.id), options.get("awslogs-region")),
        )


def _stream(prefix: str | None, container: str, task_id: str) -> str:
    """Without a prefix a stream has the name that Docker gave the container."""
    return (
        f"{prefix}/{container}/{task_id}" if prefix else hashlib.sha256(f"{task_id}/{container}".encode()).hexdigest()
    )
