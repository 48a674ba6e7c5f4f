"""UpdateService: what it may change under which deployment controller, and what a change sets off."""

from dataclasses import replace
from typing import Any

from sandbox.world.calls import Answer, Caller, Handler, Params, copied
from sandbox.world.ecs import service_rules as rules
from sandbox.world.ecs.deployer import Deployer
from sandbox.world.ecs.refusals import invalid
from sandbox.world.ecs.rolling import Rolling
from sandbox.world.ecs.service import Service
from sandbox.world.ecs.state import State
from sandbox.world.ecs.task_sets import TaskSets
from sandbox.world.ecs.workload import OTHER_PARTS, Workload, network

SHIPPED = (
    "taskDefinition",
    "networkConfiguration",
    "platformVersion",
    "loadBalancers",
    "capacityProviderStrategy",
    "forceNewDeployment",
    *OTHER_PARTS,
)
"""The parameters that only a deployment can change."""

_FORBIDDEN = {
    "taskDefinition": "Unable to update task definition on",
    "networkConfiguration": "Unable to update network parameters on",
    "loadBalancers": "Unable to update load balancers on",
    "forceNewDeployment": "Cannot force a new deployment on",
    "platformVersion": "Unable to update platform version on",
    "capacityProviderStrategy": "Unable to update capacity provider strategy on",
    "serviceRegistries": "Unable to update service registries on",
    "serviceConnectConfiguration": "Unable to update service connect configuration on",
    "volumeConfigurations": "Unable to update volume configurations on",
    "vpcLatticeConfigurations": "Unable to update VPC Lattice configurations on",
}
_INSTEAD = {
    "CODE_DEPLOY": "Use AWS CodeDeploy to trigger a new deployment.",
    "EXTERNAL": "Create a new task set instead.",
}
_SIMPLE = (
    "healthCheckGracePeriodSeconds",
    "enableExecuteCommand",
    "enableECSManagedTags",
    "propagateTags",
    "placementConstraints",
    "placementStrategy",
    "availabilityZoneRebalancing",
)


class Updates:
    """UpdateService."""

    def __init__(self, state: State, rolling: Rolling, deployer: Deployer, task_sets: TaskSets) -> None:
        self._state = state
        self._rolling = rolling
        self._deployer = deployer
        self._task_sets = task_sets
        self.operations: dict[str, Handler] = {"UpdateService": self.update_service}

    def update_service(self, params: Params, _caller: Caller) -> Answer:
        params = copied(dict(params))
        service = self._state.active_service(params)
        controller = (params.get("deploymentController") or {}).get("type", service.controller)
        if service.controller != "ECS" and controller == service.controller:
            _refuse_what_is_shipped(params, service.controller)
        if (params.get("desiredCount") or 0) < 0:
            raise invalid("Desired count cannot be negative.")
        configuration = self._configuration(service, params, controller)
        workload = self._workload(service, params) if _ships(params) else None
        self._apply(service, params, configuration)
        if controller != service.controller:
            self._migrate(service, controller)
        if workload and (params.get("forceNewDeployment") or workload != service.workload):
            self._deployer.deploy(service, workload)
        self._rescale(service, params.get("desiredCount"))
        return {"service": service.to_answer(self._state.now)}

    @staticmethod
    def _configuration(service: Service, params: Params, controller: str) -> dict[str, Any]:
        given = params.get("deploymentConfiguration")
        if given is None and controller == service.controller:
            return service.configuration
        merged = service.configuration | (given or {})
        configuration = rules.deployment_configuration(merged, controller, service.settings["schedulingStrategy"])
        rules.check_configuration(configuration, controller)
        return configuration

    def _workload(self, service: Service, params: Params) -> Workload:
        current = service.workload
        reference = params.get("taskDefinition")
        if reference is None and current:
            definition = current.definition
        else:
            definition = self._state.families.usable(reference or "")
        workload = replace(current, definition=definition) if current else Workload(definition)
        changes: dict[str, Any] = {}
        if "networkConfiguration" in params:
            changes["network_configuration"] = network(params["networkConfiguration"])
        if "loadBalancers" in params:
            changes["load_balancers"] = list(params["loadBalancers"])
        if params.get("platformVersion"):
            changes["platform_version"] = params["platformVersion"]
        if params.get("capacityProviderStrategy"):
            changes |= {"capacity_provider_strategy": params["capacityProviderStrategy"], "launch_type": None}
        changes["other"] = workload.other | {part: params[part] for part in OTHER_PARTS if params.get(part) is not None}
        workload = replace(workload, **changes)
        rules.check_launch_type(workload.launch_type, definition)
        rules.check_network(workload.network_configuration, definition)
        rules.check_load_balancers(workload.load_balancers, definition, self._state.place.elbv2)
        return workload

    @staticmethod
    def _apply(service: Service, params: Params, configuration: dict[str, Any]) -> None:
        given = {name: params[name] for name in _SIMPLE if params.get(name) is not None}
        service.settings = service.settings | given | {"deploymentConfiguration": configuration}

    def _rescale(self, service: Service, desired: int | None) -> None:
        if desired is None or desired == service.desired_count:
            return
        service.desired_count = desired
        for task_set in list(service.task_sets):
            self._task_sets.rescale(task_set)
        if service.deployments:
            service.steady = False
            self._rolling.look(service)

    def _migrate(self, service: Service, controller: str) -> None:
        """From CODE_DEPLOY to ECS: what runs becomes the service's deployment, and goes on running."""
        if service.controller == "ECS" or controller != "ECS":
            raise invalid(f"Unable to update the deployment controller from {service.controller} to {controller}.")
        if len(service.task_sets) != 1:
            raise invalid("Unable to update the deployment controller while a deployment is in progress.")
        service.controller = controller
        self._deployer.take_over(service, service.task_sets.pop())


def _ships(params: Params) -> bool:
    return any(params.get(name) not in (None, False) for name in SHIPPED)


def _refuse_what_is_shipped(params: Params, controller: str) -> None:
    """The mere presence of such a parameter is refused, changed or not. Texts: AWS, observed."""
    for name, sentence in _FORBIDDEN.items():
        if name in params:
            where = f"services with {'a' if controller == 'CODE_DEPLOY' else 'an'} {controller} deployment controller."
            raise invalid(f"{sentence} {where} {_INSTEAD[controller]}")
