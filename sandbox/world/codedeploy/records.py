"""The things CodeDeploy keeps."""

from dataclasses import dataclass, field
from enum import StrEnum

from sandbox.world.calls import Answer
from sandbox.world.ecs.task_set import TaskSet


class Status(StrEnum):
    """A deployment's status, as AWS spells it."""

    CREATED = "Created"
    QUEUED = "Queued"
    IN_PROGRESS = "InProgress"
    BAKING = "Baking"
    READY = "Ready"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    STOPPED = "Stopped"

    @property
    def over(self) -> bool:
        return self in {Status.SUCCEEDED, Status.FAILED, Status.STOPPED}


EVENTS = (
    "BeforeInstall",
    "Install",
    "AfterInstall",
    "AllowTestTraffic",
    "AfterAllowTestTraffic",
    "BeforeAllowTraffic",
    "AllowTraffic",
    "AfterAllowTraffic",
)
HOOKABLE = frozenset(EVENTS) - {"Install", "AllowTestTraffic", "AllowTraffic"}


@dataclass(frozen=True, slots=True)
class Revision:
    """What is to be deployed: the text of an AppSpec, known by its SHA-256."""

    kind: str
    content: str
    sha256: str


@dataclass(slots=True)
class Registration:
    """A revision as an application knows it; times are seconds since the epoch."""

    revision: Revision
    registered_at: float
    description: str = ""
    groups: list[str] = field(default_factory=list)
    first_used_at: float | None = None
    last_used_at: float | None = None


@dataclass(slots=True)
class Application:
    """``revisions`` by SHA-256."""

    id: str
    name: str
    platform: str
    created_at: float
    revisions: dict[str, Registration] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeploymentConfig:
    """``steps``: after how many minutes of AllowTraffic which percentage of the requests goes to green."""

    name: str
    routing: Answer
    steps: tuple[tuple[int, int], ...]
    id: str = ""
    platform: str = "ECS"
    created_at: float = 0.0


@dataclass(slots=True, eq=False)
class DeploymentGroup:
    """``shape`` is what GetDeploymentGroup says of what was configured."""

    id: str
    shape: Answer
    target_revision: Revision | None = None

    @property
    def name(self) -> str:
        return str(self.shape["deploymentGroupName"])

    @property
    def application(self) -> str:
        return str(self.shape["applicationName"])

    @property
    def service(self) -> tuple[str, str]:
        """Cluster and service; both empty on a platform other than ECS."""
        for one in self.shape.get("ecsServices") or []:
            return _last_part(one["clusterName"]), _last_part(one.get("serviceName") or "")
        return "", ""

    @property
    def pair(self) -> Answer:
        """The two target groups and their listeners."""
        pairs = (self.shape.get("loadBalancerInfo") or {}).get("targetGroupPairInfoList") or [{}]
        return dict(pairs[0])

    def listener(self, route: str) -> str | None:
        """The listener of ``prodTrafficRoute`` or ``testTrafficRoute``."""
        return next(iter((self.pair.get(route) or {}).get("listenerArns") or []), None)


def _last_part(reference: str) -> str:
    """The name in a name or an ARN."""
    return reference.rsplit("/", 1)[-1]


@dataclass(slots=True)
class LifecycleEvent:
    """One of the eight; ``hook`` is the execution id that a Lambda function has to answer."""

    name: str
    status: str = "Pending"
    started_at: float | None = None
    ended_at: float | None = None
    hook: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a deployment did not succeed: AWS's error code and sentence."""

    code: str
    message: str


@dataclass(slots=True, eq=False)
class Deployment:
    """One deployment; ``request`` is what CreateDeployment was told, in AWS's shape."""

    id: str
    group: DeploymentGroup
    config: DeploymentConfig
    revision: Revision | None
    previous: Revision | None
    request: Answer
    created_at: float
    creator: str = "user"
    status: Status = Status.CREATED
    started_at: float | None = None
    completed_at: float | None = None
    updated_at: float = 0.0
    fault: Fault | None = None
    rollback_info: Answer = field(default_factory=dict)
    events: list[LifecycleEvent] = field(default_factory=lambda: [LifecycleEvent(name) for name in EVENTS])
    blue: TaskSet | None = None
    green: TaskSet | None = None
    shares: dict[str, int] = field(default_factory=dict)
    termination_wait_started: bool = False

    @property
    def auto_rollback(self) -> Answer:
        """Its own rollback configuration, or the group's."""
        own = self.request.get("autoRollbackConfiguration")
        return dict(own if own is not None else self.group.shape["autoRollbackConfiguration"])

    @property
    def alarms(self) -> Answer:
        """Its own alarm configuration, or the group's."""
        own = self.request.get("overrideAlarmConfiguration")
        return dict(own if own is not None else self.group.shape["alarmConfiguration"])

    def rolls_back_on(self, event: str) -> bool:
        settings = self.auto_rollback
        return bool(settings.get("enabled")) and event in (settings.get("events") or [])

    @property
    def current_event(self) -> LifecycleEvent | None:
        return next((event for event in self.events if event.status == "InProgress"), None)
