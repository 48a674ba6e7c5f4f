"""A service, as ECS remembers it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sandbox.world.ecs.cluster import Cluster
from sandbox.world.ecs.journal import Journal
from sandbox.world.ecs.workload import Workload

if TYPE_CHECKING:
    from sandbox.world.ecs.deployment import Deployment, ServiceDeployment
    from sandbox.world.ecs.replicas import Replicas
    from sandbox.world.ecs.task_set import TaskSet

ACTIVE = "ACTIVE"
DRAINING = "DRAINING"
INACTIVE = "INACTIVE"


@dataclass(slots=True, eq=False)
class Service:
    """One service. Read it freely; it is changed through ``Ecs`` alone.

    ``controller`` is ``ECS``, ``CODE_DEPLOY`` or ``EXTERNAL``. ``workload`` is what runs, and what only a deployment
    changes (None until an EXTERNAL service has a primary task set); ``settings`` is the rest, in AWS's shape.
    ``deployments`` has PRIMARY first, ``task_sets`` the oldest; a service has the one or the other. ``current`` is the
    service deployment in progress, ``stable`` the deployment that was the last to complete.
    """

    arn: str
    name: str
    cluster: Cluster
    controller: str
    workload: Workload | None
    desired_count: int
    settings: dict[str, Any]
    journal: Journal
    created_at: datetime
    created_by: str
    request: dict[str, Any]
    status: str = ACTIVE
    task_sets: list["TaskSet"] = field(default_factory=list)
    deployments: list["Deployment"] = field(default_factory=list)
    history: list["ServiceDeployment"] = field(default_factory=list)
    current: "ServiceDeployment | None" = None
    stable: "Deployment | None" = None
    steady: bool = False

    @property
    def cluster_name(self) -> str:
        return self.cluster.name

    @property
    def task_definition_arn(self) -> str | None:
        return self.workload.definition.arn if self.workload else None

    @property
    def load_balancers(self) -> list[dict[str, Any]]:
        return self.workload.load_balancers if self.workload else []

    @property
    def network_configuration(self) -> dict[str, Any] | None:
        return self.workload.network_configuration if self.workload else None

    @property
    def configuration(self) -> dict[str, Any]:
        """``deploymentConfiguration``, defaults filled in."""
        configuration: dict[str, Any] = self.settings["deploymentConfiguration"]
        return configuration

    @property
    def replicas(self) -> list["Replicas"]:
        """The groups of tasks that make up the service."""
        return [
            *(deployment.replicas for deployment in self.deployments),
            *(task_set.replicas for task_set in self.task_sets),
        ]

    def to_answer(self, now: datetime) -> dict[str, Any]:
        """The shape ``Service``, without tags."""
        groups = self.replicas
        answer = {
            "serviceArn": self.arn,
            "serviceName": self.name,
            "clusterArn": self.cluster.arn,
            "status": self.status,
            "desiredCount": self.desired_count,
            "runningCount": sum(group.running for group in groups),
            "pendingCount": sum(group.pending for group in groups),
            "loadBalancers": self.load_balancers,
            "serviceRegistries": [],
            "deploymentController": {"type": self.controller},
            "deployments": [deployment.to_answer() for deployment in self.deployments],
            "events": self.journal.read(now),
            "createdAt": self.created_at,
            "createdBy": self.created_by,
        }
        answer |= self.settings
        if self.workload:
            answer |= {"taskDefinition": self.workload.definition.arn} | self.workload.on()
            answer |= {name: part for name, part in self.workload.other.items() if name == "serviceRegistries"}
        if self.controller != "ECS":
            answer["taskSets"] = [task_set.to_answer() for task_set in self.task_sets]
        return answer | self._current()

    def _current(self) -> dict[str, Any]:
        if self.controller != "ECS" or self.status == INACTIVE:
            return {}
        answer: dict[str, Any] = {"currentServiceRevisions": [each.revision_summary() for each in self.deployments]}
        if self.current:
            answer["currentServiceDeployment"] = self.current.arn
        return answer
