"""Server-sent events as they arrive, by the HTML standard's rules for text/event-stream."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """One event: its name, the place to go on from after a lost connection, and what it carries."""

    event: str
    id: str
    data: str


def messages(lines: Iterable[str]) -> Iterator[Message]:
    """The events in ``lines``. Comments, and an event that was cut off by the end, are none."""
    event, place = "", ""
    data: list[str] = []
    for line in lines:
        field, _, value = line.rstrip("\r\n").partition(":")
        value = value.removeprefix(" ")
        if not line.rstrip("\r\n"):
            if data:
                yield Message(event or "message", place, "\n".join(data))
            event, data = "", []
        elif field == "event":
            event = value
        elif field == "data":
            data.append(value)
        elif field == "id":
            place = value
