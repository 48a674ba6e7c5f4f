"""What the API answers: one shape for the page, the terminal and whoever else asks. Environment values are masked."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from controller.loop import words
from controller.loop.board import SourceStatus
from controller.loop.status import ServiceStatus
from controller.source.problem import Problem
from reconcilers.diff import Change, masked
from reconcilers.live import Live
from reconcilers.outcome import Blocked, Finding, Progressing
from reconcilers.verdict import Link


class View(BaseModel):
    """A frozen answer with names as JSON has them."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)


class CommitView(View):
    """The commit that brought the wanted release."""

    id: str
    author: str
    subject: str
    committed_at: float = Field(description="Seconds since the epoch.")


class ChangeView(View):
    """One leaf that differs between Git and live."""

    path: str = Field(description="JSON pointer; named things by their name.")
    kind: str = Field(description="changed, added (live only) or removed (Git only).")
    declared: Any = None
    live: Any = None
    since: float | None = Field(default=None, description="When it was first seen, in seconds since the epoch.")


class FindingView(View):
    """Something a check found, and what to do about it."""

    code: str
    message: str
    remedy: str
    blocking: bool


class LinkView(View):
    """A link of the chain from commit to traffic."""

    name: str
    state: str
    text: str
    who: str = ""
    how: str = ""


class EventView(View):
    """A lifecycle event of the running deployment."""

    name: str
    status: str


class RolloutView(View):
    """The deployment that runs now."""

    deployment: str
    since: float | None
    traffic: float | None = Field(default=None, description="The new version's share of production, in percent.")
    running: int | None = None
    desired: int | None = None
    events: tuple[EventView, ...] = ()


class RunningView(View):
    """What serves now: the revision, who registered it and its images."""

    task_definition: str
    registered_by: str | None
    registered_at: float | None
    images: dict[str, str]


class ServiceView(View):
    """One service: how Git and AWS stand to each other, how it is, and why."""

    environment: str
    name: str
    cluster: str
    service: str
    region: str
    source: str = Field(description="The manifest's path in the repository.")
    sync: str
    health: str
    ready: bool
    outcome: str
    text: str
    reason: str
    remedy: str
    since: float | None
    seen_at: float | None
    failing_since: float | None
    commit: CommitView
    release: str
    images: dict[str, str]
    running: RunningView | None
    rollout: RolloutView | None
    drift: tuple[ChangeView, ...]
    findings: tuple[FindingView, ...]
    chain: tuple[LinkView, ...]


class ProblemView(View):
    """What is wrong with the newest commit, and where."""

    file: str
    line: int | None
    column: int | None
    message: str
    remedy: str
    severity: str


class SourceView(View):
    """The repository: the commit that counts, and what is wrong with it or with reading it."""

    commit: str | None
    good_at: float | None
    failing_since: float | None
    reason: str
    message: str
    remedy: str
    problems: tuple[ProblemView, ...]


def service_view(status: ServiceStatus) -> ServiceView:
    """A status as the API shows it."""
    wanted, outcome = status.wanted, status.outcome
    findings = (*(outcome.findings if isinstance(outcome, Blocked) else ()), *status.warnings)
    return ServiceView(
        environment=wanted.key.environment,
        name=wanted.key.name,
        cluster=wanted.cluster,
        service=wanted.name,
        region=wanted.scope.region,
        source=wanted.source,
        sync=status.sync,
        health=status.health,
        ready=status.ready,
        outcome=words.kind(outcome),
        text=words.sentence(outcome),
        reason=words.reason(outcome),
        remedy=words.remedy(findings),
        since=status.since,
        seen_at=status.seen_at,
        failing_since=status.failing_since,
        commit=CommitView(
            id=wanted.commit.commit,
            author=wanted.commit.author,
            subject=wanted.commit.subject,
            committed_at=wanted.commit.committed_at,
        ),
        release=wanted.release,
        images=_images(wanted.task_definition),
        running=_running(status.report.observed if status.report else None),
        rollout=_rollout(status),
        drift=tuple(_change(change, status.drift_since.get(change.path)) for change in status.changes),
        findings=tuple(_finding(each) for each in dict.fromkeys(findings)),
        chain=tuple(_link(each) for each in status.chain),
    )


def source_view(source: SourceStatus, commit: str | None, problems: tuple[Problem, ...]) -> SourceView:
    """The repository as the API shows it."""
    return SourceView(
        commit=commit,
        good_at=source.good_at,
        failing_since=source.failing_since,
        reason=source.reason,
        message=source.message,
        remedy=source.remedy,
        problems=tuple(
            ProblemView(
                file=each.file,
                line=each.line,
                column=each.column,
                message=each.message,
                remedy=each.remedy,
                severity=each.severity,
            )
            for each in problems
        ),
    )


def _images(task_definition: Any) -> dict[str, str]:
    return {
        str(container.get("name")): str(container.get("image"))
        for container in task_definition.get("containerDefinitions", ())
    }


def _running(live: Live | None) -> RunningView | None:
    if live is None or live.running is None:
        return None
    running = live.running
    return RunningView(
        task_definition=running.arn,
        registered_by=running.registered_by,
        registered_at=running.registered_at,
        images=_images(running.definition),
    )


def _rollout(status: ServiceStatus) -> RolloutView | None:
    if not isinstance(status.outcome, Progressing) or status.outcome.deployment is None:
        return None
    progress = status.outcome.progress
    return RolloutView(
        deployment=status.outcome.deployment,
        since=status.rollout.since if status.rollout else None,
        traffic=progress.traffic if progress else None,
        running=progress.running if progress else None,
        desired=progress.desired if progress else None,
        events=tuple(EventView(name=each.name, status=each.status) for each in (progress.events if progress else ())),
    )


def _change(change: Change, since: float | None) -> ChangeView:
    shown = masked(change)
    return ChangeView(path=shown.path, kind=shown.kind, declared=shown.declared, live=shown.live, since=since)


def _finding(finding: Finding) -> FindingView:
    return FindingView(code=finding.code, message=finding.message, remedy=finding.remedy, blocking=finding.blocking)


def _link(link: Link) -> LinkView:
    return LinkView(name=link.name, state=link.state, text=link.text, who=link.who, how=link.how)
