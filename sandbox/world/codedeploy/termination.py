"""After the last event: green becomes PRIMARY, blue is kept for a while, then goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.world.codedeploy import on_behalf
from sandbox.world.codedeploy.records import Status
from sandbox.world.codedeploy.shift import shares_now
from sandbox.world.codedeploy.words import ECS_REFUSED
from sandbox.world.ecs.task_set import DRAINING

if TYPE_CHECKING:
    from sandbox.world.codedeploy.run import Run
    from sandbox.world.ecs.service import Service


def begin(run: Run) -> None:
    """Switch PRIMARY and begin the termination wait."""
    deployment, place = run.deployment, run.engine.place
    service = place.ecs.service(*deployment.group.service)
    green = deployment.green
    if service is None or green is None or green not in service.task_sets or green.status == DRAINING:
        run.fail("ECS_UPDATE_ERROR", ECS_REFUSED.format(reason="The replacement task set was deleted."))
        return
    place.ecs.make_primary(service, green)
    on_behalf.made_primary(place, deployment, green)
    deployment.group.target_revision = deployment.revision
    option = deployment.group.shape["blueGreenDeploymentConfiguration"]["terminateBlueInstancesOnDeploymentSuccess"]
    if option["action"] == "KEEP_ALIVE":
        run.turn()
        run.later(run.engine.pace.drain, lambda: _succeed(run))
        return
    run.turn(Status.BAKING if run.engine.switches.termination_wait_is_baking else Status.IN_PROGRESS)
    deployment.termination_wait_started = True
    minutes = option["terminationWaitTimeInMinutes"]
    run.wait("TERMINATION_WAIT", minutes * 60, lambda: _drain(run, service), lambda: _drain(run, service))


def _drain(run: Run, service: Service) -> None:
    run.turn(Status.IN_PROGRESS)
    blue = run.deployment.blue
    if blue is not None and blue in service.task_sets:
        run.engine.place.ecs.drain(service, blue)
        on_behalf.drained(run.engine.place, run.deployment, blue)
    run.later(run.engine.pace.drain, lambda: _succeed(run))


def _succeed(run: Run) -> None:
    deployment = run.deployment
    run.turn(Status.SUCCEEDED)
    deployment.completed_at = run.now
    deployment.shares = shares_now(run.engine.place, deployment)
