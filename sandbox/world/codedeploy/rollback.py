"""The second deployment: it brings back what ran before the first one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.world.codedeploy import on_behalf
from sandbox.world.codedeploy.configs import ALL_AT_ONCE
from sandbox.world.codedeploy.records import Deployment, Status
from sandbox.world.codedeploy.shift import shares_now
from sandbox.world.codedeploy.words import ROLLED_BACK, ROLLS_BACK
from sandbox.world.ecs.task_set import DRAINING, PRIMARY

if TYPE_CHECKING:
    from sandbox.world.codedeploy.engine import Engine
    from sandbox.world.codedeploy.run import Run

CREATOR = "codeDeployRollback"


def start(engine: Engine, failed_run: Run) -> None:
    """Create the deployment that rolls a failed one back, and tell both of each other."""
    failed = failed_run.deployment
    store = engine.store
    made = Deployment(
        id=store.new_deployment_id(),
        group=failed.group,
        config=ALL_AT_ONCE,
        revision=failed.previous,
        previous=failed.revision,
        # A deployment that undoes another one is neither stopped by alarms nor rolled back itself.
        request={
            "autoRollbackConfiguration": {"enabled": False, "events": []},
            "overrideAlarmConfiguration": {"enabled": False, "ignorePollAlarmFailure": False, "alarms": []},
        },
        created_at=store.now,
        creator=CREATOR,
        blue=failed.blue,
        green=failed.green,
    )
    made.rollback_info = {
        "rollbackTriggeringDeploymentId": failed.id,
        "rollbackMessage": ROLLS_BACK.format(rollback=made.id, failed=failed.id),
    }
    failed.rollback_info = {
        "rollbackDeploymentId": made.id,
        "rollbackMessage": ROLLED_BACK.format(failed=failed.id, rollback=made.id),
    }
    store.keep(made)
    engine.start(made)
    engine.runs[made.id].shift = failed_run.shift


def is_short(engine: Engine, deployment: Deployment) -> bool:
    """Whether the old task set is still there, or nothing was ever changed: then no new one is made."""
    if deployment.green is None or engine.place.ecs.service(*deployment.group.service) is None:
        return True
    blue = deployment.blue
    return blue is not None and blue.status != DRAINING


def bring_back(run: Run) -> None:
    """Traffic and PRIMARY back to blue, and green drained."""
    deployment, place = run.deployment, run.engine.place
    for event in deployment.events:
        event.status, event.started_at, event.ended_at = "Succeeded", run.now, run.now
    service = place.ecs.service(*deployment.group.service)
    if run.shift is not None:
        run.shift.restore()
    if service is not None and deployment.blue is not None and deployment.green is not None:
        if deployment.blue.status != PRIMARY:
            place.ecs.make_primary(service, deployment.blue)
            on_behalf.made_primary(place, deployment, deployment.blue)
        if deployment.green in service.task_sets:
            place.ecs.drain(service, deployment.green)
            on_behalf.drained(place, deployment, deployment.green)
    run.later(run.engine.pace.drain, lambda: _done(run))


def _done(run: Run) -> None:
    deployment = run.deployment
    run.turn(Status.SUCCEEDED)
    deployment.completed_at = run.now
    deployment.shares = shares_now(run.engine.place, deployment)
    deployment.group.target_revision = deployment.revision
