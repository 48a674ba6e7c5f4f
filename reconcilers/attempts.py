"""Deployments that were tried, by whomever, whichever service of AWS's makes them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from reconcilers.digest import Digest


class Cause(StrEnum):
    """Why we started a deployment."""

    COMMIT = "commit"
    HEAL = "heal"
    RETRY = "retry"


@dataclass(frozen=True, slots=True)
class Mark:
    """What we write into a deployment, and by which we know it again after a restart."""

    release: Digest
    commit: str
    cause: Cause


class AttemptState(StrEnum):
    """How a deployment stands, whoever runs it. A rollback that succeeded is a failed attempt, not a success."""

    RUNNING = "running"
    READY = "ready"  # waits for a person to let the traffic go
    STOPPING = "stopping"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    STOPPED = "stopped"
    ROLLED_BACK = "rolled-back"  # ECS's own rollback, inside the same service deployment


@dataclass(frozen=True, slots=True)
class AwsReason:
    """Why something ended, in AWS's own words."""

    code: str
    message: str

    @property
    def alarms(self) -> tuple[str, ...]:
        """The alarms that it names as the ones that ended it: all in one where nothing tells them apart."""
        found = _ACTIVATED.search(self.message) if self.code == "ALARM_ACTIVE" else None
        return tuple(_NAME.findall(found[1])) or (found[1],) if found is not None else ()


# CodeDeploy puts its names in <>, which a tag cannot hold.
_ACTIVATED = re.compile(r"Activated alarms: (.*\S)", re.DOTALL)
_NAME = re.compile(r"<([^<>]+)>")


def deployment_name(deployment: str) -> str:
    """A deployment as people are told of it: CodeDeploy's id, or the end of ECS's ARN."""
    return deployment.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One deployment that was tried: CodeDeploy's or ECS's.

    ``mark`` is ``None`` for somebody else's. ``rollback_of`` names the deployment which this one takes back,
    ``rollback`` the one which takes this one back. ``shift_over``: production has moved, only the old task set's end is
    awaited; ``moved_at``: since when. ``revision`` is the content of what it ships. Both where they were looked up.
    ``gives_way``: its revision's tag says that we stop it for a newer release, which may have come to nothing.
    ``patience``: for how many seconds AWS waits for a person to let the traffic go, where it asks one.
    """

    id: str
    state: AttemptState
    aws_status: str
    created_at: float
    task_definition_arn: str | None = None
    revision: Digest | None = None
    mark: Mark | None = None
    creator: str = "user"
    finished_at: float | None = None
    reason: AwsReason | None = None
    rollback: str | None = None
    rollback_of: str | None = None
    shift_over: bool = False
    moved_at: float | None = None
    hooks: Mapping[str, str] = field(default_factory=dict)
    config: str = ""  # CodeDeploy's deployment configuration: how the traffic moves
    gives_way: bool = False
    patience: float | None = None

    @property
    def name(self) -> str:
        """What people are told."""
        return deployment_name(self.id)

    @property
    def maker(self) -> str:
        """Whose it is where it is not ours. CodeDeploy's word for a person is ``user``, whoever it was."""
        return "somebody else" if self.creator == "user" else self.creator

    @property
    def active(self) -> bool:
        """Whether it still runs, in whichever way."""
        return self.state in (AttemptState.RUNNING, AttemptState.READY, AttemptState.STOPPING)

    @property
    def came_to(self) -> AttemptState:
        """What became of it as people are told: AWS says Stopped or Failed of what it took back."""
        return AttemptState.ROLLED_BACK if self.rollback and not self.active else self.state


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that went wrong within a deployment: which lifecycle event, and what AWS says of it."""

    what: str
    code: str
    message: str
