"""What happened, across services: the newest facts, in the order in which they were learnt. All of it can be lost.

After a restart AWS's own record fills it again, deployment by deployment, as each service is looked at or recollected.
What happened long before the start is there to be read, at its own time, and is no news: who follows has heard it.
Another replica's journal is kept among one's own facts (``controller.loop.hearsay``): each has it all, and whichever
comes again learns from the others what it knew before. There is as much room for what others told as for what was seen
here, and neither takes the other's (``controller.loop.shares``): whoever tells lies hides nothing that was seen. Of
each fact so much is kept and no more (``controller.loop.brief``).
"""

import threading
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import replace
from itertools import chain

from controller.loop.attribution import attributed
from controller.loop.board import Board, Told
from controller.loop.brief import brief
from controller.loop.departures import Departures
from controller.loop.facts import Fact, Kind
from controller.loop.hearsay import credible, merged, newest, other_end, put_together, told_before
from controller.loop.shares import Entry, with_room
from controller.loop.source_facts import left_git, source_back, source_fact
from controller.loop.surroundings import Swept
from controller.loop.telling import cleared, facts_of, left, standing, waits
from reconcilers.model import ServiceKey
from reconcilers.outcome import Blocked, Held

MOST = 2000  # of what was seen here, and of what others told
# What AWS's record tells long after it happened.
_REMEMBERED = frozenset({Kind.STARTED, Kind.DONE, Kind.ROLLED_BACK, Kind.FAILED, Kind.STOPPED, Kind.SUPERSEDED})
_APART = 2048  # changes for each millisecond
RECENT = 600.0  # seconds before the start: what happened while no daemon was there is news


