"""The end of a deployment that did not succeed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.world.codedeploy import rollback as rollbacks
from sandbox.world.codedeploy.records import Fault, Status
from sandbox.world.codedeploy.shift import shares_now
from sandbox.world.codedeploy.words import STOPPED

if TYPE_CHECKING:
    from sandbox.world.codedeploy.run import Run


def end(run: Run, status: Status, fault: Fault, *, rollback: bool) -> None:
    """Failed or Stopped: the running event has failed, later ones are skipped.

    With ``rollback`` the weights go back at once and a second deployment does the rest; without it everything stays
    as it stands. BeforeInstall has nothing that could be rolled back (AWS: AppSpec hooks for ECS).
    """
    deployment = run.deployment
    begun = deployment.events[0].status == "Succeeded"
    run.close_event("Failed", fault.message)
    for event in deployment.events:
        if event.status == "Pending":
            event.status = "Skipped"
    run.turn(status)
    deployment.fault = fault
    deployment.completed_at = run.now
    if rollback and begun:
        if run.shift is not None and rollbacks.is_short(run.engine, deployment):
            run.shift.restore()
        rollbacks.start(run.engine, run)
    deployment.shares = shares_now(run.engine.place, deployment)


def stop(run: Run, *, rollback: bool) -> None:
    """StopDeployment: somebody does not want it any more."""
    switches = run.engine.switches
    if run.waiting == "TERMINATION_WAIT" and not switches.stop_in_termination_wait_rolls_back:
        service = run.engine.place.ecs.service(*run.deployment.group.service)
        if service is not None and run.deployment.blue is not None:
            run.engine.place.ecs.drain(service, run.deployment.blue)
        rollback = False
    end(run, Status.STOPPED, Fault("MANUAL_STOP", STOPPED), rollback=rollback)
