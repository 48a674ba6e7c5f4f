"""Deployment targets: where lifecycle events and traffic weights are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.errors import AwsError
from sandbox.world.calls import Answer, Caller, Handler, Params
from sandbox.world.codedeploy.records import Deployment, Status
from sandbox.world.codedeploy.shapes import deployment_target, target_id

if TYPE_CHECKING:
    from sandbox.world.codedeploy.store import Store


class DeploymentTargets:
    """The calls on deployment targets; a deployment to ECS has exactly one."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.operations: dict[str, Handler] = {
            "GetDeploymentTarget": self.get,
            "BatchGetDeploymentTargets": self.batch_get,
            "ListDeploymentTargets": self.list_all,
        }

    def get(self, params: Params, _: Caller) -> Answer:
        deployment = self._started(params)
        _check_target(deployment, params.get("targetId"))
        return {"deploymentTarget": deployment_target(self._store.place, deployment)}

    def batch_get(self, params: Params, _: Caller) -> Answer:
        deployment = self._started(params)
        targets = params.get("targetIds") or [None]
        if len(targets) > 1:
            raise AwsError("DeploymentTargetListSizeExceededException", "A deployment to ECS has one target")
        _check_target(deployment, targets[0])
        return {"deploymentTargets": [deployment_target(self._store.place, deployment)]}

    def list_all(self, params: Params, _: Caller) -> Answer:
        return {"targetIds": [target_id(self._started(params))]}

    def _started(self, params: Params) -> Deployment:
        deployment = self._store.deployment(params.get("deploymentId"))
        if deployment.status in {Status.CREATED, Status.QUEUED}:
            raise AwsError("DeploymentNotStartedException", f"The deployment {deployment.id} has not started yet")
        return deployment


def _check_target(deployment: Deployment, target: str | None) -> None:
    if not target:
        raise AwsError("DeploymentTargetIdRequiredException", "Deployment target ID is missing")
    if target != target_id(deployment):
        raise AwsError("DeploymentTargetDoesNotExistException", f"The target {target} is not part of {deployment.id}")
