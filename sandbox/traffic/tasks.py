"""The tasks' side: one small HTTP server on loopback for every target."""

import asyncio
import random
import socket
from contextlib import suppress
from typing import cast
from urllib.parse import parse_qs, urlsplit

from sandbox.traffic.configuration import LOOPBACK
from sandbox.traffic.pages import Voice, answer

# The longest that a request may ask to take, and so the longest that a task that leaves has something in hand.
LONGEST = 30.0
_LARGEST_HEAD = 65536


class Task:
    """One target that answers; ``port`` is where. What it says and how often it fails may change while it runs."""

    def __init__(self, voice: Voice) -> None:
        self.voice = voice
        # The port is the task's from the first moment on, also while nobody listens there: then Envoy is refused.
        self._socket = socket.socket()
        self._socket.bind((LOOPBACK, 0))
        self.port: int = self._socket.getsockname()[1]
        self._server: asyncio.Server | None = None
        self.connections: set[_Connection] = set()

    async def update(self, voice: Voice) -> None:
        """Go on with what the world says of the target now; one that answers nothing does not even listen."""
        self.voice = voice
        if self._server is None and not voice.member.silent:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(lambda: _Connection(self), sock=self._socket, backlog=128)

    async def leave(self) -> None:
        """Take nothing new, finish what is in hand, and go."""
        if self._server is None:
            self._socket.close()
            return
        self._server.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST):
                while any(each.busy for each in self.connections):
                    await asyncio.sleep(0.05)
        for each in list(self.connections):
            each.hang_up()

    def fails(self) -> bool:
        """Whether the next request fails: decided anew for each, at the image's rate."""
        return random.random() < self.voice.member.error_rate  # noqa: S311 - chance, not a secret


class _Connection(asyncio.Protocol):
    """HTTP/1.1 as far as a proxy speaks it: one request after the other, bodies by their length or in chunks."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._buffer = b""
        self._transport: asyncio.Transport | None = None
        self.busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._task.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the protocol's signature
        self._task.connections.discard(self)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._next()

    def hang_up(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _next(self) -> None:
        if self.busy:
            return
        head, end, rest = self._buffer.partition(b"\r\n\r\n")
        if not end:
            if len(head) > _LARGEST_HEAD:
                self.hang_up()
            return
        line, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
        left = _after_body(rest, headers)
        if left is None:
            return
        self._buffer, self.busy = left, True
        method, target, *_ = [*line.split(" "), "/"]
        whole = answer(self._task.voice, headers.get("accept", ""), failed=self._task.fails())
        if method == "HEAD":
            whole = whole.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        asyncio.get_running_loop().call_later(_wait(target), self._say, whole)

    def _say(self, whole: bytes) -> None:
        self.busy = False
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(whole)
            self._next()


def _after_body(rest: bytes, headers: dict[str, str]) -> bytes | None:
    """What follows a request's body; ``None`` while it has not come to its end."""
    if "chunked" in headers.get("transfer-encoding", ""):
        _, end, left = rest.partition(b"0\r\n\r\n")
        return left if end else None
    length = int(headers.get("content-length") or 0)
    return rest[length:] if len(rest) >= length else None


def _wait(target: str) -> float:
    """The seconds that ``?wait=`` asks an answer to take."""
    try:
        return min(LONGEST, max(0.0, float(parse_qs(urlsplit(target).query)["wait"][0])))
    except (KeyError, ValueError):
        return 0.0
