"""The operations on service deployments and service revisions."""

from datetime import datetime
from typing import Any

from sandbox.errors import AwsError
from sandbox.world.calls import Answer, Caller, Handler, Params
from sandbox.world.ecs.deployer import Deployer
from sandbox.world.ecs.deployment import UNFINISHED, ServiceDeployment
from sandbox.world.ecs.failure import REQUEST
from sandbox.world.ecs.pages import page
from sandbox.world.ecs.refusals import at_most, invalid, required
from sandbox.world.ecs.service import Service
from sandbox.world.ecs.state import State

MOST_DESCRIBED = 20


class DeploymentCalls:
    """Looking at service deployments, and stopping one."""

    def __init__(self, state: State, deployer: Deployer) -> None:
        self._state = state
        self._deployer = deployer
        self.operations: dict[str, Handler] = {
            "ListServiceDeployments": self.list_service_deployments,
            "DescribeServiceDeployments": self.describe_service_deployments,
            "DescribeServiceRevisions": self.describe_service_revisions,
            "StopServiceDeployment": self.stop_service_deployment,
            "ContinueServiceDeployment": self.continue_service_deployment,
        }

    def list_service_deployments(self, params: Params, _caller: Caller) -> Answer:
        """Newest first."""
        service = self._state.service(params)
        briefs = [each.to_brief() for each in reversed(service.history) if _listed(each, params)]
        shown, token = page(briefs, params, default=20)
        return {"serviceDeployments": shown} | ({"nextToken": token} if token else {})

    def describe_service_deployments(self, params: Params, _caller: Caller) -> Answer:
        arns = at_most(params, "serviceDeploymentArns", MOST_DESCRIBED)
        found = [
            self._state.service_deployments[arn].to_answer() for arn in arns if arn in self._state.service_deployments
        ]
        return {"serviceDeployments": found, "failures": _missing(arns, self._state.service_deployments)}

    def describe_service_revisions(self, params: Params, _caller: Caller) -> Answer:
        arns = at_most(params, "serviceRevisionArns", MOST_DESCRIBED)
        found = [self._state.revisions[arn].to_answer() for arn in arns if arn in self._state.revisions]
        return {"serviceRevisions": found, "failures": _missing(arns, self._state.revisions)}

    def stop_service_deployment(self, params: Params, _caller: Caller) -> Answer:
        """``ROLLBACK`` returns to the last revision that completed; ``ABORT`` leaves things as they stand."""
        deployment, service = self._named(params)
        if deployment.status not in UNFINISHED or deployment.status == "ROLLBACK_IN_PROGRESS":
            raise AwsError(
                "ConflictException", f"The service deployment cannot be stopped in the status {deployment.status}."
            )
        if params.get("stopType", "ROLLBACK") == "ROLLBACK" and service.stable is None:
            raise AwsError("ConflictException", "No rollback candidate was found to run the rollback.")
        self._deployer.fail(service, REQUEST, roll_back=params.get("stopType", "ROLLBACK") == "ROLLBACK")
        return {"serviceDeploymentArn": deployment.arn}

    def continue_service_deployment(self, params: Params, _caller: Caller) -> Answer:
        """A rolling update has no lifecycle hook that would wait for anybody."""
        self._named(params)
        raise invalid(f"The lifecycle hook {required(params, 'hookId')} is not awaiting an action.")

    def _named(self, params: Params) -> tuple[ServiceDeployment, Service]:
        deployment = self._state.service_deployments.get(required(params, "serviceDeploymentArn"))
        if deployment is None:
            raise AwsError("ServiceDeploymentNotFoundException", "Service deployment not found.")
        cluster, name = deployment.service_arn.split("/")[-2:]
        return deployment, self._state.clusters[cluster].services[name]


def _listed(deployment: ServiceDeployment, params: Params) -> bool:
    wanted = params.get("status") or []
    if wanted and deployment.status not in wanted:
        return False
    window: dict[str, datetime] = params.get("createdAt") or {}
    after, before = window.get("after"), window.get("before")
    return (after is None or deployment.created_at >= after) and (before is None or deployment.created_at <= before)


def _missing(arns: list[str], known: dict[str, Any]) -> list[dict[str, str]]:
    return [{"arn": arn, "reason": "MISSING"} for arn in arns if arn not in known]
