"""Task sets: what a CODE_DEPLOY or EXTERNAL service runs, one for each version that is alive."""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.world.ecs.replicas import Replicas
from sandbox.world.ecs.service import Service
from sandbox.world.ecs.workload import Workload

PRIMARY = "PRIMARY"
ACTIVE = "ACTIVE"
DRAINING = "DRAINING"
STEADY_STATE = "STEADY_STATE"
STABILIZING = "STABILIZING"


@dataclass(frozen=True, slots=True)
class TaskSetRequest:
    """What a new task set shall run. None: as the service has it now."""

    task_definition_arn: str
    external_id: str | None
    started_by: str
    target_group_arn: str
    container_name: str
    container_port: int
    network_configuration: dict[str, Any] | None = None
    platform_version: str | None = None
    capacity_provider_strategy: list[dict[str, Any]] | None = None


@dataclass(slots=True, eq=False)
class TaskSet:
    """One task set: ``status`` PRIMARY, ACTIVE or DRAINING, ``stability`` STEADY_STATE or STABILIZING."""

    id: str
    arn: str
    service: Service
    workload: Workload
    replicas: Replicas
    started_by: str
    external_id: str | None
    created_at: datetime
    updated_at: datetime
    stability_at: datetime
    status: str = ACTIVE
    stability: str = STABILIZING
    scale: float = 100.0
    settling: bool = False

    @property
    def task_definition_arn(self) -> str:
        return self.workload.definition.arn

    @property
    def target_group_arn(self) -> str | None:
        return next((balancer.get("targetGroupArn") for balancer in self.workload.load_balancers), None)

    @property
    def computed_desired(self) -> int:
        return math.ceil(self.service.desired_count * self.scale / 100)

    @property
    def running(self) -> int:
        return self.replicas.running

    @property
    def pending(self) -> int:
        return self.replicas.pending

    def to_answer(self) -> dict[str, Any]:
        """The shape ``TaskSet``, without tags."""
        answer = {
            "id": self.id,
            "taskSetArn": self.arn,
            "serviceArn": self.service.arn,
            "clusterArn": self.service.cluster.arn,
            "startedBy": self.started_by,
            "status": self.status,
            "taskDefinition": self.task_definition_arn,
            "computedDesiredCount": self.computed_desired,
            "pendingCount": self.pending,
            "runningCount": self.running,
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
            "loadBalancers": self.workload.load_balancers,
            "serviceRegistries": [],
            "scale": {"value": self.scale, "unit": "PERCENT"},
            "stabilityStatus": self.stability,
            "stabilityStatusAt": self.stability_at,
        } | self.workload.concretely_on()
        return answer if self.external_id is None else answer | {"externalId": self.external_id}
