"""A task: what it was started with, and how far it has come."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.world.ecs.cluster import Cluster
from sandbox.world.ecs.surroundings import Target
from sandbox.world.ecs.workload import Workload

NOT_YET_RUNNING = frozenset({"PROVISIONING", "PENDING", "ACTIVATING"})
STILL_THERE = NOT_YET_RUNNING | {"RUNNING", "DEACTIVATING"}


@dataclass(frozen=True, slots=True)
class TaskPlan:
    """What a task is started with. ``workload`` is concrete: its platform version is a number.

    ``grace`` is how long, in seconds, failed checks of the load balancer are overlooked; ``takes_commands`` whether
    ExecuteCommand was enabled.
    """

    workload: Workload
    group: str
    started_by: str | None = None
    grace: float = 0.0
    overrides: dict[str, Any] = field(default_factory=dict)
    takes_commands: bool = False

    def targets(self, address: str) -> list[tuple[str, Target]]:
        """The target groups a task at ``address`` belongs to, each with its entry."""
        return [
            (balancer["targetGroupArn"], (address, balancer["containerPort"]))
            for balancer in self.workload.load_balancers
            if balancer.get("targetGroupArn")
        ]


@dataclass(slots=True, eq=False)
class Task:
    """One task. ``ready``: RUNNING and passed by every health check; ``failed``: it ended of its own fault."""

    id: str
    arn: str
    cluster: Cluster
    plan: TaskPlan
    address: str
    interface: str
    created_at: datetime
    last_status: str = "PROVISIONING"
    desired_status: str = "RUNNING"
    ready: bool = False
    failed: bool = False
    started_at: datetime | None = None
    stopping_at: datetime | None = None
    stopped_at: datetime | None = None
    stop_code: str | None = None
    stopped_reason: str | None = None
    exit_codes: dict[str, int] = field(default_factory=dict)
    version: int = 1
    protected_until: datetime | None = None

    @property
    def running(self) -> bool:
        return self.last_status == "RUNNING"

    @property
    def wanted(self) -> bool:
        return self.desired_status == "RUNNING"

    def protected(self, now: datetime) -> bool:
        """Whether the schedulers may not stop it yet."""
        return self.protected_until is not None and now < self.protected_until

    @property
    def health(self) -> str:
        checked = any("healthCheck" in container for container in self.plan.workload.definition.containers)
        return "HEALTHY" if checked and self.ready else "UNKNOWN"

    def to_answer(self) -> dict[str, Any]:
        """The shape ``Task``."""
        content = self.plan.workload.definition.content
        answer: dict[str, Any] = {
            "taskArn": self.arn,
            "clusterArn": self.cluster.arn,
            "taskDefinitionArn": self.plan.workload.definition.arn,
            "group": self.plan.group,
            "lastStatus": self.last_status,
            "desiredStatus": self.desired_status,
            "healthStatus": self.health,
            "connectivity": "CONNECTED",
            "createdAt": self.created_at,
            "containers": [self._container(container) for container in self.plan.workload.definition.containers],
            "attachments": [self._attachment()],
            "attributes": [],
            "overrides": self.plan.overrides or {"containerOverrides": []},
            "enableExecuteCommand": self.plan.takes_commands,
            "version": self.version,
        }
        answer |= {name: content[name] for name in ("cpu", "memory") if name in content}
        optional = {
            "startedBy": self.plan.started_by,
            "launchType": self.plan.workload.launch_type,
            "platformVersion": self.plan.workload.platform_version,
            "startedAt": self.started_at,
            "stoppingAt": self.stopping_at,
            "stoppedAt": self.stopped_at,
            "stopCode": self.stop_code,
            "stoppedReason": self.stopped_reason,
        }
        return answer | {name: value for name, value in optional.items() if value is not None}

    def _container(self, definition: dict[str, Any]) -> dict[str, Any]:
        name = definition["name"]
        gone = self.last_status in {"STOPPED", "DEPROVISIONING"} or name in self.exit_codes
        started = self.started_at is not None
        container = {
            "containerArn": self.arn.replace(":task/", ":container/") + f"/{name}",
            "taskArn": self.arn,
            "name": name,
            "image": definition["image"],
            "lastStatus": "STOPPED" if gone else "RUNNING" if started else "PENDING",
            "healthStatus": self.health if "healthCheck" in definition else "UNKNOWN",
            "networkInterfaces": [{"attachmentId": self.interface, "privateIpv4Address": self.address}],
            "cpu": str(definition.get("cpu", 0)),
        }
        if name in self.exit_codes:
            container["exitCode"] = self.exit_codes[name]
        return container

    def _attachment(self) -> dict[str, Any]:
        configuration = self.plan.workload.network_configuration or {}
        subnets = configuration.get("awsvpcConfiguration", {}).get("subnets") or ["subnet-00000000000000000"]
        details = {
            "subnetId": subnets[int(self.id[:2], 16) % len(subnets)],
            "networkInterfaceId": f"eni-{self.interface.replace('-', '')[:17]}",
            "privateDnsName": f"ip-{self.address.replace('.', '-')}.ec2.internal",
            "privateIPv4Address": self.address,
        }
        return {
            "id": self.interface,
            "type": "ElasticNetworkInterface",
            "status": "DELETED" if self.last_status == "STOPPED" else "ATTACHED",
            "details": [{"name": name, "value": value} for name, value in details.items()],
        }
