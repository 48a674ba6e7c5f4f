"""What came through the door, counted."""

from collections import Counter
from threading import Lock


class Tally:
    """How often each operation was called: ``(service, operation)`` to a number. Safe from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[tuple[str, str]] = Counter()

    def add(self, service: str, operation: str) -> None:
        with self._lock:
            self._counts[service, operation] += 1

    def counts(self) -> Counter[tuple[str, str]]:
        """A copy, which does not move any more."""
        with self._lock:
            return self._counts.copy()

    def clear(self) -> None:
        with self._lock:
            self._counts.clear()
