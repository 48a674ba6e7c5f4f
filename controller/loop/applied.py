"""Which declaration of a service's fields was applied last, so that what Git changed is told from an edit."""

from collections.abc import Collection, Mapping
from typing import Any

from controller.loop.status import ServiceStatus
from reconcilers.actions import Action, CreateDeployment, StartRolling, UpdateService
from reconcilers.declared import CARRIED, renewed
from reconcilers.outcome import (
    Sync,
)
from reconcilers.report import Report
from reconcilers.verdict import Plan


def puts_back(before: ServiceStatus, report: Report) -> bool:
    """Whether a look put service fields back. To apply what Git declares newly is no heal."""
    declared = (report.plan.declared if report.plan is not None else None) or {}
    edits = (each.action for each in report.acted if isinstance(each.action, UpdateService))
    return any(not renewed(name, declared, before.applied) for edit in edits for name in edit.fields)


def applied_after(before: ServiceStatus, plan: Plan, report: Report) -> Mapping[str, Any] | None:
    """What was sent is known at once: an edit that comes before the next look is somebody's, and not Git's."""
    if plan.declared is None:
        return before.applied
    if plan.sync is Sync.IN_SYNC:
        return plan.declared
    if before.applied is None:
        return None
    sent = {name for done in report.acted for name in _sent(done.action)}
    return {**before.applied, **{name: value for name, value in plan.declared.items() if name in sent}}


def _sent(action: Action) -> Collection[str]:
    """The fields that an action puts right as Git declares them, if Git declares them."""
    match action:
        case UpdateService(fields=fields) | StartRolling(fields=fields):
            return fields
        case CreateDeployment():
            return CARRIED
        case _:
            return ()
