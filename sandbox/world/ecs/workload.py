"""What a deployment ships: a task definition and all that its tasks are started with."""

from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.world.ecs.task_definition import TaskDefinition

Shape = dict[str, Any]

CURRENT_PLATFORM = "1.4.0"
"""What LATEST means on Fargate for Linux."""

OTHER_PARTS = ("serviceRegistries", "serviceConnectConfiguration", "volumeConfigurations", "vpcLatticeConfigurations")


@dataclass(frozen=True, slots=True)
class Workload:
    """The part of a service that only a deployment changes. Its dictionaries are never changed in place."""

    definition: TaskDefinition
    load_balancers: list[Shape] = field(default_factory=list)
    network_configuration: Shape | None = None
    platform_version: str | None = None
    launch_type: str | None = None
    capacity_provider_strategy: list[Shape] | None = None
    other: Shape = field(default_factory=dict)

    def on(self) -> Shape:
        """Where it runs, with the platform version as it was asked for."""
        answer: Shape = {}
        if self.capacity_provider_strategy:
            answer["capacityProviderStrategy"] = self.capacity_provider_strategy
        elif self.launch_type:
            answer["launchType"] = self.launch_type
        if self.platform_version:
            answer |= {"platformVersion": self.platform_version, "platformFamily": "Linux"}
        if self.network_configuration:
            answer["networkConfiguration"] = self.network_configuration
        return answer

    def concretely(self) -> "Workload":
        """The same with LATEST resolved, as task sets, deployments and revisions show it."""
        if self.platform_version != "LATEST":
            return self
        return replace(self, platform_version=CURRENT_PLATFORM)

    def concretely_on(self) -> Shape:
        """Where it runs, with LATEST resolved."""
        on = self.on()
        return on | {"platformVersion": CURRENT_PLATFORM} if self.platform_version == "LATEST" else on


def network(configuration: Shape | None) -> Shape | None:
    """``networkConfiguration`` with the defaults that ECS fills in."""
    if not configuration or "awsvpcConfiguration" not in configuration:
        return None
    given = configuration["awsvpcConfiguration"]
    return {"awsvpcConfiguration": {"securityGroups": [], "assignPublicIp": "DISABLED"} | given}
