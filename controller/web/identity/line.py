"""Who wants a key that is not known waits in line, since anybody may name one: few at once, not too many a second."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable


class UnavailableError(Exception):
    """Keys could not be had: nobody can be verified now."""


class FullError(UnavailableError):
    """There are too many in line, and nobody was asked."""


class Line:
    """A context to ask in: in turn, at most ``a_second`` times in any second, for ``places`` threads.

    Entering waits for the turn, which is ``places / a_second`` seconds away at most, and raises ``FullError`` where all
    places are taken: who floods it takes turns like everybody, and holds no more threads than there are places.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        sleep: Callable[[float], None] = time.sleep,
        *,
        a_second: int = 10,
        places: int = 16,
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._turns: deque[float] = deque(maxlen=a_second)
        self._free = places
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            if not self._free:
                raise FullError("Too many keys that are not known are asked for just now.")
            self._free -= 1
            now = self._clock()
            crowded = len(self._turns) == self._turns.maxlen
            turn = max(now, self._turns[0] + 1.0) if crowded else now
            self._turns.append(turn)
        if turn > now:
            self._sleep(turn - now)

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._free += 1
