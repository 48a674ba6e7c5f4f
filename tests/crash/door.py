"""The sandbox's door, at which a daemon meets its fate."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Self

from sandbox.clock import ManualClock
from sandbox.server.asked import asked
from sandbox.server.front import Front
from sandbox.server.http import Listener
from sandbox.wire.messages import Request, Response
from sandbox.world.world import World
from tests.crash.nursery import Child

READS = ("Describe", "List", "Get", "BatchGet")


class Fate(StrEnum):
    """When a daemon is killed: the request has arrived and nothing took effect; the answer has left; it took effect,
    and not a byte of the answer leaves.
    """

    BEFORE = "before"
    AFTER = "after"
    LOST = "answer lost"


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it arrived, by number from 1 on, and the status it was answered with; 0 where nothing took effect."""

    service: str
    operation: str
    status: int = 0

    @property
    def mutates(self) -> bool:
        return not self.operation.startswith(READS)


@dataclass(frozen=True, slots=True)
class Point:
    """The call at which a daemon dies, counted from 1, and how."""

    number: int
    fate: Fate


class HungUpError(Exception):
    """No answer, and no connection any more."""


class Door:
    """Answers out of a world, one request after the other, of one daemon at a time.

    A daemon is known by its access key. Whoever is not the one that lives is not let in: what a process may still have
    sent while it died has no effect. With each DescribeServices ``step`` seconds of AWS's time pass, so that a story
    is told by calls and not by anybody's clock.
    """

    def __init__(self, world: World, clock: ManualClock, step: float) -> None:
        self.changed = threading.Condition(threading.RLock())
        self.calls: dict[str, list[Call]] = {}
        self._front = Front(world)
        self._clock, self._step = clock, step / world.timeline.speed
        self._living = ""
        self._point: Point | None = None
        self._child: Child | None = None
        self.dead = True
        self._last: Request | None = None
        self._listener = Listener(("127.0.0.1", 0), self._handle, self._sent)
        self.url = f"http://127.0.0.1:{self._listener.server_port}"
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def admit(self, key: str, start: Callable[[], Child], point: Point | None) -> None:
        """Start a daemon that has this access key, and let it in until its fate."""
        with self.changed:
            self.calls[key] = []
            self._living, self._point, self.dead = key, point, False
            self._child = start()

    def kill(self) -> None:
        """Kill who was let in last, if it lives."""
        with self.changed:
            if self._child is not None:
                self._child.kill()
            self._child, self._living, self._last, self.dead = None, "", None, True
            self.changed.notify_all()

    @property
    def dying(self) -> bool:
        """Whether the last answer of its life is on its way to a daemon."""
        return self._last is not None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        self._listener.shutdown()
        self._listener.server_close()
        self._listener.hang_up()
        self._thread.join(10)

    def _handle(self, request: Request) -> Response:
        with self.changed:
            question = asked(request.plain())
            key = question.signed.access_key if question.signed else ""
            if not key or key != self._living:
                raise HungUpError
            calls = self.calls[key]
            calls.append(Call(question.service or "", question.label))
            if question.label == "DescribeServices":
                self._clock.advance(self._step)
            fate = self._point.fate if self._point is not None and self._point.number == len(calls) else None
            if fate is Fate.BEFORE:
                self.kill()
                raise HungUpError
            answer = self._front.handle(request)
            calls[-1] = Call(question.service or "", question.label, answer.status)
            if fate is Fate.LOST:
                self.kill()
                raise HungUpError
            if fate is Fate.AFTER:
                self._living, self._last = "", request
            self.changed.notify_all()
            return answer

    def _sent(self, request: Request) -> None:
        with self.changed:
            if request is self._last:
                self.kill()
