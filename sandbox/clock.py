"""Where the world gets its time: the host's clock, or a test's."""

import time
from typing import Protocol


class Clock(Protocol):
    """Seconds since the epoch. The world asks it once per call and never sleeps."""

    def now(self) -> float: ...


class HostClock:
    """The machine's own clock."""

    def now(self) -> float:
        return time.time()


class ManualClock:
    """A clock that stands still until it is told to go: hours pass in a test without a wait."""

    def __init__(self, start: float = 1_790_000_000.0) -> None:
        self._now = start

    def now(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += seconds
