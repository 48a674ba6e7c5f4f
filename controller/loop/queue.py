"""What to look at next: keys, deduplicated, in order of time and urgency.

A trigger only says *look again*. A key that waits is there once, at the earliest time and the highest priority anybody
asked for; a key that somebody works on is not handed out again until it is given back, and a trigger that comes
meanwhile is kept. Waiting raises a key's priority, so that nothing starves. Keys may be in lanes, of which none gets
every worker: see ``lanes``.
"""

import threading
from collections import Counter as Tally
from collections.abc import Callable, Hashable, Iterator
from itertools import count
from typing import Generic, TypeVar

from controller.loop.lanes import Lane, Lanes
from controller.loop.ranks import Entry, Priority, Ranks

__all__ = ["Backlog", "Entry", "Priority", "WorkQueue"]

K = TypeVar("K", bound=Hashable)


class Backlog(Generic[K]):
    """The queue's rules, without threads or a clock: every method is told the time, in seconds.

    ``ageing``: how many seconds of waiting weigh as much as one step of priority.
    """

    def __init__(self, ageing: float = 6.0) -> None:
        self._waiting: dict[K, tuple[Entry, int]] = {}
        self._free: Ranks[K] = Ranks(ageing)  # of what waits, what is in nobody's hands
        self._in_hand: dict[K, Lane | None] = {}
        self._in_lanes: Tally[Lane] = Tally()
        self._came = count()
        self.lanes = Lanes()

    def add(self, key: K, entry: Entry) -> None:
        """Look at ``key`` at ``entry.ready_at``, or earlier where that was asked for already."""
        waiting = self._waiting.get(key)
        if waiting is None:
            self._wait(key, entry, next(self._came))
        elif (merged := entry.merged(waiting[0])) != waiting[0]:
            self.forget(key)
            self._wait(key, merged, waiting[1])

    def take(self, now: float) -> K | None:
        """The most urgent key that is ready, in nobody's hands and in an open lane; ``None`` if there is none."""
        key = self._free.first(now, self._closed())
        if key is None:
            return None
        self._in_hand[key] = self._waiting[key][0].lane
        self.forget(key)
        return key

    def give_back(self, key: K) -> None:
        """The work on ``key`` is done: a trigger that came meanwhile may now be handed out."""
        self._in_hand.pop(key, None)
        if key in self._waiting:
            self._free.put(key, *self._waiting[key])

    def forget(self, key: K) -> None:
        """Drop what waits for ``key``: there is nothing left to look at."""
        if key in self._waiting:
            entry, _ = self._waiting.pop(key)
            self._free.drop(key)
            self._leave_lane(entry.lane)

    def next_at(self) -> float | None:
        """When the next key becomes ready; ``None`` if nothing waits that could be handed out."""
        return self._free.next_at(self._closed())

    def depth(self, now: float) -> int:
        """How many keys are ready and not yet handed out."""
        return sum(1 for _ in self._ready(now))

    def oldest(self, now: float) -> float:
        """For how many seconds the longest-waiting ready key has waited; 0 if none is ready."""
        return max((now - entry.ready_at for entry in self._ready(now)), default=0.0)

    def in_hand(self) -> int:
        """How many keys somebody works on."""
        return len(self._in_hand)

    def _wait(self, key: K, entry: Entry, came: int) -> None:
        self._waiting[key] = (entry, came)
        if entry.lane is not None:
            self._in_lanes[entry.lane] += 1
        if key not in self._in_hand:
            self._free.put(key, entry, came)

    def _leave_lane(self, lane: Lane | None) -> None:
        if lane is not None:
            self._in_lanes[lane] -= 1
            if not self._in_lanes[lane]:
                del self._in_lanes[lane]

    def _closed(self) -> frozenset[Lane]:
        if not self._in_hand:  # nobody has a worker, so everybody may have one
            return frozenset()
        in_hand = Tally(lane for lane in self._in_hand.values() if lane is not None)
        return self.lanes.closed(frozenset(self._in_lanes), in_hand)

    def _ready(self, now: float) -> Iterator[Entry]:
        for key, (entry, _) in self._waiting.items():
            if entry.ready_at <= now and key not in self._in_hand:
                yield entry


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
