"""One service, whole: what the page of a service shows beside what the list knows."""

from collections.abc import Iterator, Mapping
from typing import Any

from controller.loop.attribution import deployer
from controller.loop.status import ServiceStatus
from controller.source.snapshot import Snapshot
from controller.web import console
from controller.web.detail_views import (
    AlarmView,
    AttemptView,
    ColourView,
    ConsoleLink,
    DetailView,
    FailureView,
    HistoryView,
    ShiftView,
    StepView,
)
from controller.web.offered import Reader, actions
from controller.web.showing import broken_view, images_of, service_view
from reconcilers.attempts import Attempt, Failure, deployment_name
from reconcilers.history import History
from reconcilers.live import Live
from reconcilers.model import CodeDeployRollout, Service, ServiceKey
from reconcilers.progress import Colour, Progress


def detail_view(status: ServiceStatus, snapshot: Snapshot | None, reader: Reader) -> DetailView:
    """A status, whole, as it is for who reads it."""
    return DetailView(
        **dict(service_view(status, snapshot)),
        shift=_shift(status),
        actions=actions(status, reader),
        you=reader.you,
        links=tuple(_links(status.wanted, status.live)),
    )


def broken_detail(key: ServiceKey, snapshot: Snapshot) -> DetailView:
    """A service whose manifest never could be read."""
    return DetailView(**dict(broken_view(key, snapshot)))


def history_view(status: ServiceStatus, history: History) -> HistoryView:
    """The attempts as the API shows them, with whoever is known to have made them."""
    views = (_attempt(status, each, history.failures.get(each.id, ())) for each in history.attempts)
    return HistoryView(attempts=tuple(views), as_of=history.as_of, error=history.error)


def _attempt(status: ServiceStatus, attempt: Attempt, failures: tuple[Failure, ...]) -> AttemptView:
    mark, made = attempt.mark, deployer(status, attempt)
    return AttemptView(
        deployment=attempt.name,
        state=attempt.came_to,
        aws_status=attempt.aws_status,
        ours=mark is not None,
        cause=mark.cause if mark else None,
        commit=mark.commit if mark else None,
        release=mark.release if mark else None,
        creator=attempt.creator,
        who=made.who,
        via=made.via,
        call=made.call,
        source=made.source,
        pending=made.pending,
        task_definition=attempt.task_definition_arn,
        created_at=attempt.created_at,
        finished_at=attempt.finished_at,
        reason=attempt.reason.code if attempt.reason else "",
        message=attempt.reason.message if attempt.reason else "",
        rollback=deployment_name(attempt.rollback) if attempt.rollback else None,
        rollback_of=deployment_name(attempt.rollback_of) if attempt.rollback_of else None,
        failures=tuple(FailureView(what=each.what, code=each.code, message=each.message) for each in failures),
        url=console.deployment(status.wanted.scope.region, attempt.id),
    )


def _shift(status: ServiceStatus) -> ShiftView | None:
    rollout = status.rollout
    if rollout is None:
        return None
    region, progress = status.wanted.scope.region, rollout.progress or Progress(0.0, 0, 0)
    return ShiftView(
        deployment=deployment_name(rollout.deployment),
        state=rollout.state,
        since=rollout.since,
        ends_at=progress.ends_at,
        gives_up_at=progress.gives_up_at,
        colours=tuple(_colour(each, status) for each in sorted(progress.colours, key=lambda each: each.green)),
        steps=tuple(
            StepView(name=each.name, status=each.status, started_at=each.started_at, ended_at=each.ended_at)
            for each in progress.events
        ),
        alarms=tuple(
            AlarmView(name=each.name, state=each.state, url=console.alarm(region, each.name))
            for each in progress.alarms
        ),
        url=console.deployment(region, rollout.deployment),
    )


def _colour(colour: Colour, status: ServiceStatus) -> ColourView:
    seen = (status.live.replaced, status.live.running) if status.live is not None else ()
    arn = colour.task_definition_arn
    known = next((each.definition for each in seen if each is not None and each.arn == arn), None)
    definition = known or (status.wanted.task_definition if colour.green else {})
    return ColourView(
        label="green" if colour.green else "blue",
        task_definition=(arn or "").rpartition("/")[2],
        images=images_of(definition),
        weight=colour.weight,
        running=colour.running,
        desired=colour.desired,
    )


def _links(wanted: Service, live: Live | None) -> Iterator[ConsoleLink]:
    region, cluster = wanted.scope.region, wanted.cluster.rpartition("/")[2]
    yield ConsoleLink(title="Service in ECS", url=console.service(region, cluster, wanted.name))
    running = live.running if live is not None else None
    if running is not None:
        yield ConsoleLink(title="Task definition that runs", url=console.task_definition(region, running.arn))
    if isinstance(wanted.rollout, CodeDeployRollout):
        names = (wanted.rollout.application, wanted.rollout.deployment_group)
        yield ConsoleLink(title="Deployment group in CodeDeploy", url=console.deployment_group(region, *names))
    for group in dict.fromkeys(_log_groups(running.definition if running is not None else wanted.task_definition)):
        yield ConsoleLink(title=f"Logs: {group}", url=console.log_group(region, group))


def _log_groups(definition: Mapping[str, Any]) -> Iterator[str]:
    for container in definition.get("containerDefinitions", ()):
        log = container.get("logConfiguration") or {}
        group = (log.get("options") or {}).get("awslogs-group")
        if log.get("logDriver") == "awslogs" and group:
            yield str(group)
