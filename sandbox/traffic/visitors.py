"""The sandbox's own visitors: so many requests a second at each production listener, and what came of them."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sandbox.traffic.configuration import LOOPBACK

LANES = 4
"""Connections that a listener's visitors keep open; one slow answer holds up a quarter of them."""
PATIENCE = 5.0
_REQUEST = b"GET / HTTP/1.1\r\nHost: sandbox\r\nAccept: application/json\r\nUser-Agent: visitor\r\n\r\n"


@dataclass(slots=True)
class Visits:
    """What visitors saw: how many requests, which version answered how many, and which failed when and how.

    ``failures`` are those that were not told yet: seconds since the epoch, what failed (``500``, ``timeout``), version.
    """

    sent: int = 0
    answered: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[float, str, str]] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        """As JSON; failures are told once."""
        fresh, self.failures = self.failures, []
        return {"sent": self.sent, "answered": dict(self.answered), "failed": dict(self.failed), "failures": fresh}


class Visitors:
    """The visitors of one listener. They begin to count with the first answer of a task: a service has to open once."""

    def __init__(self, port: int, rate: float) -> None:
        self.visits = Visits()
        self.rate = rate
        self._port = port
        self._open = asyncio.Event()
        self._lanes = [asyncio.create_task(self._lane(number)) for number in range(LANES)]

    async def leave(self) -> None:
        for lane in self._lanes:
            lane.cancel()
        await asyncio.gather(*self._lanes, return_exceptions=True)

    async def _lane(self, number: int) -> None:
        line = _Line(self._port)
        try:
            while not self._open.is_set():
                if (await line.ask())[0] == "200":
                    self._open.set()
                await asyncio.sleep(0.1)
            due = time.monotonic() + number / LANES / max(self.rate, 1.0)
            while True:
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                if self.rate > 0:
                    await self._visit(line)
                # Who was held up does not hurry afterwards: the load stays bounded.
                due = max(due + LANES / (self.rate or LANES), time.monotonic() - 0.5)
        finally:
            line.close()

    async def _visit(self, line: "_Line") -> None:
        result, version = await line.ask()
        self.visits.sent += 1  # with its outcome: those on their way would not add up
        if result == "200":
            self.visits.answered[version] += 1
        else:
            self.visits.failed[result] += 1
            self.visits.failures.append((round(time.time(), 3), result, version))


class _Line:
    """A connection that stays open from one request to the next, and is opened again where it was closed."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self) -> tuple[str, str]:
        """The status and the version that answered; instead of a status, what went wrong. Nothing is asked twice."""
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._asked()
        except TimeoutError:
            self.close()
            return "timeout", ""
        except (OSError, ValueError, LookupError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            self.close()
            return "no answer", ""

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _asked(self) -> tuple[str, str]:
        if self._streams is None:
            self._streams = await asyncio.open_connection(LOOPBACK, self._port)
        reader, writer = self._streams
        writer.write(_REQUEST)
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
        await reader.readexactly(int(headers["content-length"]))
        if headers.get("connection") == "close":
            self.close()
        return first.split(" ")[1], headers.get("x-version", "")
