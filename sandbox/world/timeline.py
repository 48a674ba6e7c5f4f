"""What is due, and when: the world's only source of change besides a call."""

import heapq
import itertools
from collections.abc import Callable
from typing import NamedTuple


class Timer(NamedTuple):
    """Something that happens at ``due`` (seconds since the epoch). No two are of one ``order``, so those compare."""

    due: float
    order: int
    action: Callable[[], None]


class Timeline:
    """Timers in order of time, then of creation, so that a history replays the same way every time.

    ``speed`` divides every duration; timestamps stay the host's: at 60, a minute of AWS passes in a second.
    """

    def __init__(self, start: float, speed: float = 1.0) -> None:
        self.now = start
        self.speed = speed
        self._due: list[Timer] = []
        self._order = itertools.count()

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Let ``action`` happen once ``seconds`` of AWS's time have passed."""
        heapq.heappush(self._due, Timer(self.now + seconds / self.speed, next(self._order), action))

    def advance(self, now: float) -> None:
        """Let everything happen that is due by ``now``, each at its own time: an action sees the time it was due."""
        while self._due and self._due[0].due <= now:
            timer = heapq.heappop(self._due)
            self.now = max(self.now, timer.due)
            timer.action()
        self.now = max(self.now, now)
