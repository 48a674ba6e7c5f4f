"""Which declaration of a service's fields was applied last, so that what Git changed is told from an edit."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from controller.loop.status import ServiceStatus
from reconcilers.actions import Action, CreateDeployment, StartRolling, UpdateService
from reconcilers.declared import CARRIED, declared, renewed
from reconcilers.model import Service
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


def with_supposed(before: ServiceStatus, wanted: Service) -> ServiceStatus:
    """The same, and what may stand for what was applied once a commit is read that wants this.

    A field that a commit changes is Git's doing, whatever is live and whoever applied what. So where nothing is known,
    what was declared before the first such commit stands for it: the other fields are in it as they still are
    declared, and what differs in them counts as drift, as before.
    """
    was = declared(before.wanted)
    if before.applied is not None or was == declared(wanted):
        return before
    return replace(before, applied=was, applied_supposed=True)


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


def still_supposed(before: ServiceStatus, plan: Plan) -> bool:
    """Whether some of what stands for what was applied was still seen neither in sync nor sent."""
    return before.applied_supposed and (plan.declared is None or plan.sync is not Sync.IN_SYNC)


def _sent(action: Action) -> Collection[str]:
    """The fields that an action puts right as Git declares them, if Git declares them."""
    match action:
        case UpdateService(fields=fields) | StartRolling(fields=fields):
            return fields
        case CreateDeployment():
            return CARRIED
        case _:
            return ()
