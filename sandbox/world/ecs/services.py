"""DescribeServices, ListServices and DeleteService."""

from typing import Any

from sandbox.world.calls import Answer, Caller, Handler, Params
from sandbox.world.ecs.deployer import Deployer
from sandbox.world.ecs.names import last_part
from sandbox.world.ecs.pages import page
from sandbox.world.ecs.refusals import at_most, invalid, required
from sandbox.world.ecs.service import ACTIVE, DRAINING, INACTIVE, Service
from sandbox.world.ecs.state import State

MOST_DESCRIBED = 10


class Services:
    """What is asked of services, and their end."""

    def __init__(self, state: State, deployer: Deployer) -> None:
        self._state = state
        self._deployer = deployer
        self.operations: dict[str, Handler] = {
            "DescribeServices": self.describe_services,
            "ListServices": self.list_services,
            "ListServicesByNamespace": self.list_services_by_namespace,
            "DeleteService": self.delete_service,
        }

    def describe_services(self, params: Params, _caller: Caller) -> Answer:
        cluster = self._state.cluster(params.get("cluster"))
        with_tags = "TAGS" in (params.get("include") or [])
        services, failures = [], []
        for reference in at_most(params, "services", MOST_DESCRIBED):
            service = self._state.named(cluster, reference)
            if service is None:
                missing = self._state.arn("service", cluster.name, last_part(reference))
                failures.append({"arn": reference if reference.startswith("arn:") else missing, "reason": "MISSING"})
            else:
                services.append(self._answer(service, with_tags=with_tags))
        return {"services": services, "failures": failures}

    def list_services(self, params: Params, _caller: Caller) -> Answer:
        cluster = self._state.cluster(params.get("cluster"))
        arns = [service.arn for service in cluster.services.values() if _listed(service, params)]
        shown, token = page(arns, params, default=10)
        return {"serviceArns": shown} | ({"nextToken": token} if token else {})

    def list_services_by_namespace(self, params: Params, _caller: Caller) -> Answer:
        """Of all clusters, those whose Service Connect names the namespace; whether it exists is not known here."""
        wanted = last_part(required(params, "namespace"))
        services = (each for cluster in self._state.clusters.values() for each in cluster.live_services)
        arns = [service.arn for service in services if wanted == _namespace(service)]
        shown, token = page(arns, params, default=10)
        return {"serviceArns": shown} | ({"nextToken": token} if token else {})

    def delete_service(self, params: Params, _caller: Caller) -> Answer:
        service = self._state.active_service(params)
        if service.desired_count > 0 and not params.get("force"):
            raise invalid("The service cannot be stopped while it is scaled above 0.")
        if service.task_sets and service.controller == "EXTERNAL" and not params.get("force"):
            raise invalid("The service cannot be stopped while it still has task sets.")
        service.desired_count, service.status, service.steady = 0, DRAINING, False
        self._deployer.abandon(service, "Service deployment stopped because the service was deleted.")
        for replicas in service.replicas:
            replicas.owner = lambda: self._end(service)
            replicas.stop(replicas.wanted)
        answer = self._answer(service, with_tags=False)
        self._end(service)
        return {"service": answer}

    def _end(self, service: Service) -> None:
        """A draining service is gone once the last of its tasks has begun to stop."""
        if service.status == DRAINING and not any(replicas.present for replicas in service.replicas):
            service.status = INACTIVE
            service.task_sets, service.deployments = [], []

    def _answer(self, service: Service, *, with_tags: bool) -> dict[str, Any]:
        answer = service.to_answer(self._state.now)
        return answer | {"tags": self._state.tags_of(service.arn)} if with_tags else answer


def _namespace(service: Service) -> str | None:
    connected = service.workload.other.get("serviceConnectConfiguration") if service.workload else None
    return last_part(connected.get("namespace") or "") if connected else None


def _listed(service: Service, params: Params) -> bool:
    if service.status != ACTIVE:
        return False
    launch_type, scheduling = params.get("launchType"), params.get("schedulingStrategy")
    if launch_type and (service.workload is None or service.workload.launch_type != launch_type):
        return False
    return not scheduling or service.settings["schedulingStrategy"] == scheduling
