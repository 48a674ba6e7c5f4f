"""CloudWatch Logs as ECS, the load balancers and the callers meet it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.world.calls import Handler
from sandbox.world.ecs.task import Task
from sandbox.world.logs.book import Book, Stream
from sandbox.world.logs.driver import streams_of
from sandbox.world.logs.events import Events
from sandbox.world.logs.speaking import Conduct, Speaker
from sandbox.world.logs.streams import Streams

if TYPE_CHECKING:
    from sandbox.world.world import Place


@dataclass(frozen=True, slots=True)
class _Voice:
    """A task that is up, the target groups that it stands in, and the log groups that it writes to."""

    speaker: Speaker
    targets: frozenset[str]
    groups: frozenset[str]


class Logs:
    """``operations`` answer AWS's calls; ``started``, ``stopping`` and ``stopped`` are ECS's word on a task."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._voices: dict[str, _Voice] = {}
        self.book = Book(place.arn, self._catch_up)
        self.operations: dict[str, Handler] = {
            **Streams(self.book).operations,
            **Events(self.book, place.world.switches).operations,
        }

    def started(self, task: Task) -> None:
        """A task's containers have started; those with an exit code have ended at once."""
        now = self._place.timeline.now
        streams, groups = self._open(task, now)
        if not streams:
            return
        targets = tuple(arn for arn, _ in task.plan.targets(task.address))
        speaker = Speaker(task, streams, lambda: self._conduct(task, targets), self._place.timeline.speed)
        speaker.start(now)
        self._voices[task.id] = _Voice(speaker, frozenset(targets), groups)

    def stopping(self, task: Task) -> None:
        """A task gets no more requests and is told to end."""
        voice = self._voices.get(task.id)
        if voice is not None:
            voice.speaker.fall_silent(self._place.timeline.now)

    def stopped(self, task: Task) -> None:
        """A task's containers have ended; ``exit_codes`` has those that ended by themselves."""
        voice = self._voices.pop(task.id, None)
        if voice is not None:
            voice.speaker.end(self._place.timeline.now)

    def traffic_changed(self, groups: Iterable[str] | None = None) -> None:
        """Requests are divided otherwise from now on among these target groups, or images behave otherwise (all)."""
        changed = None if groups is None else set(groups)
        self._refresh(one for one in self._voices.values() if changed is None or not changed.isdisjoint(one.targets))

    def _open(self, task: Task, now: float) -> tuple[dict[str, Stream], frozenset[str]]:
        opened: dict[str, Stream] = {}
        groups = set()
        for container, named in streams_of(task):
            region = named.region or self._place.region
            book = self._place.world.place(self._place.account, region).logs.book
            opened[container] = book.open(named.group, named.stream, now)
            groups.add(named.group)
        return opened, frozenset(groups)

    def _catch_up(self, group: str) -> None:
        """Before somebody reads. A task may write to another region's group, so that every place is asked."""
        for place in self._place.world.places():
            place.logs.write_up(group)

    def write_up(self, group: str) -> None:
        """Let the tasks of this place that write to ``group`` write up to now."""
        self._refresh(one for one in self._voices.values() if group in one.groups)

    def _refresh(self, voices: Iterable[_Voice]) -> None:
        now = self._place.timeline.now
        for voice in voices:
            voice.speaker.catch_up(now)

    def _conduct(self, task: Task, targets: tuple[str, ...]) -> Conduct:
        traffic = self._place.traffic
        containers = task.plan.workload.definition.containers
        asked = any(traffic.reaches(arn) for arn in targets)
        return Conduct(asked, {each["name"]: traffic.behaviour(each["image"]) for each in containers})
