"""What is known, as the API shows it. Environment values are masked."""

from collections.abc import Iterator
from typing import Any

from controller.loop import words
from controller.loop.attribution import author, known_links
from controller.loop.board import SourceStatus
from controller.loop.facts import Fact
from controller.loop.status import ServiceStatus
from controller.source.objects import around
from controller.source.problem import Problem
from controller.source.snapshot import Snapshot
from controller.web.fact_views import FactView
from controller.web.views import (
    ChangeView,
    CommitView,
    EventView,
    FindingView,
    LinkView,
    ProblemView,
    RolloutView,
    RunningView,
    ServiceView,
    SourceView,
)
from reconcilers import explain
from reconcilers.attempts import deployment_name
from reconcilers.diff import Change, masked
from reconcilers.live import Live
from reconcilers.model import Revision, Service, ServiceKey
from reconcilers.outcome import Blocked, Finding, Health, Sync
from reconcilers.rollout.history import shipped
from reconcilers.verdict import Link, LinkState

MOST_PROBLEMS = 100  # of a commit, or of one manifest


def service_views(statuses: tuple[ServiceStatus, ...], snapshot: Snapshot | None) -> list[ServiceView]:
    """Every service that Git names, sorted: those that stand, and those whose manifest never could be read."""
    views = [service_view(each, snapshot) for each in statuses]
    known = {each.wanted.key for each in statuses}
    if snapshot is not None:
        views += [broken_view(key, snapshot) for key in snapshot.spoiled if key not in known]
    return sorted(views, key=lambda view: (view.environment, view.name))


def service_view(status: ServiceStatus, snapshot: Snapshot | None = None) -> ServiceView:
    """A status as the API shows it. ``snapshot`` tells what is wrong with its manifest."""
    wanted, outcome = status.wanted, status.outcome
    findings = (*(outcome.findings if isinstance(outcome, Blocked) else ()), *status.warnings)
    stale = snapshot is not None and wanted.key in snapshot.stale
    problems = _problems_of(wanted, snapshot) if snapshot is not None else ()
    links = known_links(status)
    chain = tuple(_stale_chain(links, snapshot, problems)) if snapshot and stale else links
    changes = tuple(_change(each, status) for each in status.changes)
    return ServiceView(
        environment=wanted.key.environment,
        name=wanted.key.name,
        cluster=wanted.cluster,
        service=wanted.name,
        region=wanted.scope.region,
        source=wanted.source,
        sync=status.sync,
        health=status.health,
        ready=status.ready and not stale,
        stale=stale,
        outcome=words.kind(outcome),
        text=words.state(status),
        reason=words.reason(outcome),
        remedy=words.remedy(findings),
        since=words.since(status),
        seen_at=status.seen_at,
        failing_since=status.failing_since,
        commit=_commit(wanted.commit),
        release=wanted.release,
        images=images_of(wanted.task_definition),
        running=_running(status.live),
        rollout=_rollout(status),
        changes=changes,
        drift=tuple(shown for shown in changes if shown.since is not None),
        findings=tuple(_finding(each) for each in dict.fromkeys(findings)),
        problems=tuple(map(_problem, problems)),
        chain=tuple(map(_link, chain)),
    )


def broken_view(key: ServiceKey, snapshot: Snapshot) -> ServiceView:
    """A service of which only its name is known, since its manifest never could be read."""
    problems = snapshot.spoiled[key]
    first = next(iter(problems), None)
    text = f"its manifest is broken: {first.place}: {first.message}" if first else "its manifest is broken"
    return ServiceView(
        environment=key.environment,
        name=key.name,
        cluster=None,
        service=None,
        region=None,
        source=first.file if first else "",
        sync=Sync.UNKNOWN,
        health=Health.UNKNOWN,
        ready=False,
        outcome="unknown",
        text=text,
        reason="broken-manifest",
        remedy=first.remedy if first else "",
        problems=tuple(map(_problem, problems)),
        chain=tuple(map(_link, _stale_chain((), snapshot, problems))),
    )


def source_view(source: SourceStatus, snapshot: Snapshot | None) -> SourceView:
    """The repository as the API shows it: each reader of the fleet gets it with each change, so it has a bound."""
    problems = snapshot.problems if snapshot is not None else ()
    shown = problems
    if len(problems) > MOST_PROBLEMS:
        shown = tuple(sorted(problems, key=lambda each: each.severity != "error")[:MOST_PROBLEMS])
    return SourceView(
        commit=snapshot.revision.commit if snapshot else None,
        author=snapshot.revision.author if snapshot else "",
        subject=snapshot.revision.subject if snapshot else "",
        committed_at=snapshot.revision.committed_at if snapshot else None,
        good_at=source.good_at,
        arriving=source.arriving,
        failing_since=source.failing_since,
        reason=source.reason,
        message=source.message,
        remedy=source.remedy,
        problems=tuple(map(_problem, shown)),
        more_problems=len(problems) - len(shown),
    )


