"""Rolling deployments as ECS remembers them: deployments, service deployments and service revisions."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.world.ecs.replicas import Replicas
from sandbox.world.ecs.surroundings import Registry
from sandbox.world.ecs.workload import OTHER_PARTS, Workload

PRIMARY = "PRIMARY"
ACTIVE = "ACTIVE"
IN_PROGRESS = "IN_PROGRESS"
COMPLETED = "COMPLETED"
FAILED = "FAILED"

UNFINISHED = frozenset({"PENDING", "IN_PROGRESS", "STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS"})
"""The states of a service deployment that are not its last."""


@dataclass(frozen=True, slots=True)
class ServiceRevision:
    """What one deployment ships, with every image pinned to its digest. Never changes."""

    arn: str
    service_arn: str
    cluster_arn: str
    workload: Workload
    created_at: datetime
    images: list[dict[str, str]]
    """The shape ``ContainerImages``."""

    def to_answer(self) -> dict[str, Any]:
        """The shape ``ServiceRevision``."""
        return (
            {
                "serviceRevisionArn": self.arn,
                "serviceArn": self.service_arn,
                "clusterArn": self.cluster_arn,
                "taskDefinition": self.workload.definition.arn,
                "loadBalancers": self.workload.load_balancers,
                "serviceRegistries": [],
                "containerImages": self.images,
                "guardDutyEnabled": False,
                "createdAt": self.created_at,
            }
            | self.workload.concretely_on()
            | self.workload.other
        )


def pinned(container: dict[str, Any], registry: Registry) -> dict[str, str]:
    """The shape ``ContainerImage`` of a container, as its image's tag stands now."""
    image: str = container["image"]
    _, _, digest = image.partition("@")
    # An image that nobody here knows gets a digest that its name fixes: the same tag, the same digest.
    digest = digest or registry.digest_behind(image) or f"sha256:{hashlib.sha256(image.encode()).hexdigest()}"
    return {"containerName": container["name"], "image": image, "imageDigest": digest}


@dataclass(slots=True, eq=False)
class Deployment:
    """One version of a rolling service, with its tasks. ``halted``: it starts no more of them."""

    id: str
    revision: ServiceRevision
    replicas: Replicas
    created_at: datetime
    updated_at: datetime
    desired: int
    status: str = PRIMARY
    rollout_state: str = IN_PROGRESS
    rollout_reason: str = ""
    halted: bool = False

    @property
    def failed_tasks(self) -> int:
        return self.replicas.failed

    def to_answer(self) -> dict[str, Any]:
        """The shape ``Deployment``."""
        workload = self.revision.workload
        parts = {name: part for name, part in workload.other.items() if name in OTHER_PARTS[1:]}
        return (
            {
                "id": self.id,
                "status": self.status,
                "taskDefinition": workload.definition.arn,
                "desiredCount": self.desired,
                "pendingCount": self.replicas.pending,
                "runningCount": self.replicas.running,
                "failedTasks": self.failed_tasks,
                "createdAt": self.created_at,
                "updatedAt": self.updated_at,
                "rolloutState": self.rollout_state,
                "rolloutStateReason": self.rollout_reason,
            }
            | workload.concretely_on()
            | parts
        )

    def revision_summary(self) -> dict[str, Any]:
        """The shape ``ServiceCurrentRevisionSummary``."""
        return {
            "arn": self.revision.arn,
            "requestedTaskCount": self.desired,
            "runningTaskCount": self.replicas.running,
            "pendingTaskCount": self.replicas.pending,
        }


@dataclass(slots=True, eq=False)
class ServiceDeployment:
    """The way from some revisions to one, a rollback included.

    ``watched`` are the alarms that are looked at, ``alarm_status`` and ``breaker_status`` what their monitors show.
    """

    arn: str
    service_arn: str
    cluster_arn: str
    target: Deployment
    sources: list[Deployment]
    configuration: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    threshold: int
    status: str = "PENDING"
    reason: str | None = None
    stage: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    stopped_at: datetime | None = None
    rollback: dict[str, Any] | None = None
    breaker_status: str = "DISABLED"
    failures: int = 0
    alarm_status: str = "DISABLED"
    triggered: list[str] = field(default_factory=list)

    @property
    def alarm_names(self) -> list[str]:
        alarms = self.configuration["alarms"]
        return list(alarms["alarmNames"]) if alarms["enable"] else []

    def to_brief(self) -> dict[str, Any]:
        """The shape ``ServiceDeploymentBrief``."""
        return {
            "serviceDeploymentArn": self.arn,
            "serviceArn": self.service_arn,
            "clusterArn": self.cluster_arn,
            "createdAt": self.created_at,
            "targetServiceRevisionArn": self.target.revision.arn,
            "status": self.status,
        } | _present(startedAt=self.started_at, finishedAt=self.finished_at, statusReason=self.reason)

    def to_answer(self) -> dict[str, Any]:
        """The shape ``ServiceDeployment``."""
        answer = self.to_brief()
        del answer["targetServiceRevisionArn"]
        answer |= {
            "updatedAt": self.updated_at,
            "sourceServiceRevisions": [source.revision_summary() for source in self.sources],
            "targetServiceRevision": self.target.revision_summary(),
            "deploymentConfiguration": self.configuration,
            "deploymentCircuitBreaker": {
                "status": self.breaker_status,
                "failureCount": self.failures,
                "threshold": self.threshold,
            },
            "alarms": {
                "status": self.alarm_status,
                "alarmNames": self.alarm_names,
                "triggeredAlarmNames": self.triggered,
            },
        }
        return answer | _present(stoppedAt=self.stopped_at, lifecycleStage=self.stage, rollback=self.rollback)


def _present(**members: object) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
