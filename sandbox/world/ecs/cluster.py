"""Clusters, and what lives in them."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.world.ecs.service import Service
    from sandbox.world.ecs.task import Task

ACTIVE = "ACTIVE"
INACTIVE = "INACTIVE"


@dataclass(slots=True, eq=False)
class Cluster:
    """One cluster, with its services by name (INACTIVE ones included) and its tasks by id."""

    name: str
    arn: str
    settings: dict[str, Any] = field(default_factory=dict)
    status: str = ACTIVE
    services: dict[str, "Service"] = field(default_factory=dict)
    tasks: dict[str, "Task"] = field(default_factory=dict)

    @property
    def live_services(self) -> list["Service"]:
        return [service for service in self.services.values() if service.status != "INACTIVE"]

    def to_answer(self) -> dict[str, Any]:
        """The shape ``Cluster``."""
        states = [task.last_status for task in self.tasks.values()]
        return {
            "clusterArn": self.arn,
            "clusterName": self.name,
            "status": self.status,
            "registeredContainerInstancesCount": 0,
            "runningTasksCount": states.count("RUNNING"),
            "pendingTasksCount": states.count("PENDING") + states.count("PROVISIONING"),
            "activeServicesCount": sum(service.status == ACTIVE for service in self.services.values()),
            "statistics": [],
            "settings": [{"name": "containerInsights", "value": "disabled"}],
            "capacityProviders": [],
            "defaultCapacityProviderStrategy": [],
        } | self.settings
