"""Small builders of the shell's tests: statuses, reports and snapshots around the reconcilers' own builders."""

from dataclasses import replace
from typing import Any

from controller.loop.learnt import after_report
from controller.loop.status import Brought, ServiceStatus
from controller.source.problem import Problem
from controller.source.snapshot import Snapshot
from reconcilers.actions import Action, Done
from reconcilers.attempts import Attempt, AttemptState, AwsReason
from reconcilers.diff import Change
from reconcilers.live import Live
from reconcilers.model import Revision, Service
from reconcilers.outcome import (
    Blocked,
    BlockedBy,
    Differs,
    Failed,
    Finding,
    Health,
    Held,
    InSync,
    Outcome,
    Progressing,
    Sync,
)
from reconcilers.progress import Progress
from reconcilers.report import Report
from reconcilers.verdict import Plan
from tests.reconcilers.builders import KEY, NOW, attempt, digest, registered, service, wanted

HELD = Held(wanted("v2").release, "d-v2", AwsReason("ALARM_ACTIVE", "the alarm fired"))
BLOCKED = Blocked(BlockedBy.PREFLIGHT, (Finding("AlarmFiring", "Alarm 5xx fires.", "Wait for it to end."),))
SHIFTING = Progressing("d-v2 goes on", 15.0, "d-v2", Progress(30.0, 2, 2))
SYNCS = {InSync: Sync.IN_SYNC, Held: Sync.HELD, Progressing: Sync.OUTDATED, Differs: Sync.DRIFTED}
DEBUG = Change("/taskDefinition/containerDefinitions/proxy/environment/DEBUG", "added", None, "1")


def report(outcome: Outcome | None = None, *actions: Action, at: float = NOW, **more: Any) -> Report:
    """What a look ended as; in sync unless another outcome is given."""
    ended = outcome or InSync()
    plan = Plan(actions, ended, SYNCS.get(type(ended), Sync.OUTDATED), Health.HEALTHY, **more.pop("plan", {}))
    given: dict[str, Any] = {
        "key": KEY,
        "plan": None if isinstance(ended, Failed) else plan,
        "outcome": ended,
        "acted": tuple(Done(action, "done") for action in actions),
        "seconds": 0.5,
        "at": at,
        "observed": observed(),
    }
    return Report(**{**given, **more})


def observed(*attempts: Attempt, at: float = NOW) -> Live:
    """What was read: a service at rest, and these attempts."""
    return Live(at, service(), registered(), attempts or None)


def drifted(*changes: Change, at: float = NOW) -> Report:
    """A look that found what somebody changed."""
    return report(Differs("live differs"), at=at, plan={"changes": changes or (DEBUG,)})


def status(*reports: Report, tag: str = "v2") -> ServiceStatus:
    """A service's status after these looks."""
    after = ServiceStatus(wanted(tag))
    for each in reports:
        after = after_report(after, each)
    return after


def held_again(*earlier: Report, at: float = NOW + 1500, brought: Brought = Brought.SURE) -> ServiceStatus:
    """A release that was tried, was taken back by a fix that shipped, and that a third commit wants once more."""
    again = replace(wanted("v2"), commit=Revision("again000" + "0" * 32, NOW + 1440))
    before = replace(status(*earlier), wanted=again, brought=brought)
    bad = attempt("v2", AttemptState.STOPPED, finished_at=NOW - 300, created_at=NOW - 400)
    fix = attempt("v3", created_at=NOW - 200, finished_at=NOW - 100)
    return after_report(before, report(HELD, at=at, observed=observed(fix, bad)))


def snapshot(*services: Service, commit: str = "c1", problems: tuple[Problem, ...] = ()) -> Snapshot:
    """What a commit says should run."""
    chosen = services or (wanted("v2"),)
    return Snapshot(Revision(commit, NOW), {each.key: each for each in chosen}, problems)


def named(name: str, **more: Any) -> Service:
    """Another service, of another name."""
    return replace(wanted("v2"), key=replace(KEY, name=name), name=name, **more)


__all__ = ["KEY", "NOW", "attempt", "digest", "wanted"]
