"""Keys by who comes first, without asking each: thousands may wait, and every worker asks each time.

Of keys with one lane and one priority, whoever is ready first is the most urgent at any time, so that only the first of
each such rank is to be compared. A place that was left is passed over once it has become the first.
"""

from collections.abc import Collection, Hashable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from heapq import heappop, heappush
from typing import Generic, TypeVar

from controller.loop.lanes import Lane

K = TypeVar("K", bound=Hashable)
_Place = tuple["Entry", int]  # made anew at each put: whether a key still has it is asked by identity


class Priority(IntEnum):
    """How urgent a look is."""

    RESYNC = 0
    COMMIT = 10
    IN_FLIGHT = 20
    PERSON = 30
    ROLLBACK = 40


@dataclass(frozen=True, slots=True)
class Entry:
    """When a key may be handed out, how urgent it is, and its lane, if it is in one."""

    ready_at: float
    priority: Priority
    lane: Lane | None = None

    def merged(self, other: "Entry") -> "Entry":
        """Both wishes as one: the earlier time, the higher priority."""
        return Entry(min(self.ready_at, other.ready_at), max(self.priority, other.priority), self.lane)

    def urgency(self, now: float, ageing: float) -> float:
        """The priority, plus one for every ``ageing`` seconds that the key has been ready."""
        return self.priority + (now - self.ready_at) / ageing


class Ranks(Generic[K]):
    """``ageing``: how many seconds of waiting weigh as much as one step of priority."""

    def __init__(self, ageing: float) -> None:
        self._ageing = ageing
        self._ranks: dict[tuple[Lane | None, Priority], list[tuple[float, int, K, _Place]]] = {}
        self._places: dict[K, _Place] = {}

    def put(self, key: K, entry: Entry, came: int) -> None:
        """Give ``key`` this place, instead of any that it had. ``came``: a number that is higher, the later it came."""
        place = self._places[key] = (entry, came)
        heappush(self._ranks.setdefault((entry.lane, entry.priority), []), (entry.ready_at, came, key, place))

    def drop(self, key: K) -> None:
        """Take ``key`` out, if it is here."""
        self._places.pop(key, None)

    def first(self, now: float, closed: Collection[Lane | None]) -> K | None:
        """The most urgent key that is ready and in no closed lane; the one that was ready, or came, before others."""
        firsts = [(entry, came, key) for entry, came, key in self._firsts(closed) if entry.ready_at <= now]
        if not firsts:
            return None
        return min(firsts, key=lambda each: (-each[0].urgency(now, self._ageing), each[0].ready_at, each[1]))[2]

    def next_at(self, closed: Collection[Lane | None]) -> float | None:
        """When the first key that is in no closed lane becomes ready; ``None`` if there is none."""
        return min((entry.ready_at for entry, _, _ in self._firsts(closed)), default=None)

    def _firsts(self, closed: Collection[Lane | None]) -> Iterator[tuple[Entry, int, K]]:
        for (lane, priority), rank in list(self._ranks.items()):
            while rank and self._places.get(rank[0][2]) is not rank[0][3]:  # a place that was left
                heappop(rank)
            if not rank:
                del self._ranks[lane, priority]
            elif lane not in closed:
                _, _, key, (entry, came) = rank[0]
                yield entry, came, key
