"""From a proxy's running counters to what came in each minute of the world."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.world.visits import Answers

Counters = Mapping[str, tuple[int, int, int]]
"""By name, since the start: answered, answered with a 5xx, unanswered."""
KEPT = 1200
"""Readings that are kept: two minutes of them, so that the first minute at full length has a beginning."""
BORDERS = 64


@dataclass(frozen=True, slots=True)
class Reading:
    """The counters at one moment."""

    at: float
    counters: Counters


class Readings:
    """The latest readings, and what lies between two moments.

    A border between two minutes is the last reading before it, and stays that one: what was read too late for a minute
    belongs to the next, so that nothing is lost and nothing counts twice.
    """

    def __init__(self) -> None:
        self._readings: deque[Reading] = deque(maxlen=KEPT)
        self._borders: dict[float, Counters] = {}

    def add(self, reading: Reading) -> None:
        self._readings.append(reading)

    @property
    def latest(self) -> Counters:
        return self._readings[-1].counters if self._readings else {}

    def between(self, begin: float, end: float) -> dict[str, Answers]:
        """What was counted, by name, without those that counted nothing."""
        before, after = self._at(begin), self._at(end)
        found = {}
        for name, counted in after.items():
            # A counter that began anew has counted less than before: a target group was deleted and made again.
            fresh = [max(0, now - then) for now, then in zip(counted, before.get(name, (0, 0, 0)), strict=True)]
            if any(fresh):
                found[name] = Answers(*fresh)
        return found

    def _at(self, border: float) -> Counters:
        if border not in self._borders:
            past = (one.counters for one in reversed(self._readings) if one.at <= border)
            oldest = self._readings[0].counters if self._readings else {}
            self._borders[border] = next(past, oldest)
            while len(self._borders) > BORDERS:
                del self._borders[next(iter(self._borders))]
        return self._borders[border]