def unheard(source: SourceStatus) -> str:
    """Why the newest that Git has does not count, and what to do; empty where it does."""
    return "" if source.failing_since is None else f"{source.message} {source.remedy}".strip()


def fact_view(fact: Fact) -> FactView:
    """A fact as the API shows it."""
    return FactView(
        id=fact.id,
        kind=fact.kind,
        tone=fact.tone,
        at=fact.at,
        environment=fact.service.environment if fact.service else None,
        service=fact.service.name if fact.service else None,
        text=fact.text,
        deployment=fact.deployment,
        commit=fact.commit,
        subject=fact.subject,
        release=fact.release,
        reason=fact.reason,
        remedy=fact.remedy,
        who=fact.who,
        seconds=fact.seconds,
        paths=fact.paths,
    )


def _problems_of(wanted: Service, snapshot: Snapshot) -> tuple[Problem, ...]:
    """What spoils a manifest, or else what is wrong at its path: its own warnings, or an unread folder around it."""
    spoiling = snapshot.spoiled.get(wanted.key)
    if spoiling is not None:
        return spoiling
    return tuple(each for place in around(wanted.source) for each in snapshot.by_file.get(place, ()))


def _stale_chain(kept: tuple[Link, ...], snapshot: Snapshot, problems: tuple[Problem, ...]) -> Iterator[Link]:
    """The newest commit's chain ends at its rendering; a shift of an earlier one that still runs stays to be seen."""
    newest = snapshot.revision
    yield Link("commit", LinkState.DONE, f"{newest.commit[:12]} {newest.subject}".strip())
    first = next(iter(problems), None)
    text, how = (f"{first.place}: {first.message}", first.remedy) if first else ("its manifest is broken", "")
    yield Link("rendering", LinkState.BLOCKED, text, "a person", how)
    for each in kept[2:] or (Link(name, LinkState.PENDING, "") for name in explain.NAMES[2:]):
        yield each if each.state is LinkState.ACTIVE else Link(each.name, LinkState.PENDING, each.text)


def _commit(commit: Revision) -> CommitView:
    return CommitView(id=commit.commit, author=commit.author, subject=commit.subject, committed_at=commit.committed_at)


def _problem(problem: Problem) -> ProblemView:
    return ProblemView(
        file=problem.file,
        line=problem.line,
        column=problem.column,
        message=problem.message,
        remedy=problem.remedy,
        severity=problem.severity,
    )


def images_of(task_definition: Any) -> dict[str, str]:
    """The images of a task definition, by container."""
    return {
        str(container.get("name")): str(container.get("image"))
        for container in task_definition.get("containerDefinitions", ())
    }


def _running(live: Live | None) -> RunningView | None:
    if live is None or live.serving is None:
        return None
    running, deployment = live.serving, shipped(live, live.serving)
    primary = live.service.primary if live.service is not None else None
    made_by = primary.external_id if primary is not None else None  # a sweep reads no attempts
    return RunningView(
        task_definition=running.arn,
        registered_by=running.registered_by,
        registered_at=running.registered_at,
        images=images_of(running.definition),
        deployment=deployment.name if deployment else made_by,
        deployed_by=deployment.creator if deployment else None,
        deployed_at=deployment.created_at if deployment else None,
    )


def _rollout(status: ServiceStatus) -> RolloutView | None:
    if status.rollout is None:
        return None
    progress = status.rollout.progress
    return RolloutView(
        deployment=deployment_name(status.rollout.deployment),
        since=status.rollout.since,
        traffic=progress.traffic if progress else None,
        running=progress.running if progress else None,
        desired=progress.desired if progress else None,
        events=tuple(EventView(name=each.name, status=each.status) for each in (progress.events if progress else ())),
    )


def _change(change: Change, status: ServiceStatus) -> ChangeView:
    shown, made = masked(change), author(status, change)
    return ChangeView(
        path=shown.path,
        kind=shown.kind,
        declared=shown.declared,
        live=shown.live,
        since=status.drift_since.get(change.path),
        at_least=change.path in status.drift_stood,
        by=made.who,
        at=made.at,
        via=made.via,
        call=made.call,
        source=made.source,
        pending=made.pending,
    )


def _finding(finding: Finding) -> FindingView:
    return FindingView(code=finding.code, message=finding.message, remedy=finding.remedy, blocking=finding.blocking)


def _link(link: Link) -> LinkView:
    return LinkView(name=link.name, state=link.state, text=link.text, who=link.who, how=link.how)
