"""What a client may cost: how long it may take, and how many there may be at once.

uvicorn waits for ever for the rest of a request, and for a reader who takes nothing of an answer. Here each has its
time, and who takes longer is let go. Where all places are taken, who has kept us waiting longest makes room for who
comes: so a health check is heard behind any number of connections that say nothing. Peers are not told apart, since
behind a load balancer everybody is the same one.
"""

import asyncio
import resource
from collections import Counter as Tally
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol


def places(files: int) -> int:
    """How many connections there may be in a process that may have so many files open: half, and 500 at most.

    The other half is for AWS, git and a burst that is not sorted yet. Negative: the system's word for no limit.
    """
    return 500 if files < 0 else max(2, min(500, files // 2))


def _places_here() -> int:
    return places(resource.getrlimit(resource.RLIMIT_NOFILE)[0])


@dataclass(frozen=True, slots=True)
class Limits:
    """``head``, ``body``: seconds for a request's head and for its whole body. ``answer``: seconds in which a reader
    takes ``headway`` bytes, or else what is left. ``unsent``: bytes of answers that are kept for slow readers, all of
    them together. ``told``: seconds from the first client that is let go until it is told, with all that follow.
    """

    head: float = 10.0
    body: float = 60.0
    answer: float = 30.0
    headway: int = 64 << 10
    connections: int = field(default_factory=_places_here)
    unsent: int = 64 << 20
    told: float = 10.0


# Why somebody is let go.
REASONS = ("too-many", "too-much-unread", "slow-head", "slow-body", "slow-reader")


class Crowd:
    """All connections of one server. ``tell`` is called now and then with who was let go: how many, by the reason."""

    def __init__(self, limits: Limits, tell: Callable[[dict[str, int]], None]) -> None:
        self.limits = limits
        self._tell = tell
        self._let_go: Tally[str] = Tally()

    def admit(self, new: "Connection", connections: set["Connection"]) -> None:
        """Make room for who came, if there is none: where nobody keeps us waiting, who is here longest goes."""
        while len(connections) > self.limits.connections:
            min((each for each in connections if each is not new), key=Connection.worth).cut("too-many")

    def relieve(self, connections: set["Connection"]) -> None:
        """Make room for answers: the reader goes first who has been behind longest, and the last one stays."""
        behind = sorted((each for each in connections if each.unsent), key=Connection.behind_since)
        unsent = sum(each.unsent for each in behind)
        while len(behind) > 1 and unsent > self.limits.unsent:
            first = behind.pop(0)
            unsent -= first.unsent
            first.cut("too-much-unread")

    def count(self, reason: str) -> None:
        """Somebody was let go."""
        if not self._let_go:
            asyncio.get_running_loop().call_later(self.limits.told, self._told)
        self._let_go[reason] += 1

    def _told(self) -> None:
        found, self._let_go = dict(self._let_go), Tally()
        self._tell(found)


class Connection(H11Protocol):
    """One client. What it owes is one of two things: the rest of its request, or to read its answer."""

    def __init__(self, crowd: Crowd, **uvicorns: Any) -> None:
        super().__init__(**uvicorns)
        self._crowd = crowd
        self._heard: type[h11._util.Sentinel] | None = None
        self._request: asyncio.TimerHandle | None = None
        self._reading: asyncio.TimerHandle | None = None
        self._request_since = self._reading_since = float("inf")
        self._here_since = self.loop.time()

    @property
    def unsent(self) -> int:
        """Bytes of answers that it has not read."""
        return self.transport.get_write_buffer_size()

    def behind_since(self) -> float:
        """Since when it has had something to read; infinity for nothing."""
        return self._reading_since

    def worth(self) -> tuple[float, float]:
        """Since when we have waited for it, infinity where it waits for us; and since when it is here."""
        return min(self._request_since, self._reading_since), self._here_since

    def cut(self, reason: str) -> None:
        """Let it go, whatever it was about to say or to read."""
        self.connections.discard(self)
        self._crowd.count(reason)
        self.transport.abort()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._listen()
        self._crowd.admit(self, self.connections)  # type: ignore[arg-type]

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        for timer in (self._request, self._reading):
            if timer is not None:
                timer.cancel()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._listen()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._listen()
        self._expect_reader()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._expect_reader()
        self._crowd.relieve(self.connections)  # type: ignore[arg-type]

    def resume_writing(self) -> None:
        super().resume_writing()
        self._expect_reader()

    def _listen(self) -> None:
        """Each part of a request has its time, which begins where the one before is there."""
        now = self.conn.their_state
        if now is self._heard:
            return
        self._heard = now
        if self._request is not None:
            self._request.cancel()
        limits = self._crowd.limits
        reason, seconds = {h11.IDLE: ("slow-head", limits.head), h11.SEND_BODY: ("slow-body", limits.body)}.get(
            now, ("", None)
        )
        self._request_since = float("inf") if seconds is None else self.loop.time()
        self._request = None if seconds is None else self.loop.call_later(seconds, partial(self.cut, reason))

    def _expect_reader(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        left = self.unsent
        self._reading_since = self.loop.time() if left else float("inf")
        self._reading = self.loop.call_later(self._crowd.limits.answer, self._has_read, left) if left else None

    def _has_read(self, before: int) -> None:
        if self.unsent > max(0, before - self._crowd.limits.headway):
            self.cut("slow-reader")
        self._expect_reader()
