"""What to look at next: keys, deduplicated, in order of time and urgency.

A trigger only says *look again*. A key that waits is there once, at the earliest time and the highest priority anybody
asked for; a key that somebody works on is not handed out again until it is given back, and a trigger that comes
meanwhile is kept. Waiting raises a key's priority, so that nothing starves. Keys may be in lanes, of which none gets
every worker: see ``lanes``.
"""

import threading
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Generic, TypeVar

from controller.loop.lanes import Lane, Lanes

K = TypeVar("K", bound=Hashable)


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


class Backlog(Generic[K]):
    """The queue's rules, without threads or a clock: every method is told the time, in seconds.

    ``ageing``: how many seconds of waiting weigh as much as one step of priority.
    """

    def __init__(self, ageing: float = 6.0) -> None:
        self._ageing = ageing
        self._waiting: dict[K, Entry] = {}
        self._in_hand: dict[K, Lane | None] = {}
        self.lanes = Lanes()

    def add(self, key: K, entry: Entry) -> None:
        """Look at ``key`` at ``entry.ready_at``, or earlier where that was asked for already."""
        waiting = self._waiting.get(key)
        self._waiting[key] = entry.merged(waiting) if waiting else entry

    def take(self, now: float) -> K | None:
        """The most urgent key that is ready, in nobody's hands and in an open lane; ``None`` if there is none."""
        closed = self._closed()
        ready = [item for item in self._ready(now) if item[1].lane not in closed]
        if not ready:
            return None
        key, entry = max(ready, key=lambda item: (item[1].urgency(now, self._ageing), -item[1].ready_at))
        del self._waiting[key]
        self._in_hand[key] = entry.lane
        return key

    def give_back(self, key: K) -> None:
        """The work on ``key`` is done: a trigger that came meanwhile may now be handed out."""
        self._in_hand.pop(key, None)

    def forget(self, key: K) -> None:
        """Drop what waits for ``key``: there is nothing left to look at."""
        self._waiting.pop(key, None)

    def next_at(self) -> float | None:
        """When the next key becomes ready; ``None`` if nothing waits that could be handed out."""
        closed = self._closed()
        free = (
            entry.ready_at
            for key, entry in self._waiting.items()
            if key not in self._in_hand and entry.lane not in closed
        )
        return min(free, default=None)

    def depth(self, now: float) -> int:
        """How many keys are ready and not yet handed out."""
        return sum(1 for _ in self._ready(now))

    def oldest(self, now: float) -> float:
        """For how many seconds the longest-waiting ready key has waited; 0 if none is ready."""
        return max((now - entry.ready_at for _, entry in self._ready(now)), default=0.0)

    def in_hand(self) -> int:
        """How many keys somebody works on."""
        return len(self._in_hand)

    def _closed(self) -> frozenset[Lane]:
        waiting = frozenset(entry.lane for entry in self._waiting.values()) - {None}
        return self.lanes.closed(waiting, Counter(lane for lane in self._in_hand.values() if lane is not None))

    def _ready(self, now: float) -> Iterator[tuple[K, Entry]]:
        for key, entry in self._waiting.items():
            if entry.ready_at <= now and key not in self._in_hand:
                yield key, entry


class WorkQueue(Generic[K]):
    """A ``Backlog`` that several workers share. ``clock`` gives monotonic seconds, ``lane_of`` a key's lane."""

    def __init__(
        self, clock: Callable[[], float], ageing: float = 6.0, *, lane_of: Callable[[K], Lane | None] = lambda _: None
    ) -> None:
        self._clock = clock
        self._lane_of = lane_of
        self._backlog: Backlog[K] = Backlog(ageing)
        self._changed = threading.Condition()
        self._open = True

    def add(self, key: K, *, after: float = 0.0, priority: Priority = Priority.RESYNC) -> None:
        """Look at ``key`` in ``after`` seconds. Ignored once the queue is shut."""
        lane = self._lane_of(key)
        with self._changed:
            if self._open:
                self._backlog.add(key, Entry(self._clock() + after, priority, lane))
                self._changed.notify()

    def take(self) -> K | None:
        """Wait for a key and take it in hand; ``None`` once the queue is shut. Every key taken must be given back."""
        with self._changed:
            while self._open:
                now = self._clock()
                key = self._backlog.take(now)
                if key is not None:
                    return key
                due = self._backlog.next_at()
                self._changed.wait(None if due is None else max(0.0, due - now))
            return None

    def give_back(self, key: K) -> None:
        """The work on ``key`` is done."""
        with self._changed:
            self._backlog.give_back(key)
            self._changed.notify_all()  # a lane may be open again, and for more than one

    def staff(self, workers: int) -> None:
        """So many workers share the queue."""
        with self._changed:
            self._backlog.lanes.workers = workers

    def heard(self, lane: Lane, *, answered: bool) -> None:
        """How a look in a lane ended: see ``Lanes``."""
        with self._changed:
            self._backlog.lanes.heard(lane, answered=answered)

    def forget(self, key: K) -> None:
        """Drop what waits for ``key``."""
        with self._changed:
            self._backlog.forget(key)

    def shut(self) -> None:
        """Hand out nothing more, and let every waiting worker go."""
        with self._changed:
            self._open = False
            self._changed.notify_all()

    def depth(self) -> int:
        """How many keys are ready and not yet handed out."""
        with self._changed:
            return self._backlog.depth(self._clock())

    def oldest(self) -> float:
        """For how many seconds the longest-waiting ready key has waited."""
        with self._changed:
            return self._backlog.oldest(self._clock())

    def in_hand(self) -> int:
        """How many keys somebody works on."""
        with self._changed:
            return self._backlog.in_hand()
