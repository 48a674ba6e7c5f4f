"""Where a task's output is, and which tasks a deployment started. Pure: task definitions, attempts and tasks in.

Amazon ECS writes what a container says where its ``logConfiguration`` points. With the awslogs driver that is a log
group, and in it one stream for each container of each task, ``awslogs-stream-prefix/container/task`` (AWS, ECS
developer guide). A stream outlives its task, which ECS forgets about an hour after its end.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconcilers.attempts import Attempt, AttemptState, deployment_name

FORGOTTEN = 3000.0  # seconds after a task's end from which ECS may have forgotten it: AWS says an hour
MOST_CHARACTERS = 1_048_576  # of one answer
SKEW = 30.0  # seconds by which two of AWS's clocks may differ
_NO_DRIVER = (
    "Give it a logConfiguration with logDriver awslogs and the options awslogs-group, awslogs-region and "
    "awslogs-stream-prefix: what it writes now is lost with its task."
)
_NO_PREFIX = "Add the option awslogs-stream-prefix: without it no stream can be told to be a task's."
_NO_GROUP = "Add the option awslogs-group, and the group itself where there is none."
_ROUTED = "Read them where the log router's output sends them: Trueup reads CloudWatch Logs alone."
_OTHER = "Read them where that driver sends them: Trueup reads CloudWatch Logs alone."


@dataclass(frozen=True, slots=True)
class LogPlace:
    """Where one container of a task definition writes; without a ``region`` the task's."""

    container: str
    group: str
    prefix: str
    region: str | None = None

    def stream(self, task: str) -> str:
        """The stream of the container in the task of that id."""
        return f"{self.prefix}/{self.container}/{task}"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A container whose output Trueup cannot read, why (``driver``, empty: none), and what to do."""

    container: str
    driver: str
    remedy: str


@dataclass(frozen=True, slots=True)
class ContainerEnd:
    """How one container of a task is. ``exit_code`` is ``None`` while it runs, or where it never started."""

    name: str
    exit_code: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """A task as ECS tells of it. ``id`` is the last part of its ARN; times in seconds since the epoch."""

    id: str
    task_definition_arn: str
    created_at: float
    last_status: str
    stopped_at: float | None = None
    stop_code: str = ""
    stopped_reason: str = ""
    containers: tuple[ContainerEnd, ...] = ()

    @property
    def stopped(self) -> bool:
        """Whether it has ended, or is about to."""
        return bool(self.stop_code) or self.last_status == "STOPPED"


@dataclass(frozen=True, slots=True)
class LogLine:
    """One event. ``at`` in seconds since the epoch. Its text may hold anything, secrets too: it stays out of reprs.

    ``stream``: where CloudWatch Logs keeps it, in the container's group.
    """

    at: float
    text: str = field(repr=False)
    task: str = ""
    container: str = ""
    stream: str = ""


@dataclass(frozen=True, slots=True)
class Which:
    """Which attempt: a deployment by its id, the ``number``-th of the history (1 is the newest), or the one before."""

    deployment: str = ""
    number: int = 0
    previous: bool = False


def places(definition: Mapping[str, Any]) -> tuple[tuple[LogPlace, ...], tuple[Elsewhere, ...]]:
    """Where the containers of a task definition write, and which of them write somewhere that is not read here."""
    found = [_place(each) for each in definition.get("containerDefinitions", ())]
    read = tuple(each for each in found if isinstance(each, LogPlace))
    return read, tuple(each for each in found if isinstance(each, Elsewhere))


def _place(container: Mapping[str, Any]) -> LogPlace | Elsewhere:
    log = container.get("logConfiguration") or {}
    driver, options = str(log.get("logDriver") or ""), log.get("options") or {}
    name = str(container.get("name", ""))
    if driver != "awslogs":
        known = {"": _NO_DRIVER, "none": _NO_DRIVER, "awsfirelens": _ROUTED}
        return Elsewhere(name, driver, known.get(driver, _OTHER))
    group, prefix = options.get("awslogs-group"), options.get("awslogs-stream-prefix")
    if not group:
        return Elsewhere(name, driver, _NO_GROUP)
    if not prefix:
        return Elsewhere(name, driver, _NO_PREFIX)
    return LogPlace(name, str(group), str(prefix), options.get("awslogs-region") or None)


def chosen(attempts: Sequence[Attempt], which: Which) -> Attempt | None:
    """The attempt that is meant, of ``attempts`` newest first; ``None`` where there is none such.

    Unless one is named, the newest that started tasks: a rollback by CodeDeploy goes back to those that still run.
    """
    if which.deployment:
        named = deployment_name(which.deployment)
        return next((each for each in attempts if each.name == named), None)
    if which.number:
        return attempts[which.number - 1] if 0 < which.number <= len(attempts) else None
    started = [each for each in attempts if each.rollback_of is None]
    return next(iter(started[1:] if which.previous else started), None)


def started_by(attempt: Attempt, attempts: Sequence[Attempt], tasks: Iterable[Task]) -> tuple[Task, ...]:
    """The tasks that an attempt started, oldest first: those of its revision that no later attempt started.

    None of a rollback by CodeDeploy, which goes back to those that still run, and none where the revision is not known:
    any task would do. (ECS's own rollback is a part of the attempt that it takes back.)
    """
    if not _started_some(attempt):
        return ()
    same = [each for each in attempts if each.task_definition_arn == attempt.task_definition_arn]
    start = _start(attempt, same)
    end = min(_later(attempt, same), default=float("inf"))
    mine = (
        each
        for each in tasks
        if start <= each.created_at < end and each.task_definition_arn == attempt.task_definition_arn
    )
    return tuple(sorted(mine, key=lambda each: (each.created_at, each.id)))


def _started_some(attempt: Attempt) -> bool:
    return attempt.rollback_of is None and bool(attempt.task_definition_arn)


def opened_during(attempt: Attempt, attempts: Sequence[Attempt], now: float) -> tuple[float, float]:
    """Between which two times the streams of an attempt's tasks were opened, where ECS has forgotten the tasks.

    Until the next attempt began, or, where this one did not succeed, until it ended.
    """
    return _start(attempt, attempts), _end(attempt, attempts, now)


def _start(attempt: Attempt, attempts: Iterable[Attempt]) -> float:
    """A little before it began, since clocks differ; but where another ended in that time, not before its end."""
    start = attempt.created_at - SKEW
    earlier = [each for each in attempts if each.created_at < attempt.created_at and each.rollback_of is None]
    near = [each for each in earlier if each.created_at > start or each.state is not AttemptState.SUCCEEDED]
    return max((start, *(_end(each, (attempt,), attempt.created_at) for each in near)))


def _end(attempt: Attempt, attempts: Iterable[Attempt], now: float) -> float:
    end = min(_later(attempt, attempts), default=now)
    if attempt.finished_at is not None and attempt.state is not AttemptState.SUCCEEDED:
        end = min(end, attempt.finished_at)
    return max(end, attempt.created_at)


def _later(attempt: Attempt, attempts: Iterable[Attempt]) -> list[float]:
    """When those after it began that started tasks."""
    return [each.created_at for each in attempts if each.created_at > attempt.created_at and each.rollback_of is None]


def may_be_forgotten(attempt: Attempt, now: float) -> bool:
    """Whether ECS may have forgotten tasks of an attempt."""
    return now - attempt.created_at >= FORGOTTEN


def in_order(lines: Iterable[LogLine]) -> list[LogLine]:
    """Lines by time; those of one moment by task and container, and as they were written."""
    return sorted(lines, key=lambda each: (each.at, each.task, each.container))


def newest(lines: Iterable[LogLine], limit: int) -> tuple[tuple[LogLine, ...], bool]:
    """The newest lines, oldest first, at most so many and ``MOST_CHARACTERS``; and whether some are left out."""
    ordered = in_order(lines)
    kept: list[LogLine] = []
    size = 0
    for line in reversed(ordered[len(ordered) - min(limit, len(ordered)) :]):
        size += len(line.text)
        if size > MOST_CHARACTERS:
            break
        kept.append(line)
    return tuple(reversed(kept)), len(kept) < len(ordered)
