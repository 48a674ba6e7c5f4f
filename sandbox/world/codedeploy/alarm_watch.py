"""The alarms of a deployment: polled for their state, not for a change of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sandbox.world.calls import Params
from sandbox.world.codedeploy.records import Fault, Status
from sandbox.world.codedeploy.words import ALARM_ACTIVE, ALARM_UNREADABLE

if TYPE_CHECKING:
    from sandbox.world.codedeploy.run import Run


def finding(
    configuration: Params, state_of: Callable[[str], str | None], missing_code: str = "ALARM_ACTIVE"
) -> Fault | None:
    """Why a deployment with this alarm configuration has to stop now, if it has to.

    An alarm that is in ALARM stops it, whenever it came to be so; one that does not exist stops it as well unless poll
    failures are to be ignored (AWS: monitoring deployments with alarms).
    """
    if not configuration.get("enabled"):
        return None
    states = {one["name"]: state_of(one["name"]) for one in configuration.get("alarms") or []}
    active = [name for name, state in states.items() if state == "ALARM"]
    if active:
        return Fault("ALARM_ACTIVE", ALARM_ACTIVE.format(alarms=_listed(active)))
    missing = [name for name, state in states.items() if state is None]
    if missing and not configuration.get("ignorePollAlarmFailure"):
        return Fault(missing_code, ALARM_UNREADABLE.format(alarms=_listed(missing)))
    return None


def _listed(names: list[str]) -> str:
    return " ".join(f"<{name}>" for name in names)


def begin(run: Run) -> None:
    """Look now, and again every few seconds, as long as the deployment is under way."""
    if run.deployment.alarms.get("enabled") and not run.deployment.status.over:
        _look(run)


def _look(run: Run) -> None:
    waiting_for_termination = run.deployment.termination_wait_started
    if waiting_for_termination and not (run.engine.switches.alarms_watched_in_termination_wait and run.waiting):
        return
    fault = finding(run.deployment.alarms, run.engine.place.cloudwatch.state_of, run.engine.switches.missing_alarm_code)
    if fault is None:
        run.whenever(run.engine.pace.alarm_poll, lambda: _look(run))
        return
    rollback = run.deployment.rolls_back_on("DEPLOYMENT_STOP_ON_ALARM")
    run.engine.end(run, Status.STOPPED, fault, rollback=rollback)
