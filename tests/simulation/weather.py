"""What becomes of a call on its way: windows of bad weather, and traps at which a process stops or dies."""

import random
from collections import Counter
from dataclasses import dataclass, field

FORGIVEN = 600.0  # seconds: a lease


class Killed(BaseException):
    """The process is gone: nothing may catch this but what starts it again."""


@dataclass
class Trap:
    """Something that happens at a replica's call: ``kind`` kill, pause, hang or lose.

    ``place``: before the call is looked at, once it is ``sent`` and not heard yet, or after it was heard. ``which``:
    the ``nth`` write, call to the lease table, or any call from now on.
    """

    kind: str
    place: str
    which: str
    nth: int
    seconds: float

    def springs(self, sort: str) -> bool:
        """Whether this is the call. ``sort``: read, write or table."""
        if self.which not in ("any", sort):
            return False
        self.nth -= 1
        return self.nth < 0


@dataclass
class Window:
    """Bad weather until a moment: each call is hit with a chance of its own random's."""

    kind: str
    until: float
    share: float
    chance: random.Random
    lag: float = 0.0


@dataclass
class Weather:
    """What AWS and the way to it are like. ``injected`` counts what really hit somebody, by kind."""

    windows: list[Window] = field(default_factory=list)
    injected: Counter[str] = field(default_factory=Counter)
    table_down_until: float = 0.0

    def hits(self, now: float, kinds: frozenset[str]) -> str | None:
        """What comes of this call, of the kinds that there are for it."""
        for each in self.windows:
            if now < each.until and each.kind in kinds and each.chance.random() < each.share:
                self.injected[each.kind] += 1
                return each.kind
        return None

    def lag(self, now: float) -> float:
        """How old an answer may be now, in seconds."""
        return max((each.lag for each in self.windows if each.kind == "stale" and now < each.until), default=0.0)

    def table_was_down(self, now: float) -> bool:
        """Whether a replica may have lost its lease because of that, or may soon."""
        return now < self.table_down_until + FORGIVEN

    def clear(self) -> None:
        """The faults end."""
        self.windows.clear()
        self.table_down_until = 0.0
