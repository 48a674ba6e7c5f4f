"""What is to be built, and the record of what was."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


def _images() -> dict[str, str]:
    registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
    return {name: f"{registry}/notes-{name}:1.0.0" for name in ("proxy", "frontend", "backend")}


@dataclass(frozen=True, slots=True)
class Workload:
    """What runs: images by container name, of which ``container`` takes the requests on ``port``.

    ``task_definition`` is RegisterTaskDefinition's request as a whole and takes the place of ``images``.
    """

    images: Mapping[str, str] = field(default_factory=_images)
    container: str = "proxy"
    port: int = 80
    desired_count: int = 2
    task_definition: Mapping[str, Any] | None = None

    def request(self, family: str) -> dict[str, Any]:
        """RegisterTaskDefinition's parameters."""
        if self.task_definition is not None:
            return {"family": family, **self.task_definition}
        ports = [{"containerPort": self.port, "protocol": "tcp"}]
        return {
            "family": family,
            "requiresCompatibilities": ["FARGATE"],
            "networkMode": "awsvpc",
            "cpu": "512",
            "memory": "1024",
            "containerDefinitions": [
                {
                    "name": name,
                    "image": image,
                    "essential": True,
                    "portMappings": ports if name == self.container else [],
                }
                for name, image in self.images.items()
            ],
        }


@dataclass(frozen=True, slots=True)
class BlueGreen:
    """What ``blue_green`` builds. Names follow from ``name`` and ``environment``; ``wait`` is the termination wait.

    ``alarm_threshold``: so many 5xx in a minute are still well. ``shared_cluster`` is one that several are built in.
    """

    name: str = "notes-app"
    environment: str = "prod"
    workload: Workload = field(default_factory=Workload)
    deployment_config: str = "CodeDeployDefault.ECSLinear10PercentEvery1Minutes"
    wait_minutes: int = 5
    alarms: bool = True
    alarm_threshold: float = 10.0
    rollback_events: tuple[str, ...] = ("DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM")
    ready_wait_minutes: int | None = None
    check_interval: int = 30
    check_threshold: int = 3
    shared_cluster: str = ""

    @property
    def prefix(self) -> str:
        return f"{self.environment}-{self.name}"

    @property
    def cluster(self) -> str:
        """The one that it shares with others, or its own."""
        return self.shared_cluster or self.prefix


@dataclass(frozen=True, slots=True)
class BlueGreenService:
    """The names and ARNs of what was built; ``alarms`` are blue's and green's, or nothing."""

    cluster: str
    service: str
    service_arn: str
    task_definition_arn: str
    application: str
    deployment_group: str
    load_balancer_arn: str
    production_listener_arn: str
    test_listener_arn: str
    blue_arn: str
    green_arn: str
    alarms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rolling:
    """What ``rolling`` builds; ``balanced`` puts it behind a load balancer."""

    name: str = "web"
    environment: str = "prod"
    workload: Workload = field(
        default_factory=lambda: Workload(images={"web": "public.ecr.aws/docker/library/nginx:1.27"}, container="web")
    )
    balanced: bool = True

    @property
    def prefix(self) -> str:
        return f"{self.environment}-{self.name}"


@dataclass(frozen=True, slots=True)
class RollingService:
    """The names and ARNs of what was built."""

    cluster: str
    service: str
    service_arn: str
    task_definition_arn: str
    load_balancer_arn: str | None
    target_group_arn: str | None