class Journal:
    """An observer of the loop. Each fact has a place in the order; the same fact is kept once, until it ends."""

    def __init__(self, board: Board, now: Callable[[], float], most: int = MOST) -> None:
        self._board = board
        self._now = now
        self._lock = threading.Lock()
        self._most = most
        self._entries: list[Entry] = []
        self._ids: set[str] = set()
        self._stale: Fact | None = None
        self._open: dict[ServiceKey, tuple[Fact, ...]] = {}
        self._departed: Departures = {}
        self._began = now()
        self._first = self._cursor = first_place(self._began)

    def after(self, cursor: int = 0) -> tuple[int, tuple[Fact, ...]]:
        """The newest place, and the facts after ``cursor`` that are still kept, as they were learnt; 0 for all of them.

        A cursor of another process's journal is no place in this one: from its start, then.
        """
        with self._lock:
            since = cursor if cursor == 0 or self._first <= cursor <= self._cursor else self._first
            facts = tuple(each.fact for each in self._entries if each.place > since)
            cursor = self._cursor
        return cursor, tuple(map(self._as_known, facts))

    def told(self, told: Told) -> None:
        now = self._now()
        for fact in (*facts_of(told, now), *self._cleared(told, now)):
            self.keep(fact)

    def polled(self, _result: str, _seconds: float) -> None:
        snapshot, now = self._board.snapshot, self._now()
        stale = source_fact(self._board.source, snapshot.revision.commit if snapshot is not None else None, now)
        before, self._stale = self._stale, stale
        if stale is not None and before is None:
            self.keep(stale)
        elif stale is None and before is not None:
            self.keep(source_back(before, now))
        self._depart()
        if snapshot is not None:
            self._part(snapshot.services.keys(), now)

    def swept(self, _swept: Swept) -> None:
        """A sweep alone is no news."""

    def broke(self, _what: str, _error: Exception, /) -> None:
        """A defect of Trueup is the log's matter."""

    def _cleared(self, told: Told, now: float) -> tuple[Fact, ...]:
        """What was in the way before looks that could not say, and is no more; remember what stands now.

        What the look before still saw in the way ends with this one, as ``facts_of`` tells.
        """
        status, seen = told.after, isinstance(told.before.outcome, Held | Blocked)
        key, stands = status.wanted.key, standing(status)
        if stands is None:
            return ()
        with self._lock:
            before = tuple(each for each in self._open.get(key, ()) if each.kind is not Kind.DRIFT_FOUND)
            over = before if stands.obstacle is None else ()
            self._open[key] = (*stands.open_ends, *over) if waits(status) else stands.open_ends
        ends = () if seen or waits(status) else over
        return tuple(cleared(each, now, status.wanted.commit.commit) for each in ends)

    def _depart(self) -> None:
        """Tell which services left Git since it was read last."""
        before, self._departed = self._departed, self._board.departures()
        for fact in (left_git(each) for key, each in self._departed.items() if before.get(key) != each):
            with self._lock:
                if fact.id in self._ids and not told_before(fact, (each.fact for each in self._entries)):
                    self._ids.discard(fact.id)  # it left once before, and came back
            self.keep(fact)

    def _part(self, stay: Set[ServiceKey], now: float) -> None:
        """Tell what ends with the services that are no longer in Git."""
        with self._lock:
            gone = [self._open.pop(key) for key in self._open.keys() - stay]
        for fact in left(chain.from_iterable(gone), now):
            self.keep(fact)

    def _as_known(self, fact: Fact) -> Fact:
        """With whoever did it, which may be learnt long after."""
        return attributed(fact, self._board.service(fact.service) if fact.service is not None else None)

    def keep(self, fact: Fact) -> None:
        """Give a fact its place, unless it is there already, or so long ago that it would be forgotten at once."""
        fact = brief(fact)
        with self._lock:
            if fact.id in self._ids:
                self._claim(fact)
            elif self._room((fact,), own=True):
                self._put(fact, self._recent(fact) or fact.kind not in _REMEMBERED, own=True)
                self._turn(fact)

    def learn(self, told: Iterable[Fact]) -> bool:
        """Keep what another replica told, the oldest first. Whether any of it is news.

        What happened long before the start is none, whatever it is: it was told by whoever saw it. What cannot have
        happened yet is left out.
        """
        heard = credible(told, self._now(), self._most)
        with self._lock:
            before, known = self._cursor, [each.fact for each in self._entries]
            found = put_together(known, heard)
            self._entries = [replace(each, fact=fact) for each, fact in zip(self._entries, found, strict=False)]
            last = newest(found)
            for fact in self._room(found[len(known) :], own=False):
                self._put(fact, self._recent(fact), own=False)
                if fact.at >= max(last[fact.id], last.get(other_end(fact) or "", fact.at)):
                    self._turn(fact)
            return self._cursor != before

    def _recent(self, fact: Fact) -> bool:
        return fact.at >= self._began - RECENT

    def _turn(self, fact: Fact) -> None:
        """From now on this is told once, and its other end may come again."""
        self._ids.add(fact.id)
        self._ids.discard(other_end(fact) or "")

    def _claim(self, fact: Fact) -> None:
        """What is known was seen here, too: where others told it, it is one's own from now on, in its place."""
        same = [each for each in self._entries if each.fact.id == fact.id]
        heard = max(same, key=lambda each: each.fact.at, default=None)
        if heard is None or heard.own or not self._room((fact,), own=True):
            return
        ours = replace(heard, fact=merged(fact, heard.fact), own=True)
        self._entries = [ours if each is heard else each for each in self._entries]

    def _room(self, new: Sequence[Fact], own: bool) -> list[Fact]:
        """Those of the new ones that there is room for, which is made."""
        self._entries, fit, gone = with_room(self._entries, new, own, self._most)
        self._ids -= {each.fact.id for each in gone} - {each.fact.id for each in self._entries}
        return fit

    def _put(self, fact: Fact, news: bool, own: bool) -> None:
        if news:
            self._cursor += 1
        self._entries.append(Entry(self._cursor if news else self._first, fact, own))


def first_place(began: float) -> int:
    """Where a process begins to count what changes: later than any place that an earlier one gave.

    So far apart, too, that two replicas which began at different moments do not come to the same places, and know each
    other's for what they are. JavaScript's numbers still hold it.
    """
    return round(began * 1000) * _APART
