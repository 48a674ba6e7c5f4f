"""Groups, streams and lines, as many as are kept."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sandbox.errors import Unclaimed
from sandbox.world.calls import Params

LINES = 400  # of a stream
STREAMS = 200  # of a group
NO_GROUP = "The specified log group does not exist."
NO_STREAM = "The specified log stream does not exist."


@dataclass(slots=True)
class Stream:
    """One container's lines, oldest first, each with its time in milliseconds since the epoch.

    ``first`` is the number of the oldest line that is kept, counted from the stream's very first.
    """

    name: str
    arn: str
    created_at: int
    lines: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=LINES))
    first: int = 0
    bytes: int = 0

    def write(self, at: float, text: str) -> None:
        """Add a line; ``at`` in seconds since the epoch, never before the last one's."""
        if len(self.lines) == LINES:
            self.first += 1
        self.lines.append((int(at * 1000), text))
        self.bytes += len(text.encode()) + 26  # as AWS counts: 26 bytes an event beside its text

    def numbered(self) -> Iterator[tuple[int, int, str]]:
        """Each line that is kept with its number: ``(number, time, text)``."""
        return ((self.first + place, at, text) for place, (at, text) in enumerate(self.lines))


@dataclass(slots=True)
class Group:
    """A log group, with the streams of the containers that wrote last."""

    name: str
    arn: str
    streams: dict[str, Stream] = field(default_factory=dict)


class Book:
    """What one account keeps in one region. ``catch_up`` lets whoever still writes to a group write up to now."""

    def __init__(self, arn: Callable[[str, str], str], catch_up: Callable[[str], None]) -> None:
        self._arn = arn
        self._catch_up = catch_up
        self._groups: dict[str, Group] = {}

    def open(self, group: str, stream: str, at: float) -> Stream:
        """A stream to write to, and its group, made where they are missing."""
        known = self._groups.setdefault(group, Group(group, self._arn("logs", f"log-group:{group}")))
        if stream not in known.streams:
            known.streams[stream] = Stream(stream, f"{known.arn}:log-stream:{stream}", int(at * 1000))
            while len(known.streams) > STREAMS:
                del known.streams[next(iter(known.streams))]
        return known.streams[stream]

    def asked(self, params: Params) -> Group:
        """The group that a call names or identifies, with all that was written to it; ``Unclaimed``."""
        name = params.get("logGroupName") or _name(str(params.get("logGroupIdentifier", "")))
        if name not in self._groups:
            raise Unclaimed("ResourceNotFoundException", NO_GROUP)
        self._catch_up(name)
        return self._groups[name]


def _name(identifier: str) -> str:
    return identifier.rpartition(":log-group:")[2].removesuffix(":*")
