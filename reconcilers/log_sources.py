"""Which streams there are to read: of tasks that ECS knows, and of those that it has forgotten."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from reconcilers.aws.gateways import Gateways
from reconcilers.log_cursor import Voice
from reconcilers.model import Scope
from reconcilers.task_output import Elsewhere, LogPlace, Task, places


@dataclass(frozen=True, slots=True)
class Source:
    """One stream: where it is, whose it is, and about when it was opened, in seconds since the epoch.

    ``by_time``: ECS has forgotten the task, and by nothing but when it was opened is the stream known to be meant.
    """

    scope: Scope
    place: LogPlace
    task: str
    opened_at: float
    by_time: bool = False

    @property
    def voice(self) -> Voice:
        return self.task, self.place.container

    @property
    def stream(self) -> str:
        return self.place.stream(self.task)


class Sources:
    """Looks in one scope. ``elsewhere``: containers it has come by whose output is not to be read here; ``containers``
    are the names of all.
    """

    def __init__(self, gateways_for: Callable[[Scope], Gateways], scope: Scope) -> None:
        self._gateways_for = gateways_for
        self._scope = scope
        self._elsewhere: dict[Elsewhere, None] = {}
        self._containers: set[str] = set()

    @property
    def elsewhere(self) -> tuple[Elsewhere, ...]:
        return tuple(self._elsewhere)

    @property
    def containers(self) -> frozenset[str]:
        return frozenset(self._containers)

    def of_tasks(self, tasks: Sequence[Task]) -> list[Source]:
        """A stream for each container of each task, whether it has been opened or not."""
        return [
            Source(self._in(place), place, task.id, task.created_at)
            for task in tasks
            for place in self._places(task.task_definition_arn)
        ]

    def opened(self, task_definition: str, during: tuple[float, float], known: frozenset[str]) -> list[Source]:
        """The streams of tasks of a revision that were opened between two times, but for those of ``known`` tasks."""
        return [each for place in self._places(task_definition) for each in self._opened(place, during, known)]

    def _opened(self, place: LogPlace, during: tuple[float, float], known: frozenset[str]) -> list[Source]:
        where, (start, end), beginning = self._in(place), during, place.stream("")
        streams = self._gateways_for(where).logs.streams(place.group, start) or ()
        mine = [each for each in streams if each.name.startswith(beginning) and start <= each.created_at < end]
        found = (Source(where, place, each.name.removeprefix(beginning), each.created_at, True) for each in mine)
        return [each for each in found if each.task not in known]

    def _places(self, task_definition: str) -> tuple[LogPlace, ...]:
        revision = self._gateways_for(self._scope).ecs.task_definition(task_definition) if task_definition else None
        here, others = places(revision.definition if revision else {})
        self._elsewhere |= dict.fromkeys(others)
        self._containers |= {each.container for each in here} | {each.container for each in others}
        return here

    def _in(self, place: LogPlace) -> Scope:
        return replace(self._scope, region=place.region) if place.region else self._scope
