"""A service's events, as ECS words them."""

import random
from collections import deque
from datetime import datetime, timedelta
from typing import Any

from sandbox.world.ecs.names import dashed_id

KEPT = 100


class Journal:
    """The last hundred events of a service.

    A service at rest repeats its last remark every few hours. Those are written when somebody reads, not when they are
    due: a thousand services at rest cost nothing.
    """

    def __init__(self, chance: random.Random, repeat_after: timedelta) -> None:
        self._chance = chance
        self._repeat_after = repeat_after
        self._events: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._remark: str | None = None

    def say(self, now: datetime, message: str) -> None:
        """Something happened: the service is no longer at rest."""
        self._repeat(now)
        self._remark = None
        self._write(now, message)

    def rest(self, now: datetime, message: str) -> None:
        """The service has come to rest, and will say so from time to time."""
        self.say(now, message)
        self._remark = message

    def read(self, now: datetime) -> list[dict[str, Any]]:
        """The events, newest first, each in the shape of a ``ServiceEvent``."""
        self._repeat(now)
        return list(self._events)

    def _repeat(self, now: datetime) -> None:
        if self._remark is None:
            return
        last: datetime = self._events[0]["createdAt"]
        times = (now - last) // self._repeat_after
        for time in range(max(1, times - KEPT + 1), times + 1):
            self._write(last + time * self._repeat_after, self._remark)

    def _write(self, when: datetime, message: str) -> None:
        self._events.appendleft({"id": dashed_id(self._chance), "createdAt": when, "message": message})
