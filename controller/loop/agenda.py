"""What is to be asked of CloudTrail, and when: lookups by the time they are due, kept apart in each account and region.

Not safe to use from several threads by itself: whoever owns it locks it.
"""

import heapq
from dataclasses import dataclass
from itertools import count

from controller.loop.questions import Question
from reconcilers.model import Scope

SPACING = 0.5  # seconds between two lookups in one account and region
SOON, RARELY = 5.0, 120.0  # seconds until what had no answer is asked again: twice as long each time


@dataclass(slots=True, eq=False)
class Open:
    """Questions that one lookup answers, and how far it has come: the page to ask for, and how often it was in vain."""

    questions: tuple[Question, ...]
    token: str | None = None
    pages: int = 0
    misses: int = 0
    denials: int = 0

    @property
    def first(self) -> Question:
        return self.questions[0]

    @property
    def place(self) -> tuple[str, str]:
        """The account and region whose quota it counts against."""
        return self.first.account, self.first.scope.region

    def missed(self) -> float:
        """Once more in vain. Seconds until it is worth another try."""
        self.misses += 1
        return min(RARELY, SOON * 2.0 ** min(self.misses - 1, 10))


class Agenda:
    """Times are seconds of a clock that only goes forward."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Open]] = []
        self._order = count()
        self._free: dict[tuple[str, str], float] = {}
        self._quiet: dict[Scope, float] = {}

    def put(self, open_: Open, at: float) -> None:
        """Let it be due ``at``."""
        heapq.heappush(self._due, (at, next(self._order), open_))

    def take(self, now: float) -> tuple[Open | None, float | None]:
        """What may be asked now, if anything may; else the seconds until something is due, ``None`` with nothing here.

        The account and region of what is taken are left alone for ``SPACING`` from then on.
        """
        while self._due:
            due, _, first = self._due[0]
            if due > now:
                return None, due - now
            heapq.heappop(self._due)
            ready = max(self._free.get(first.place, due), self._quiet.get(first.first.scope, due))
            if ready <= now:
                self._free[first.place] = now + SPACING
                return first, 0.0
            self.put(first, ready)
        return None, None

    def yield_to_others(self, open_: Open, now: float) -> None:
        """Somebody else asks in the same account and region: leave them the next second."""
        self._free[open_.place] = now + 2 * SPACING

    def silence(self, scope: Scope, until: float) -> bool:
        """Ask nothing as ``scope`` until then. Whether it was silent before, and never heard since."""
        before = scope in self._quiet
        self._quiet[scope] = until
        return before

    def heard(self, scope: Scope) -> None:
        """AWS answered ``scope``."""
        self._quiet.pop(scope, None)

    def silent(self, scope: Scope, now: float) -> bool:
        """Whether nothing may be asked as ``scope`` for now."""
        return self._quiet.get(scope, now) > now
