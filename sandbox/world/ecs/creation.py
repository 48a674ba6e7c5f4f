"""CreateService."""

from typing import Any

from sandbox.world.calls import Answer, Caller, Params, copied
from sandbox.world.ecs import service_rules as rules
from sandbox.world.ecs.cluster import Cluster
from sandbox.world.ecs.deployer import Deployer
from sandbox.world.ecs.refusals import invalid, required
from sandbox.world.ecs.service import ACTIVE, DRAINING, Service
from sandbox.world.ecs.state import State
from sandbox.world.ecs.tags import checked
from sandbox.world.ecs.task_sets import TaskSets
from sandbox.world.ecs.workload import OTHER_PARTS, Workload, network

STARTED_BY_CODE_DEPLOY = "CODE_DEPLOY"


class Creation:
    """Makes services, each with its first deployment or its first task set."""

    def __init__(self, state: State, deployer: Deployer, task_sets: TaskSets) -> None:
        self._state = state
        self._deployer = deployer
        self._task_sets = task_sets

    def create_service(self, params: Params, caller: Caller) -> Answer:
        params = copied(dict(params))
        cluster = self._state.cluster(params.get("cluster"))
        name: str = required(params, "serviceName")
        rules.check_name(name)
        controller: str = (params.get("deploymentController") or {}).get("type", "ECS")
        existing = cluster.services.get(name)
        if existing and existing.status == ACTIVE:
            self._same_again(existing, params)
            return {"service": self._answer(existing)}
        if existing and existing.status == DRAINING:
            raise invalid("Unable to Start a service that is still Draining.")
        rules.check_request(params, controller)
        tags = checked(params.get("tags") or [])
        workload = self._workload(params, controller)
        service = self._service(params, cluster, workload, (name, controller, caller.principal))
        cluster.services[name] = service
        self._state.tags[service.arn] = tags
        if controller == "CODE_DEPLOY" and workload:
            self._task_sets.create(service, workload, None, STARTED_BY_CODE_DEPLOY)
        elif controller == "ECS" and workload:
            self._deployer.deploy(service, workload)
        return {"service": self._answer(service)}

    def _service(
        self, params: Params, cluster: Cluster, workload: Workload | None, identity: tuple[str, str, str]
    ) -> Service:
        name, controller, principal = identity
        role = f"arn:aws:iam::{self._state.place.account}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"
        daemon = params.get("schedulingStrategy") == "DAEMON"
        return Service(
            arn=self._state.arn("service", cluster.name, name),
            name=name,
            cluster=cluster,
            controller=controller,
            workload=workload,
            # No container instance is registered here, so a daemon service has nowhere to run.
            desired_count=0 if daemon else params.get("desiredCount") or 0,
            settings=rules.settings(params, controller, role),
            journal=self._state.journal(),
            created_at=self._state.now,
            created_by=principal,
            request=_comparable(params),
        )

    def _workload(self, params: Params, controller: str) -> Workload | None:
        if controller == "EXTERNAL" and not params.get("taskDefinition"):
            return None
        definition = self._state.families.usable(required(params, "taskDefinition"))
        balancers = list(params.get("loadBalancers") or [])
        rules.check_launch_type(params.get("launchType"), definition)
        rules.check_network(params.get("networkConfiguration"), definition)
        rules.check_load_balancers(balancers, definition, self._state.place.elbv2)
        strategy = params.get("capacityProviderStrategy") or None
        launch_type = None if strategy else params.get("launchType") or "EC2"
        on_fargate = launch_type == "FARGATE" or any(
            each["capacityProvider"].startswith("FARGATE") for each in strategy or []
        )
        return Workload(
            definition=definition,
            load_balancers=balancers,
            network_configuration=network(params.get("networkConfiguration")),
            platform_version=(params.get("platformVersion") or "LATEST") if on_fargate else None,
            launch_type=launch_type,
            capacity_provider_strategy=strategy,
            other={part: params[part] for part in OTHER_PARTS if params.get(part)},
        )

    def _same_again(self, existing: Service, params: Params) -> None:
        if existing.request != _comparable(params):
            raise invalid("Creation of service was not idempotent.")

    def _answer(self, service: Service) -> dict[str, Any]:
        return service.to_answer(self._state.now) | {"tags": self._state.tags_of(service.arn)}


def _comparable(params: Params) -> dict[str, Any]:
    return {name: value for name, value in params.items() if name not in {"clientToken", "cluster", "tags"}}
