"""What is known of a service once something new was learnt: a commit, a look, a silence.

Unknown is not empty: a look that failed changes nothing but ``failing_since`` and what is said of it; the last good
answer stands until AWS answers again.
"""

from dataclasses import replace

from controller.loop.applied import applied_after, still_supposed, with_supposed
from controller.loop.followed import followed
from controller.loop.since import began, drift_dated, drifting, given, stood_before
from controller.loop.status import Brought, ServiceStatus
from controller.loop.stood import told_since
from reconcilers.attempts import Attempt
from reconcilers.aws.marks import mark_on
from reconcilers.explain import named, unread, untold
from reconcilers.live import Live
from reconcilers.model import Revision, Service
from reconcilers.outcome import (
    Blocked,
    Failed,
    Health,
    Outcome,
    Retry,
    Stalled,
    Sync,
)
from reconcilers.report import Report
from reconcilers.rollout.health import health
from reconcilers.rollout.history import brought_by
from reconcilers.verdict import Link


def after_commit(before: ServiceStatus | None, wanted: Service, brought: Brought) -> ServiceStatus:
    """What is known once a commit was read that wants this. A release that stays has the commit that brought it.

    What was in sync with another release is not in sync with this one, and whoever waits for it must not be told. Nor
    must anybody be told that there is nothing to do, which is not known before the next look.
    """
    if before is None:
        return ServiceStatus(wanted, brought=brought)
    before = with_supposed(before, wanted)
    if before.wanted.release == wanted.release:
        return replace(before, wanted=replace(wanted, commit=before.wanted.commit))
    now = replace(before, wanted=wanted, brought=Brought.SURE)
    return replace(now, sync=Sync.OUTDATED, outcome=None, chain=untold(wanted)) if before.sync is Sync.IN_SYNC else now


def with_commit(before: ServiceStatus, commit: Revision) -> ServiceStatus:
    """The same with another commit for the one that brought the release."""
    links = (replace(link, text=named(commit)) if link.name == "commit" else link for link in before.chain)
    judged = commit if before.judged == before.wanted.commit else before.judged
    return _aged(
        drift_dated(replace(before, wanted=replace(before.wanted, commit=commit), judged=judged, chain=tuple(links)))
    )


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
            before,
            outcome=report.outcome,
            chain=_unread(before, live, report.outcome),
            since=since,
            report=report,
            live=live,
            failing_since=failing_since,
        )
    same = before.sync is plan.sync and type(before.outcome) is type(report.outcome)
    live = report.observed or before.live
    drift = drifting(before, plan, live, report.at)
    return replace(
        before,
        judged=before.wanted.commit,
        sync=plan.sync,
        health=plan.health,
        outcome=report.outcome,
        changes=plan.changes,
        warnings=plan.warnings,
        chain=plan.chain,
        since=before.since if same else began(before, report, drift, live),
        stood=before.stood if same else before.seen_at is None,
        seen_at=report.at,
        failing_since=None,
        drift_since=drift,
        drift_stood=stood_before(before, drift, report.at),
        given_at=given(before, drift, plan.changes, report.at),
        rollout=followed(before.rollout, report),
        report=report,
        live=live,
        in_sync_release=before.wanted.release if plan.sync is Sync.IN_SYNC else before.in_sync_release,
        applied=applied_after(before, plan, report),
        applied_supposed=still_supposed(before, plan),
    )


def _newly_blocked(before: ServiceStatus, report: Report) -> bool:
    """Whether a look that could read nothing says what somebody has to clear: a cluster that is not there."""
    return isinstance(report.outcome, Blocked) and not isinstance(before.outcome, Blocked)


def _unread(before: ServiceStatus, live: Live | None, outcome: Outcome | None) -> tuple[Link, ...]:
    """The links once AWS could not be read: as they stood, unless nothing was ever read or somebody has to clear it."""
    match outcome:
        case Blocked():
            return unread(before.wanted, live, outcome)
        case Failed() if before.seen_at is None:
            return unread(before.wanted, live, outcome)
        case _:
            return before.chain


def after_sharing(before: ServiceStatus, kept_by: str | None) -> ServiceStatus:
    """What is known once another replica keeps a service: nothing any more, whatever was known gets old."""
    if kept_by == before.kept_by:
        return before
    return ServiceStatus(before.wanted, brought=before.brought, kept_by=kept_by)


def after_unread(before: ServiceStatus, error: Retry | Stalled, now: float) -> ServiceStatus:
    """What is known once a sweep could not read a service: no more than before, and since when that is so."""
    failing_since = before.failing_since if before.failing_since is not None else now
    if before.outcome is not None:
        return replace(before, failing_since=failing_since)
    failed = Failed(error.reason, error.message)
    return replace(before, outcome=failed, chain=_unread(before, before.live, failed), failing_since=failing_since)


def still_in_sync(before: ServiceStatus, live: Live) -> ServiceStatus:
    """What is known once a sweep found again that nothing differs."""
    how = health(live.service) if live.service is not None else Health.MISSING
    return replace(before, health=how, seen_at=live.observed_at, failing_since=None, live=live)


def _aged(status: ServiceStatus) -> ServiceStatus:
    """With the time since when things are as they were found at the first look, as far as AWS or Git tell."""
    told = told_since(status.sync, status.outcome, status.live, status.wanted.commit) if status.stood else None
    return status if told is None or status.since is None else replace(status, since=min(status.since, told))
