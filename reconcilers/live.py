"""What AWS says: frozen views, made by the gateways and read by the decisions.

Times are seconds since the epoch. ``None`` means not looked at or not known, never "empty": an unread list is ``None``,
a list that AWS answered with nothing in it is ``()``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from reconcilers.digest import Digest


@dataclass(frozen=True, slots=True)
class LoadBalancer:
    """Which container's port stands behind which target group."""

    target_group_arn: str | None
    container_name: str
    container_port: int


@dataclass(frozen=True, slots=True)
class TaskSet:
    """One colour of a CodeDeploy service. ``external_id`` is the deployment that made it, if one did."""

    id: str
    status: str  # PRIMARY, ACTIVE, DRAINING
    task_definition_arn: str
    external_id: str | None = None
    stability: str = "STEADY_STATE"
    target_group_arns: tuple[str, ...] = ()
    desired: int = 0
    running: int = 0
    pending: int = 0


@dataclass(frozen=True, slots=True)
class RollingDeployment:
    """An entry of a service's ``deployments``: ECS's own controller at work."""

    id: str
    status: str  # PRIMARY, ACTIVE
    task_definition_arn: str
    rollout_state: str | None  # COMPLETED, IN_PROGRESS, FAILED
    desired: int = 0
    running: int = 0
    pending: int = 0
    failed_tasks: int = 0


@dataclass(frozen=True, slots=True)
class LiveService:
    """One answer of DescribeServices. ``definition`` is AWS's own shape, without events, task sets and deployments,
    but with what only the PRIMARY deployment shows (serviceConnectConfiguration and the like).
    """

    arn: str
    name: str
    cluster_arn: str
    status: str  # ACTIVE, DRAINING, INACTIVE
    controller: str  # CODE_DEPLOY, ECS, EXTERNAL
    task_definition_arn: str
    desired_count: int
    running_count: int
    load_balancers: tuple[LoadBalancer, ...] = ()
    task_sets: tuple[TaskSet, ...] = ()
    deployments: tuple[RollingDeployment, ...] = ()
    definition: Mapping[str, Any] = field(default_factory=dict)

    @property
    def primary(self) -> TaskSet | None:
        """The task set that serves production, where CodeDeploy keeps task sets."""
        return next((task_set for task_set in self.task_sets if task_set.status == "PRIMARY"), None)


@dataclass(frozen=True, slots=True)
class RegisteredRevision:
    """A registered task definition. Content never changes and is kept for ever; ``status`` and ``tags`` do.

    ``tags`` is ``None`` where they were not asked for.
    """

    arn: str
    definition: Mapping[str, Any]
    digest: Digest
    status: str = "ACTIVE"
    registered_at: float | None = None
    registered_by: str | None = None
    tags: Mapping[str, str] | None = None


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


def deployment_name(deployment: str) -> str:
    """A deployment as people are told of it: CodeDeploy's id, or the end of ECS's ARN."""
    return deployment.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One deployment that was tried: CodeDeploy's or ECS's.

    ``mark`` is ``None`` for somebody else's. ``rollback_of`` names the deployment which this one takes back,
    ``rollback`` the one which takes this one back. ``shift_over``: production has moved, only the old task set's end is
    awaited. ``revision`` is the content of what it ships, where that was looked up.
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
    hooks: Mapping[str, str] = field(default_factory=dict)
    config: str = ""  # CodeDeploy's deployment configuration: how the traffic moves

    @property
    def name(self) -> str:
        """What people are told."""
        return deployment_name(self.id)

    @property
    def active(self) -> bool:
        """Whether it still runs, in whichever way."""
        return self.state in (AttemptState.RUNNING, AttemptState.READY, AttemptState.STOPPING)


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that went wrong within a deployment: which lifecycle event, and what AWS says of it."""

    what: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Pace:
    """How traffic moves in steps: ``percent`` at once, and as much again (or all) every ``interval`` seconds."""

    percent: float
    interval: float
    canary: bool = False


@dataclass(frozen=True, slots=True)
class LifecycleEvent:
    """One of the eight steps of a CodeDeploy deployment on ECS, as GetDeploymentTarget lists them."""

    name: str
    status: str  # Pending, InProgress, Succeeded, Failed, Skipped, Unknown
    started_at: float | None = None
    ended_at: float | None = None


@dataclass(frozen=True, slots=True)
class Colour:
    """One side of a shift, the new one (green) or the one before it (blue). ``weight``: its share of production in
    percent. ``task_definition_arn`` is ``None`` where its task set is not to be seen.
    """

    green: bool
    weight: float
    running: int
    desired: int
    task_definition_arn: str | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a running deployment is. ``traffic`` is the new version's share of production in percent, 0 to 100.

    ``alarms`` are those that watch it, as they stand; none where they could not be asked. ``ends_at``: when production
    is expected to have moved, in seconds since the epoch.
    """

    traffic: float
    running: int
    desired: int
    events: tuple[LifecycleEvent, ...] = ()
    colours: tuple[Colour, ...] = ()
    alarms: tuple["Alarm", ...] = ()
    ends_at: float | None = None


