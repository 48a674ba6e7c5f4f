"""How long to wait after a failure: longer each time, never the same for everybody."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class Backoff(Generic[K]):
    """Failures in a row by key. Doubles from ``first`` up to ``most`` seconds, spread by ``chance`` (0 to 1)."""

    def __init__(self, chance: Callable[[], float], first: float = 2.0, most: float = 300.0) -> None:
        self._chance = chance
        self._first = first
        self._most = most
        self._failures: dict[K, int] = {}

    def failed(self, key: K) -> float:
        """Another failure: how many seconds to wait, between half and the whole of this turn's span."""
        failures = self._failures[key] = self._failures.get(key, 0) + 1
        span = min(self._most, self._first * 2.0 ** min(failures - 1, 20))
        return span * (0.5 + 0.5 * self._chance())

    def forget(self, key: K) -> None:
        """It went well, or it is gone: the next failure is a first one."""
        self._failures.pop(key, None)


def jittered(seconds: float, chance: float, share: float = 0.1) -> float:
    """``seconds``, give or take ``share`` of it, by ``chance`` (0 to 1): pollers that started together drift apart."""
    return seconds * (1.0 + share * (2.0 * chance - 1.0))
