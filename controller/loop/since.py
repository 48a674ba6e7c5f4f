"""Since when what was found of a service is so: as AWS and Git date it, or else since it was first seen."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import assert_never

from controller.loop.status import Brought, ServiceStatus
from reconcilers.declared import field_of, renewed
from reconcilers.diff import Change
from reconcilers.live import Live
from reconcilers.model import Revision
from reconcilers.outcome import (
    Failed,
    Held,
    Progressing,
    Sync,
)
from reconcilers.report import Report
from reconcilers.rollout.history import brought_by, drifted_at
from reconcilers.verdict import Plan

_OF_REVISION = "/taskDefinition/"


def began(before: ServiceStatus, report: Report, drift: Mapping[str, float], live: Live | None) -> float:
    """Since when a state that was not there before is: as AWS dates what led to it, or else since this look."""
    if isinstance(report.outcome, Held):
        return min(report.at, _held_since(before, report.outcome, live, report.at))
    if report.plan is not None and report.plan.sync is Sync.DRIFTED and before.sync is not Sync.DRIFTED:
        return min(drift.values(), default=report.at)
    return report.at


def _held_since(before: ServiceStatus, held: Held, live: Live | None, now: float) -> float:
    """When what was tried ended; where a later commit says the same once more, since that was committed.

    Neither is this process's to know: after a restart it is the same time.
    """
    tried = (live.attempts if live is not None else None) or ()
    failed = next((each for each in tried if each.id == held.deployment), None)
    ended = (failed.finished_at or failed.created_at) if failed is not None else now
    commit = before.wanted.commit
    supposed = before.brought is not Brought.SURE and brought_by(tried, held.release) is not None
    if supposed or not held_anew(commit, held, live):
        return ended
    if commit.committed_at is not None or before.seen_at is None:
        return max(ended, commit.committed_at or ended)
    known = isinstance(before.outcome, Failed) and before.sync is Sync.HELD and before.judged == commit
    return before.since if known and before.since is not None else now


def held_anew(commit: Revision, held: Held, live: Live | None) -> bool:
    """Whether a release is held for what an earlier commit's deployment came to."""
    tried = (live.attempts if live is not None else None) or ()
    mark = next((each.mark for each in tried if each.id == held.deployment), None)
    return mark is not None and bool(mark.commit) and not commit.commit.startswith(mark.commit)


def drifting(before: ServiceStatus, plan: Plan, live: Live | None, now: float) -> Mapping[str, float]:
    """Since when each field has drifted. What drifted does so until it is as Git says; of all else that differs from
    what was not shipped yet, or is held, only a field that was as Git still says is drift.
    """
    match plan.sync:
        case Sync.IN_SYNC:
            return dict(_served(before, plan))
        case Sync.DRIFTED:
            shipped_at = drifted_at(live, before.wanted.commit.committed_at) if live is not None else None
            return dict(_served(before, plan)) | _found(before, plan.changes, shipped_at, now)
        case Sync.OUTDATED | Sync.HELD:
            edited = dict.fromkeys(_edited(before, plan), now)
            differ = {each.path for each in plan.changes}
            still = {path: since for path, since in before.drift_since.items() if path in differ}
            return edited | dict(_served(before, plan)) | still
        case Sync.UNKNOWN:
            return before.drift_since  # nothing was compared
        case _:
            assert_never(plan.sync)


def _served(before: ServiceStatus, plan: Plan) -> Iterator[tuple[str, float]]:
    """What drifted in the tasks, which serve while the update runs that takes their place."""
    if isinstance(plan.outcome, Progressing):
        yield from ((path, at) for path, at in before.drift_since.items() if path.startswith(_OF_REVISION))


def _edited(before: ServiceStatus, plan: Plan) -> Iterator[str]:
    """The service fields in which somebody else than Git made a difference, as far as that is certain."""
    declared, applied = plan.declared, None if before.applied_supposed else before.applied
    if declared is not None and applied is not None:
        fields = (each for each in plan.changes if each.path.startswith("/serviceDefinition/"))
        yield from (each.path for each in fields if not renewed(field_of(each), declared, applied))


def _found(
    before: ServiceStatus, changes: tuple[Change, ...], shipped_at: float | None, now: float
) -> dict[str, float]:
    """Since when each change is there. What a revision brought is there since that was shipped, as AWS tells."""
    began = min(now, shipped_at) if shipped_at is not None else now
    fresh = {each.path: began if each.path.startswith(_OF_REVISION) else now for each in changes}
    return {path: before.drift_since.get(path, at) for path, at in fresh.items()}


def given(
    before: ServiceStatus, drift: Mapping[str, float], changes: tuple[Change, ...], now: float
) -> Mapping[str, float]:
    """``ServiceStatus.given_at``: each service field that drifts on, and is seen to be otherwise than before."""
    was = {each.path: each.live for each in before.changes}
    stays = {path: at for path, at in before.given_at.items() if path in drift and path in before.drift_since}
    anew = (each for each in changes if each.path in drift and each.path in before.drift_since)
    return stays | {
        each.path: now
        for each in anew
        if not each.path.startswith(_OF_REVISION) and each.path in was and was[each.path] != each.live
    }


def drift_dated(status: ServiceStatus) -> ServiceStatus:
    """With the time since when what a revision brought has drifted, once Git tells which commit wants it otherwise: the
    newest one, which stood for it so far, may be far younger.
    """
    at = drifted_at(status.live, status.wanted.commit.committed_at) if status.live is not None else None
    if at is None:
        return status
    younger = {path for path, since in status.drift_since.items() if path.startswith(_OF_REVISION) and at < since}
    if not younger:
        return status
    first = min(status.drift_since.values())
    return replace(
        status,
        since=min(at, first) if status.since == first and status.sync is Sync.DRIFTED else status.since,
        drift_since={**status.drift_since, **dict.fromkeys(younger, at)},
        drift_stood=status.drift_stood - younger,
    )


def stood_before(before: ServiceStatus, drift: Mapping[str, float], now: float) -> frozenset[str]:
    if before.seen_at is not None:
        return before.drift_stood & drift.keys()
    return frozenset(path for path, since in drift.items() if since == now)
