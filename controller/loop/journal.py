"""What happened, across services: the newest facts, in the order in which they were learnt. All of it can be lost.

After a restart AWS's own record fills it again, deployment by deployment, as each service is looked at.
"""

import threading
from collections import deque
from collections.abc import Callable

from controller.loop.attribution import attributed
from controller.loop.board import Board, Told
from controller.loop.facts import Fact, Kind
from controller.loop.loop import Swept
from controller.loop.source_facts import source_back, source_fact
from controller.loop.telling import facts_of

MOST = 2000


class Journal:
    """An observer of the loop. Each fact has a place in the order; the same fact is kept once, until it ends."""

    def __init__(self, board: Board, now: Callable[[], float], most: int = MOST) -> None:
        self._board = board
        self._now = now
        self._lock = threading.Lock()
        self._facts: deque[tuple[int, Fact]] = deque(maxlen=most)
        self._ids: dict[str, None] = {}
        self._stale: Fact | None = None
        self._first = self._cursor = round(now() * 1000)  # later than any place that an earlier process gave

    def after(self, cursor: int = 0) -> tuple[int, tuple[Fact, ...]]:
        """The newest place, and the facts after ``cursor`` that are still kept, as they were learnt.

        A cursor of another process's journal is no place in this one: from the start, then.
        """
        with self._lock:
            since = cursor if self._first <= cursor <= self._cursor else 0
            cursor, facts = self._cursor, tuple(fact for place, fact in self._facts if place > since)
        return cursor, tuple(map(self._as_known, facts))

    def told(self, told: Told) -> None:
        for fact in facts_of(told, self._now()):
            self.keep(fact)

    def polled(self, _result: str, _seconds: float) -> None:
        snapshot, now = self._board.snapshot, self._now()
        stale = source_fact(self._board.source, snapshot.revision.commit if snapshot is not None else None, now)
        before, self._stale = self._stale, stale
        if stale is not None and before is None:
            self.keep(stale)
        elif stale is None and before is not None:
            self.keep(source_back(before, now))

    def swept(self, _swept: Swept) -> None:
        """A sweep alone is no news."""

    def broke(self, _what: str, _error: Exception, /) -> None:
        """A defect of Trueup is the log's matter."""

    def _as_known(self, fact: Fact) -> Fact:
        """With whoever did it, which may be learnt long after."""
        return attributed(fact, self._board.service(fact.service) if fact.service is not None else None)

    def keep(self, fact: Fact) -> None:
        """Give a fact its place, unless it is there already."""
        with self._lock:
            if fact.id in self._ids:
                return
            if len(self._facts) == self._facts.maxlen:
                self._ids.pop(self._facts[0][1].id, None)
            self._ids[fact.id] = None
            for other in _other_end(fact):
                self._ids.pop(other, None)
            self._cursor += 1
            self._facts.append((self._cursor, fact))


def _other_end(fact: Fact) -> tuple[str, ...]:
    """What begins again may end again, and the other way round."""
    match fact.kind:
        case Kind.DRIFT_FOUND:
            return (f"{fact.id}/healed",)
        case Kind.HELD | Kind.BLOCKED:
            return (f"{fact.id}/cleared",)
        case Kind.SOURCE_STALE:
            return (fact.id.removesuffix("/stale") + "/back",)
        case Kind.DRIFT_HEALED | Kind.CLEARED:
            return (fact.id.rpartition("/")[0],)
        case Kind.SOURCE_BACK:
            return (fact.id.removesuffix("/back") + "/stale",)
        case _:
            return ()
