"""What can be said to a deployment under way: stop, go on, and what a hook's function found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.errors import AwsError
from sandbox.world.calls import Answer, Caller, Handler, Params
from sandbox.world.codedeploy import ending, steps
from sandbox.world.codedeploy.records import Deployment, LifecycleEvent
from sandbox.world.codedeploy.run import Run

if TYPE_CHECKING:
    from sandbox.world.codedeploy.engine import Engine
    from sandbox.world.codedeploy.store import Store

WAITS = ("READY_WAIT", "TERMINATION_WAIT")


class Interventions:
    """StopDeployment, ContinueDeployment and PutLifecycleEventHookExecutionStatus."""

    def __init__(self, store: Store, engine: Engine) -> None:
        self._store = store
        self._engine = engine
        self.operations: dict[str, Handler] = {
            "StopDeployment": self.stop,
            "ContinueDeployment": self.go_on,
            "SkipWaitTimeForInstanceTermination": self.skip_wait,
            "PutLifecycleEventHookExecutionStatus": self.answer_hook,
        }

    def stop(self, params: Params, _: Caller) -> Answer:
        """With a rollback if the request says so, or the deployment's own configuration does."""
        deployment = self._active(params)
        run = self._engine.runs[deployment.id]
        rollback = bool(params.get("autoRollbackEnabled")) or deployment.rolls_back_on("DEPLOYMENT_STOP_ON_REQUEST")
        if not self._engine.switches.stop_is_pending_first:
            ending.stop(run, rollback=rollback)
            return {"status": "Succeeded", "statusMessage": "The deployment was stopped."}
        if not run.stopping:
            run.stopping = True
            run.whenever(self._engine.pace.stop, lambda: ending.stop(run, rollback=rollback))
        return {"status": "Pending", "statusMessage": "The deployment is being stopped."}

    def go_on(self, params: Params, _: Caller) -> Answer:
        kind = params.get("deploymentWaitType") or "READY_WAIT"
        if kind not in WAITS:
            raise AwsError("InvalidDeploymentWaitTypeException", f"The deployment wait type {kind} is not valid")
        self._go_on(params, kind)
        return {}

    def skip_wait(self, params: Params, _: Caller) -> Answer:
        """The old name of ContinueDeployment(TERMINATION_WAIT)."""
        self._go_on(params, "TERMINATION_WAIT")
        return {}

    def _go_on(self, params: Params, kind: str) -> None:
        deployment = self._active(params)
        run = self._engine.runs[deployment.id]
        if run.waiting != kind:
            raise AwsError(
                "DeploymentIsNotInReadyStateException", f"The deployment {deployment.id} is not waiting for {kind}"
            )
        run.go_on()

    def answer_hook(self, params: Params, _: Caller) -> Answer:
        """The Lambda function's callback."""
        status = params.get("status")
        if status not in {"Succeeded", "Failed"}:
            raise AwsError(
                "InvalidLifecycleEventHookExecutionStatusException", "The status must be Succeeded or Failed"
            )
        deployment = self._store.deployment(params.get("deploymentId"))
        execution = str(params.get("lifecycleEventHookExecutionId") or "")
        run, event = self._hook(deployment, execution)
        if event.status != "InProgress" or deployment.status.over:
            raise AwsError("LifecycleEventAlreadyCompletedException", f"{event.name} has already completed")
        steps.answer_hook(run, status)
        return {"lifecycleEventHookExecutionId": execution}

    def _hook(self, deployment: Deployment, execution: str) -> tuple[Run, LifecycleEvent]:
        run, event = self._engine.hooks.get(execution, (None, None))
        if run is None or event is None or run.deployment is not deployment:
            raise AwsError(
                "InvalidLifecycleEventHookExecutionIdException",
                f"The lifecycle event hook execution ID {execution} is not valid",
            )
        return run, event

    def _active(self, params: Params) -> Deployment:
        deployment = self._store.deployment(params.get("deploymentId"))
        if deployment.status.over:
            raise AwsError(
                "DeploymentAlreadyCompletedException", f"The deployment {deployment.id} has already completed"
            )
        return deployment
