"""What is wanted: one service of one environment, as a commit describes it. Frozen, in our words and AWS's shapes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from reconcilers.digest import Digest
from reconcilers.pointer import Pointer


@dataclass(frozen=True, slots=True, order=True)
class ServiceKey:
    """A service's name among all that Trueup keeps: unique together with its environment."""

    environment: str
    name: str

    def __str__(self) -> str:
        return f"{self.environment}/{self.name}"


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit: what Git says should be, and since when (``committed_at`` in seconds since the epoch).

    ``None`` where only the commit's id is known: AWS's record names it, and Git was not asked yet, or has forgotten it.
    ``commit`` is empty where files are planned that no commit holds yet; what is applied always has one.
    """

    commit: str
    committed_at: float | None
    author: str = ""
    subject: str = ""
    branch: str = ""

    @property
    def short(self) -> str:
        """The commit as a sentence names it."""
        return short(self.commit)


def short(commit: str) -> str:
    """A commit's id as a sentence names it; files that no commit holds are a change that is yet to be one."""
    return commit[:12] or "the change"


@dataclass(frozen=True, slots=True)
class Scope:
    """Where and as whom AWS is asked. Without ``role_arn``: with the credentials at hand."""

    region: str
    role_arn: str | None = None
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class Cluster:
    """What one sweep reads: the services of one cluster, in batches."""

    scope: Scope
    name: str  # without the ARN around it


class SyncPolicy(StrEnum):
    """What a new release in Git leads to."""

    AUTO = "auto"  # it ships
    MANUAL = "manual"  # it ships when somebody says sync
    OBSERVE = "observe"  # it is reported, nothing is ever written


class DriftPolicy(StrEnum):
    """What a change made by hand leads to."""

    HEAL = "heal"
    WARN = "warn"
    IGNORE = "ignore"


class NewerCommit(StrEnum):
    """What a newer release does to a shift that is under way."""

    SUPERSEDE = "supersede"  # stop, roll back, then ship
    WAIT = "wait"


class Severity(StrEnum):
    """ECR's words for how bad a finding is, worst last."""

    INFORMATIONAL = "INFORMATIONAL"
    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"


@dataclass(frozen=True, slots=True)
class CodeDeployRollout:
    """A traffic shift by CodeDeploy. ``timeout`` in seconds, from creation to AfterAllowTraffic, waits for people
    apart.
    """

    application: str
    deployment_group: str
    timeout: float = 5400.0
    hooks: Mapping[str, str] = field(default_factory=dict)  # lifecycle event → Lambda function
    newer_commit: NewerCommit = NewerCommit.SUPERSEDE
    retries: int = 3  # of attempts that failed for the infrastructure's reasons


@dataclass(frozen=True, slots=True)
class RollingRollout:
    """ECS's own rolling update. ``configuration`` is UpdateService's deploymentConfiguration, as far as declared."""

    configuration: Mapping[str, Any] = field(default_factory=dict)
    timeout: float = 3600.0
    newer_commit: NewerCommit = NewerCommit.SUPERSEDE
    retries: int = 3


Rollout = CodeDeployRollout | RollingRollout


@dataclass(frozen=True, slots=True)
class Service:
    """One manifest, rendered: everything that a decision needs to know of Git.

    ``task_definition`` is RegisterTaskDefinition's input, family included, images in place. ``revision`` digests its
    content, ``release`` that and whatever else one rollout ships. ``service_definition`` holds UpdateService's words,
    only those that were declared. ``commit`` is the commit that brought this release, not merely the newest one, and
    ``made_of`` are the paths, files and folders, of which it may be made beside its manifest.
    """

    key: ServiceKey
    scope: Scope
    cluster: str
    name: str  # of the ECS service
    task_definition: Mapping[str, Any]
    revision: Digest
    release: Digest
    rollout: Rollout
    commit: Revision
    source: str  # the manifest's path in the repository
    made_of: tuple[str, ...] = ()
    service_definition: Mapping[str, Any] = field(default_factory=dict)
    sync: SyncPolicy = SyncPolicy.AUTO
    drift: DriftPolicy = DriftPolicy.HEAL
    ignore: tuple[Pointer, ...] = ()
    strict: bool = False
    scan_severity: Severity | None = Severity.CRITICAL

    @property
    def family(self) -> str:
        """The task definition's family."""
        return str(self.task_definition["family"])