@dataclass(frozen=True, slots=True)
class DeploymentGroup:
    """A CodeDeploy deployment group: which listeners are shifted between which target groups, watched by whom."""

    application: str
    name: str
    cluster: str
    service: str
    config: str
    prod_listener_arns: tuple[str, ...] = ()
    test_listener_arns: tuple[str, ...] = ()
    target_group_names: tuple[str, ...] = ()
    alarm_names: tuple[str, ...] = ()
    alarms_enabled: bool = False
    rollback_events: tuple[str, ...] = ()  # empty: automatic rollback is off
    ready_wait_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Listener:
    """Where a listener, or its default rule, sends traffic: target group ARN → weight."""

    arn: str
    weights: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class TargetGroup:
    """A target group, by both its names."""

    arn: str
    name: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """A CloudWatch alarm. ``target_groups``: the target groups it watches, as in its metrics' TargetGroup dimensions.

    ``load_balancers``: those that it watches as a whole and no single target group of, as in its metrics' LoadBalancer
    dimensions. ``children``: of a composite alarm.
    """

    name: str
    state: str  # OK, ALARM, INSUFFICIENT_DATA
    composite: bool = False
    target_groups: tuple[str, ...] = ()
    load_balancers: tuple[str, ...] = ()
    children: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Image:
    """An image of the rendering that should be in ECR. ``found`` is ``None`` where the registry is not ours to ask."""

    container: str
    reference: str
    found: bool | None
    findings: Mapping[str, int] = field(default_factory=dict)  # severity → count; empty where nothing was scanned


@dataclass(frozen=True, slots=True)
class PreflightFacts:
    """What is read once, before the first mutation of a rollout."""

    group: DeploymentGroup | None
    listeners: tuple[Listener, ...]
    target_groups: tuple[TargetGroup, ...]
    alarms: tuple[Alarm, ...]
    images: tuple[Image, ...]
    rollback_target: RegisteredRevision | None  # what runs now, with a fresh status


@dataclass(frozen=True, slots=True)
class Live:
    """All that was read for one decision, and when. A field is ``None`` until a decision asked to look at it.

    ``running`` is the revision that the service names. A rolling update has the service name the new one from its first
    moment: ``replaced`` is the one before it, as long as tasks of it run.
    """

    observed_at: float
    service: LiveService | None
    running: RegisteredRevision | None = None
    attempts: tuple[Attempt, ...] | None = None  # newest first
    progress: Progress | None = None
    candidates: tuple[RegisteredRevision, ...] | None = None  # ACTIVE revisions whose content is the wanted one
    scalable: bool | None = None  # autoscaling owns the desired count
    preflight: PreflightFacts | None = None
    replaced: RegisteredRevision | None = None

    @property
    def serving(self) -> RegisteredRevision | None:
        """What is in production, and stays there should what is coming up come to nothing."""
        return self.replaced or self.running
