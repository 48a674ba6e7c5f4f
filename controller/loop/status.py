"""What is known of every service: one frozen record each, replaced whole when something new is learnt.

Unknown is not empty: a look that failed changes nothing but ``failing_since``; the last good answer stands until AWS
answers again.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, assert_never

from controller.loop.author import Author
from controller.loop.stood import told_since
from reconcilers.actions import Action, CreateDeployment, StartRolling, UpdateService
from reconcilers.aws.marks import mark_on
from reconcilers.declared import CARRIED, field_of, renewed
from reconcilers.diff import Change
from reconcilers.digest import Digest
from reconcilers.explain import named, untold
from reconcilers.live import Attempt, Live
from reconcilers.model import Revision, Service
from reconcilers.outcome import (
    Blocked,
    Failed,
    Finding,
    Health,
    Held,
    InSync,
    Outcome,
    Progressing,
    Retry,
    Stalled,
    Sync,
)
from reconcilers.reconcile import Report
from reconcilers.rollout.health import health
from reconcilers.rollout.history import brought_by, drifted_at
from reconcilers.verdict import Link, Plan


class Brought(Enum):
    """How a commit is known to be the one that brought a release."""

    SUPPOSED = "supposed"  # it was Git's newest when the daemon came
    TOLD = "told"  # a revision's tags, or Git's history, say so; the mark of a deployment knows better
    SURE = "sure"  # it was seen to, or a deployment's mark says so


@dataclass(frozen=True, slots=True)
class Rollout:
    """A deployment of ours that we follow, and since when (seconds since the epoch)."""

    deployment: str
    since: float


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """How a service stands. Times in seconds since the epoch; ``None`` where nothing was seen yet.

    ``live`` is what was read last, ``in_sync_release`` the release that was last seen in sync,
    ``applied`` the service fields as Git declared them when they were last seen in sync or sent.
    ``kept_by``: the replica that keeps the service instead of this one, empty where none does; ``None`` where this one
    does.
    ``brought``: how it is known that the wanted commit brought the release.
    ``judged``: the commit that was wanted when it was looked at last, which a newer one may have followed since.
    ``since``: how long sync and outcome have been of this kind. ``stood``: they were at the first look already, and
    ``since`` is what Git and AWS tell of that. ``drift_since``: by path, since when it differs, as AWS
    tells, or else since it was seen to; it stands until the field is as Git says, though another release be wanted or
    held meanwhile. ``drift_stood``: those that were there at the first look already, for nobody knows how long.
    """

    wanted: Service
    judged: Revision | None = None
    sync: Sync = Sync.UNKNOWN
    health: Health = Health.UNKNOWN
    outcome: Outcome | None = None
    changes: tuple[Change, ...] = ()
    warnings: tuple[Finding, ...] = ()
    chain: tuple[Link, ...] = ()
    since: float | None = None
    stood: bool = False
    seen_at: float | None = None
    failing_since: float | None = None
    drift_since: Mapping[str, float] = field(default_factory=dict)
    drift_stood: frozenset[str] = frozenset()
    rollout: Rollout | None = None
    report: Report | None = None
    live: Live | None = None
    in_sync_release: Digest | None = None
    applied: Mapping[str, Any] | None = None
    brought: Brought = Brought.SURE
    kept_by: str | None = None
    authors: Mapping[str, Author] = field(default_factory=dict)  # what CloudTrail told, by the names of ``attribution``

    @property
    def settled(self) -> bool:
        """Whether nothing is to be done or said: the sweep alone keeps watch."""
        return self.sync is Sync.IN_SYNC and self.outcome == InSync() and self.failing_since is None

    @property
    def ready(self) -> bool:
        """Whether what Git wants is what serves, as far as is known."""
        return self.sync is Sync.IN_SYNC and self.health in (Health.HEALTHY, Health.PROGRESSING)


def after_commit(before: ServiceStatus | None, wanted: Service, brought: Brought) -> ServiceStatus:
    """What is known once a commit was read that wants this. A release that stays has the commit that brought it.

    What was in sync with another release is not in sync with this one, and whoever waits for it must not be told. Nor
    must anybody be told that there is nothing to do, which is not known before the next look.
    """
    if before is None:
        return ServiceStatus(wanted, brought=brought)
    if before.wanted.release == wanted.release:
        return replace(before, wanted=replace(wanted, commit=before.wanted.commit))
    now = replace(before, wanted=wanted, brought=Brought.SURE)
    return replace(now, sync=Sync.OUTDATED, outcome=None, chain=untold(wanted)) if before.sync is Sync.IN_SYNC else now


def with_commit(before: ServiceStatus, commit: Revision) -> ServiceStatus:
    """The same with another commit for the one that brought the release."""
    links = (replace(link, text=named(commit)) if link.name == "commit" else link for link in before.chain)
    judged = commit if before.judged == before.wanted.commit else before.judged
    return _aged(replace(before, wanted=replace(before.wanted, commit=commit), judged=judged, chain=tuple(links)))


def after_report(before: ServiceStatus, report: Report) -> ServiceStatus:
    """What is known once a service was looked at on its own."""
    return _aged(_as_aws_dates_it(_after_look(before, report)))


def after_recollection(before: ServiceStatus, attempts: tuple[Attempt, ...]) -> ServiceStatus:
    """What is known once AWS told what was tried with a service, apart from a look at it."""
    if before.live is None or before.live.attempts is not None:
        return before
    return _aged(_as_aws_dates_it(replace(before, live=replace(before.live, attempts=attempts))))


def _as_aws_dates_it(after: ServiceStatus) -> ServiceStatus:
    """With the commit that AWS's record names for the wanted release, unless Git was seen to bring it.

    The mirror holds one commit and no history, and a commit may touch a service's files without changing what they
    mean, while the release says exactly that: so our own mark is asked, which costs no call, and Git only where nothing
    of ours was ever shipped. A deployment names the commit that it shipped. A revision, all that a sweep reads, names
    the one that registered it, which is an earlier one where a release came back.
    """
    if after.brought is Brought.SURE or after.live is None:
        return after
    wanted, running = after.wanted, after.live.running
    deployed = brought_by(after.live.attempts or (), wanted.release)
    mark = mark_on((running.tags if running is not None else None) or {}, str(wanted.key))
    commit = deployed or (mark.commit if mark is not None and mark.release == wanted.release else None)
    if not commit:
        return after
    told = replace(after, brought=Brought.SURE if deployed else Brought.TOLD)
    if commit == wanted.commit.commit:
        return told
    return with_commit(told, Revision(commit, None, branch=wanted.commit.branch))


def _after_look(before: ServiceStatus, report: Report) -> ServiceStatus:
    plan = report.plan
    if plan is None or isinstance(report.outcome, Failed):
        failing_since = before.failing_since if before.failing_since is not None else report.at
        live = report.observed or before.live
        since = report.at if _newly_blocked(before, report) else before.since
        return replace(
            before, outcome=report.outcome, since=since, report=report, live=live, failing_since=failing_since
        )
    same = before.sync is plan.sync and type(before.outcome) is type(report.outcome)
    live = report.observed or before.live
    drift = _drift(before, plan, live, report.at)
    return replace(
        before,
        judged=before.wanted.commit,
        sync=plan.sync,
        health=plan.health,
        outcome=report.outcome,
        changes=plan.changes,
        warnings=plan.warnings,
        chain=plan.chain,
        since=before.since if same else _began(before, report, drift, live),
        stood=before.stood if same else before.seen_at is None,
        seen_at=report.at,
        failing_since=None,
        drift_since=drift,
        drift_stood=_stood(before, drift, report.at),
        rollout=_followed(before.rollout, report),
        report=report,
        live=live,
        in_sync_release=before.wanted.release if plan.sync is Sync.IN_SYNC else before.in_sync_release,
        applied=_applied(before, plan, report),
    )


def _newly_blocked(before: ServiceStatus, report: Report) -> bool:
    """Whether a look that could read nothing says what somebody has to clear: a cluster that is not there."""
    return isinstance(report.outcome, Blocked) and not isinstance(before.outcome, Blocked)


def puts_back(before: ServiceStatus, report: Report) -> bool:
    """Whether a look put service fields back. To apply what Git declares newly is no heal."""
    declared = (report.plan.declared if report.plan is not None else None) or {}
    edits = (each.action for each in report.acted if isinstance(each.action, UpdateService))
    return any(not renewed(name, declared, before.applied) for edit in edits for name in edit.fields)


def _applied(before: ServiceStatus, plan: Plan, report: Report) -> Mapping[str, Any] | None:
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


def after_sharing(before: ServiceStatus, kept_by: str | None) -> ServiceStatus:
    """What is known once another replica keeps a service: nothing any more, whatever was known gets old."""
    if kept_by == before.kept_by:
        return before
    return ServiceStatus(before.wanted, brought=before.brought, kept_by=kept_by)


def after_unread(before: ServiceStatus, error: Retry | Stalled, now: float) -> ServiceStatus:
    """What is known once a sweep could not read a service: no more than before, and since when that is so."""
    failing_since = before.failing_since if before.failing_since is not None else now
    outcome = before.outcome or Failed(error.reason, error.message)
    return replace(before, outcome=outcome, failing_since=failing_since)


def still_in_sync(before: ServiceStatus, live: Live) -> ServiceStatus:
    """What is known once a sweep found again that nothing differs."""
    how = health(live.service) if live.service is not None else Health.MISSING
    return replace(before, health=how, seen_at=live.observed_at, failing_since=None, live=live)


def _began(before: ServiceStatus, report: Report, drift: Mapping[str, float], live: Live | None) -> float:
    """Since when a state that was not there before is: as AWS dates what led to it, or else since this look."""
    if isinstance(report.outcome, Held):
        return min(report.at, _held_since(before, report.outcome, live, report.at))
    if report.plan is not None and report.plan.sync is Sync.DRIFTED and before.sync is not Sync.DRIFTED:
        return min(drift.values(), default=report.at)
    return report.at


def _aged(status: ServiceStatus) -> ServiceStatus:
    """With the time since when things are as they were found at the first look, as far as AWS or Git tell."""
    told = told_since(status.sync, status.outcome, status.live, status.wanted.commit) if status.stood else None
    return status if told is None or status.since is None else replace(status, since=min(status.since, told))


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


def _drift(before: ServiceStatus, plan: Plan, live: Live | None, now: float) -> Mapping[str, float]:
    """Since when each field has drifted. What drifted does so until it is as Git says; of all else that differs from
    what was not shipped yet, or is held, only a field that was as Git still says is drift.
    """
    match plan.sync:
        case Sync.IN_SYNC:
            return {}
        case Sync.DRIFTED:
            shipped_at = drifted_at(live, before.wanted.commit.committed_at) if live is not None else None
            return _found(before, plan.changes, shipped_at, now)
        case Sync.OUTDATED | Sync.HELD:
            edited = dict.fromkeys(_edited(before, plan), now)
            differ = {each.path for each in plan.changes}
            return edited | {path: since for path, since in before.drift_since.items() if path in differ}
        case Sync.UNKNOWN:
            return before.drift_since  # nothing was compared
        case _:
            assert_never(plan.sync)


def _edited(before: ServiceStatus, plan: Plan) -> Iterator[str]:
    """The service fields in which somebody else than Git made a difference, as far as that is certain."""
    declared, applied = plan.declared, before.applied
    if declared is not None and applied is not None:
        fields = (each for each in plan.changes if each.path.startswith("/serviceDefinition/"))
        yield from (each.path for each in fields if not renewed(field_of(each), declared, applied))


def _found(
    before: ServiceStatus, changes: tuple[Change, ...], shipped_at: float | None, now: float
) -> Mapping[str, float]:
    """Since when each change is there. What a revision brought is there since that was shipped, as AWS tells."""
    began = min(now, shipped_at) if shipped_at is not None else now
    fresh = {each.path: began if each.path.startswith("/taskDefinition/") else now for each in changes}
    return {path: before.drift_since.get(path, at) for path, at in fresh.items()}


def _stood(before: ServiceStatus, drift: Mapping[str, float], now: float) -> frozenset[str]:
    if before.seen_at is not None:
        return before.drift_stood & drift.keys()
    return frozenset(path for path, since in drift.items() if since == now)


def _followed(before: Rollout | None, report: Report) -> Rollout | None:
    if not isinstance(report.outcome, Progressing) or report.outcome.deployment is None:
        return None
    if before is not None and before.deployment == report.outcome.deployment:
        return before
    return Rollout(report.outcome.deployment, report.at)
