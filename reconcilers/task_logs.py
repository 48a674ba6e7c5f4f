"""What a deployment's tasks wrote, read because somebody asks: apart from the reconciles, within limits, kept for a
moment.

Lines are the application's, and may hold what it should not have written. They are handed to whoever asked, and shown
nowhere else: not in a log, not in an error.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconcilers import log_notes
from reconcilers.attempts import Attempt
from reconcilers.aws.gateways import Gateways
from reconcilers.aws.logs import Read
from reconcilers.history import History
from reconcilers.log_cursor import Voice, packed, unpacked
from reconcilers.log_sources import Source, Sources
from reconcilers.model import Scope, Service, ServiceKey
from reconcilers.outcome import Retry
from reconcilers.task_output import (
    MOST_CHARACTERS,
    Elsewhere,
    LogLine,
    Task,
    Which,
    chosen,
    in_order,
    may_be_forgotten,
    newest,
    opened_during,
    started_by,
)

KEPT = 3.0  # seconds in which the same question is not asked of AWS again
REMEMBERED = 8  # answers, each of at most ``MOST_CHARACTERS``
AT_ONCE = 4  # questions; whoever comes then waits for a moment and is sent away
PATIENCE = 2.0  # seconds
READING = 8.0  # seconds after which no further stream is begun
STREAMS = 24  # of one answer
MOST_READ = 2 * MOST_CHARACTERS  # after which no further stream is begun


class NoSuchAttempt(Exception):
    """AWS remembers no such deployment of the service: one sentence what, one what to do."""


class NoSuchContainer(Exception):
    """The task definitions of the deployment have no container of this name: one sentence what, one what there is."""


@dataclass(frozen=True, slots=True)
class LogQuestion:
    """What somebody wants to read: ``limit`` lines, none before ``since`` (seconds since the epoch), or what came
    after the cursor ``after``. ``task`` is the beginning of an id.
    """

    which: Which = field(default=Which())
    container: str = ""
    task: str = ""
    since: float | None = None
    limit: int = 100
    after: str = ""


@dataclass(frozen=True, slots=True)
class TaskLogs:
    """Lines, oldest first, of the tasks that ``attempt`` started, or of the service's where AWS remembers none.

    ``cursor`` asks for what comes after; ``live``: something may. ``cut``: there are more lines than are shown.
    """

    attempt: Attempt | None
    tasks: tuple[Task, ...] = ()
    lines: tuple[LogLine, ...] = field(default=(), repr=False)
    elsewhere: tuple[Elsewhere, ...] = ()
    notes: tuple[str, ...] = ()
    cursor: str = ""
    live: bool = False
    cut: bool = False


@dataclass(slots=True)
class _Reading:
    """What has been read so far."""

    lines: list[LogLine] = field(default_factory=list)
    tokens: dict[Voice, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    characters: int = 0

    def take(self, source: Source, read: Read) -> None:
        self.tokens[source.voice] = read.token
        container = source.place.container
        self.lines += [
            replace(each, task=source.task, container=container, stream=source.stream) for each in read.lines
        ]
        self.characters += sum(len(each.text) for each in read.lines)


@dataclass(frozen=True, slots=True)
class Reach:
    """What a reader is given: a scope's gateways, the attempts of a service, and two clocks in seconds.

    ``patience``: for how many seconds somebody waits for his turn.
    """

    gateways_for: Callable[[Scope], Gateways]
    history: Callable[[Service], History]
    now: Callable[[], float]
    monotonic: Callable[[], float]
    patience: float = PATIENCE


class LogReader:
    """Reads for several threads at once, at most ``AT_ONCE``."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._lock = threading.Lock()
        self._kept: dict[tuple[ServiceKey, LogQuestion], tuple[float, TaskLogs]] = {}

    def read(self, wanted: Service, question: LogQuestion) -> TaskLogs:
        """The lines that are asked for.

        Raises ``NoSuchAttempt``, ``NoSuchContainer``, ``ValueError`` for a cursor that is none, and what AWS says:
        ``Retry``, ``Stalled``.
        """
        tokens = unpacked(question.after) if question.after else None
        if not self._turns.acquire(timeout=self._reach.patience):
            raise Retry("Busy", "Logs are read for too many at once.", PATIENCE)
        try:
            known = self._known(wanted.key, question) if tokens is None else None
            return known or self._keep(wanted.key, question, self._read(wanted, question, tokens))
        finally:
            self._turns.release()

    def _known(self, key: ServiceKey, question: LogQuestion) -> TaskLogs | None:
        with self._lock:
            at, found = self._kept.get((key, question), (float("-inf"), None))
            return found if self._reach.monotonic() - at < KEPT else None

    def _keep(self, key: ServiceKey, question: LogQuestion, found: TaskLogs) -> TaskLogs:
        if not question.after:
            with self._lock:
                self._kept.pop((key, question), None)
                self._kept[key, question] = self._reach.monotonic(), found
                while len(self._kept) > REMEMBERED:
                    del self._kept[next(iter(self._kept))]
        return found

    def _read(self, wanted: Service, question: LogQuestion, tokens: Mapping[Voice, str] | None) -> TaskLogs:
        reading = _Reading()
        attempts = self._attempts(wanted, reading)
        attempt = chosen(attempts, question.which)
        if attempt is None and (question.which != Which() or attempts):
            raise NoSuchAttempt(log_notes.unknown(wanted.key, question.which, attempts))
        look = Sources(self._reach.gateways_for, wanted.scope)
        tasks, sources = self._found(wanted, attempt, attempts, look)
        _must_know(question.container, look)
        asked = _asked_for(sources, question, reading)
        self._take_all(asked, question, tokens, reading)
        if groups := {each.place.group for each in asked if each.by_time}:
            reading.notes.append(log_notes.by_time(groups))
        reading.notes += log_notes.of_attempt(attempt, nothing=not tasks and not sources)
        ordered = tuple(in_order(reading.lines))
        # Whoever follows has been given the tokens behind these lines: none may be left out.
        lines, cut = newest(ordered, question.limit) if tokens is None else (ordered, False)
        return TaskLogs(
            attempt=attempt,
            tasks=tasks,
            lines=lines,
            elsewhere=look.elsewhere,
            notes=tuple(reading.notes),
            cursor=packed({**(tokens or {}), **reading.tokens}),
            live=(attempt is not None and attempt.active) or any(not each.stopped for each in tasks),
            cut=cut,
        )

    def _found(
        self, wanted: Service, attempt: Attempt | None, attempts: Sequence[Attempt], look: Sources
    ) -> tuple[tuple[Task, ...], list[Source]]:
        """The tasks that are meant, as far as ECS knows them, and where their output and that of forgotten ones is."""
        gateways = self._reach.gateways_for(wanted.scope)
        every = gateways.tasks.of_service(wanted.cluster, wanted.name)
        tasks = started_by(attempt, attempts, every) if attempt else tuple(sorted(every, key=_age))
        sources = look.of_tasks(tasks)
        if (
            attempt is not None
            and attempt.rollback_of is None
            and (not tasks or may_be_forgotten(attempt, self._reach.now()))
        ):
            during = opened_during(attempt, attempts, self._reach.now())
            sources += look.opened(attempt.task_definition_arn or "", during, frozenset(each.id for each in every))
        return tasks, sources

    def _attempts(self, wanted: Service, reading: _Reading) -> tuple[Attempt, ...]:
        history = self._reach.history(wanted)
        if history.error and history.as_of is None:
            raise Retry("Unread", history.error)
        if history.error:
            reading.notes.append(log_notes.older(history.error))
        return history.attempts

    def _take_all(
        self,
        sources: Sequence[Source],
        question: LogQuestion,
        tokens: Mapping[Voice, str] | None,
        reading: _Reading,
    ) -> None:
        end = self._reach.monotonic() + READING
        for number, source in enumerate(sources):
            if self._reach.monotonic() > end:
                reading.notes.append(f"AWS is slow: {len(sources) - number} of {len(sources)} streams were not read.")
                return
            if reading.characters > MOST_READ:
                if tokens is None:  # of whoever follows, the tokens stand where they stood: the rest is next
                    reading.notes.append("There is too much to read at once. Name a task or a container.")
                return
            read = self._page(source, question, tokens)
            if read is not None:
                reading.take(source, read)
        if sources and not reading.tokens:
            reading.notes.append(log_notes.unopened({each.place.group for each in sources}))

    def _page(self, source: Source, question: LogQuestion, tokens: Mapping[Voice, str] | None) -> Read | None:
        logs = self._reach.gateways_for(source.scope).logs
        group, stream = source.place.group, source.stream
        if tokens is None:
            return logs.tail(group, stream, question.limit, question.since)
        token = tokens.get(source.voice)
        return logs.after(group, stream, question.limit, token) if token else logs.head(group, stream, question.limit)


def _asked_for(sources: Sequence[Source], question: LogQuestion, reading: _Reading) -> list[Source]:
    """The newest of the streams that are asked for, as many as one answer reads."""
    fitting = [
        each
        for each in sources
        if each.task.startswith(question.task) and question.container in {"", each.place.container}
    ]
    if sources and not fitting:
        voices = {each.voice for each in sources}
        reading.notes.append(log_notes.nothing_fits({task for task, _ in voices}, {name for _, name in voices}))
    fitting.sort(key=lambda each: each.opened_at, reverse=True)
    if len(fitting) > STREAMS:
        reading.notes.append(log_notes.too_many(STREAMS, len(fitting)))
    return fitting[:STREAMS]


def _must_know(container: str, look: Sources) -> None:
    """A name that is mistyped must not read like a container that is silent. Where nothing is known, any may be one."""
    if container and look.containers and container not in look.containers:
        raise NoSuchContainer(log_notes.no_container(container, look.containers))


def _age(task: Task) -> tuple[float, str]:
    return task.created_at, task.id
