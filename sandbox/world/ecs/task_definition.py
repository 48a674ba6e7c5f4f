"""Revisions of a family, and how a reference finds one."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.world.ecs.names import family_and_revision
from sandbox.world.ecs.refusals import refused

ACTIVE = "ACTIVE"
INACTIVE = "INACTIVE"
DELETE_IN_PROGRESS = "DELETE_IN_PROGRESS"


@dataclass(slots=True, eq=False)
class TaskDefinition:
    """One revision. ``content`` is what DescribeTaskDefinition answers, but for the status; it is never changed."""

    arn: str
    family: str
    revision: int
    content: dict[str, Any]
    status: str = ACTIVE
    deregistered_at: datetime | None = None
    delete_requested_at: datetime | None = None

    @property
    def containers(self) -> list[dict[str, Any]]:
        containers: list[dict[str, Any]] = self.content["containerDefinitions"]
        return containers

    @property
    def network_mode(self) -> str:
        return str(self.content["networkMode"])

    def to_answer(self) -> dict[str, Any]:
        """The shape ``TaskDefinition``."""
        answer = self.content | {"status": self.status}
        if self.deregistered_at:
            answer["deregisteredAt"] = self.deregistered_at
        if self.delete_requested_at:
            answer["deleteRequestedAt"] = self.delete_requested_at
        return answer


@dataclass(slots=True)
class Family:
    """The revisions of one name. A number once given is never given again, whatever is deleted."""

    name: str
    revisions: dict[int, TaskDefinition] = field(default_factory=dict)
    last: int = 0

    def next_number(self) -> int:
        self.last += 1
        return self.last

    def latest_active(self) -> TaskDefinition | None:
        active = [revision for revision in self.revisions.values() if revision.status == ACTIVE]
        return active[-1] if active else None

    @property
    def status(self) -> str:
        return ACTIVE if self.latest_active() else INACTIVE


class Families:
    """All task definitions of one account and region."""

    def __init__(self) -> None:
        self.by_name: dict[str, Family] = {}

    def family(self, name: str) -> Family:
        return self.by_name.setdefault(name, Family(name))

    def find(self, reference: str) -> TaskDefinition | None:
        """The revision for ``web:3``, its ARN, or ``web``, which is the latest ACTIVE one."""
        try:
            name, number = family_and_revision(reference)
        except ValueError:
            raise refused(f"Invalid revision number. Number: {reference.rpartition(':')[2]}") from None
        family = self.by_name.get(name)
        if family is None:
            return None
        found = family.latest_active() if number is None else family.revisions.get(number)
        return found if found is None or not reference.startswith("arn:") or found.arn == reference else None

    def usable(self, reference: str) -> TaskDefinition:
        """The revision, where a task may be started from it. Raises ECS's refusal otherwise."""
        found = self.find(reference)
        if found is None:
            raise refused("TaskDefinition not found.")
        if found.status != ACTIVE:
            raise refused("TaskDefinition is inactive")
        return found
