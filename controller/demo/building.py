"""An AWS in which services run already: made as somebody made them long ago, and they run what Git says."""

from collections.abc import Mapping

from reconcilers.model import CodeDeployRollout, RollingRollout, Service, ServiceKey
from sandbox.blueprints import BlueGreen, BlueGreenService, Rolling, Workload, blue_green, rolling
from sandbox.world.calls import Caller
from sandbox.world.world import World


def build(
    world: World, services: Mapping[ServiceKey, Service], alarm_threshold: float
) -> dict[ServiceKey, BlueGreenService]:
    """Make the services, their images in ECR included. What was made of those that CodeDeploy shifts comes back."""
    built: dict[ServiceKey, BlueGreenService] = {}
    for key, service in services.items():
        container, port = entry(service)
        count = int(service.service_definition.get("desiredCount", 2))
        workload = Workload(
            container=container, port=port, desired_count=count, task_definition=service.task_definition
        )
        if isinstance(service.rollout, CodeDeployRollout):
            plan = BlueGreen(service.name, key.environment, workload, alarm_threshold=alarm_threshold)
            built[key] = blue_green(world, plan)
        else:
            rolling(world, Rolling(service.name, key.environment, workload))
        _declare_images(world, service)
        declared = dict(service.service_definition)
        if isinstance(service.rollout, RollingRollout) and service.rollout.configuration:
            declared["deploymentConfiguration"] = service.rollout.configuration
        if declared:
            world.call("ecs", "UpdateService", {"cluster": service.cluster, "service": service.name, **declared})
    return built


def entry(service: Service) -> tuple[str, int]:
    """The container that takes the requests, and its port: the first that has one, a proxy before others."""
    ports = {
        each["name"]: int(each["portMappings"][0]["containerPort"])
        for each in service.task_definition["containerDefinitions"]
        if each.get("portMappings")
    }
    name = "proxy" if "proxy" in ports else next(iter(ports))
    return name, ports[name]


def _declare_images(world: World, service: Service) -> None:
    ecr = world.place(Caller().account, Caller().region).ecr
    for each in service.task_definition["containerDefinitions"]:
        if ".dkr.ecr." in each["image"]:
            ecr.declare(each["image"])
