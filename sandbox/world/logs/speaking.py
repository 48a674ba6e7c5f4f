"""What the containers of one task write: as their images behave, and as the load balancer asks them."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.world.ecs.task import Task
from sandbox.world.logs.book import LINES, Stream
from sandbox.world.traffic import Behaviour, tag_of

STEP = 10.0  # AWS seconds; of the requests in each, one is told of
CHECKS = 3  # steps from one health check to the next
PATHS = ("/", "/notes", "/notes/17", "/search?q=ecs", "/assets/app.css")
TRACEBACK = (
    "Traceback (most recent call last):",
    '  File "/app/main.py", line 12, in <module>',
    "    serve(settings())",
    '  File "/app/settings.py", line 31, in settings',
    "    return environment[name]",
    "KeyError: 'QUEUE_URL'",
)


@dataclass(frozen=True, slots=True)
class Conduct:
    """How a task gets on: whether requests come to it, and how its images answer."""

    asked: bool
    behaviours: Mapping[str, Behaviour]  # by container


class Speaker:
    """The voice of one task. ``look`` tells its conduct as of now; times are seconds since the epoch."""

    def __init__(self, task: Task, streams: Mapping[str, Stream], look: Callable[[], Conduct], speed: float) -> None:
        self._task = task
        self._streams = streams
        self._look = look
        self._step = STEP / speed
        self._conduct = look()
        self._front = _front(task)
        self._told = 0
        self._over = False

    def start(self, now: float) -> None:
        """The first lines of every container; the last of those that do not stay up."""
        self._told = int(now / self._step)
        self._over = any(one["essential"] and one["name"] in self._task.exit_codes for one in _containers(self._task))
        for container in _containers(self._task):
            name = container["name"]
            if name not in self._streams:
                continue
            self._say(name, now, f"INFO  {name} {tag_of(container['image']) or 'latest'} starts")
            if name in self._task.exit_codes:
                for line in TRACEBACK:
                    self._say(name, now, line)
            else:
                self._say(name, now, _listening(container))

    def catch_up(self, now: float) -> None:
        """Write what happened since the last time, and see how the task gets on from now."""
        if self._over:
            return
        until = int(now / self._step)
        for number in range(max(self._told, until - LINES), until):
            self._answer(number)
        self._told = max(self._told, until)
        self._conduct = self._look()

    def fall_silent(self, now: float) -> None:
        """Write what happened until now; nothing happens any more."""
        self.catch_up(now)
        self._over = True

    def end(self, now: float) -> None:
        """The last lines, on SIGTERM, of the containers that were up until now."""
        for name in self._streams:
            if name not in self._task.exit_codes:
                self._say(name, now, "INFO  SIGTERM: ends")

    def _answer(self, number: int) -> None:
        at = (number + 1) * self._step
        chance = zlib.crc32(f"{self._task.id}/{number}".encode())
        if number % CHECKS == 0:
            self._checked(at)
        if self._front is None or not self._conduct.asked:
            return
        rates = {name: one.error_rate for name, one in self._conduct.behaviours.items()}
        failing = [name for name, rate in rates.items() if (chance >> 10) % 1000 < rate * 1000]
        took = 4 + chance % 40
        path = PATHS[chance % len(PATHS)]
        for name in failing:
            self._say(name, at, f"ERROR GET {path}: RuntimeError: no answer that this release knows")
        status, level = (500, "ERROR") if failing else (200, "INFO ")
        self._say(self._front, at, f"{level} GET {path} {status} {took} ms")

    def _checked(self, at: float) -> None:
        """A health check; a container that nobody asks says that it is there."""
        healthy = all(one.healthy for one in self._conduct.behaviours.values())
        if self._front is not None:
            level, status = ("INFO ", 200) if healthy else ("ERROR", 503)
            self._say(self._front, at, f"{level} GET /health {status} 1 ms")
        else:
            for name in self._streams.keys() - self._task.exit_codes.keys():
                self._say(name, at, "INFO  at work, nothing waits")

    def _say(self, container: str, at: float, text: str) -> None:
        if container in self._streams:
            self._streams[container].write(at, text)


def _containers(task: Task) -> list[dict[str, Any]]:
    return task.plan.workload.definition.containers


def _front(task: Task) -> str | None:
    """The container behind the load balancer."""
    balancers = task.plan.workload.load_balancers
    return next((str(one["containerName"]) for one in balancers if one.get("containerName")), None)


def _listening(container: Mapping[str, Any]) -> str:
    ports = container.get("portMappings")
    port = ports[0].get("containerPort") if ports else None
    return f"INFO  listening on port {port}" if port else "INFO  ready"
