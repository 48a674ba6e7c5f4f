"""Hearing what a stream says, over as many connections as it takes."""

from collections.abc import Callable
from dataclasses import dataclass

from controller.web.client import Daemon, DaemonError
from controller.web.messages import Message

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 10.0  # seconds between two tries to connect


@dataclass(frozen=True, slots=True)
class Place:
    """A stream, and the ``id`` of the last message of it that is known."""

    stream: str
    last: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """The stream said something."""

    message: Message


@dataclass(frozen=True, slots=True)
class Lost:
    """The connection is lost, and is tried again."""

    why: str


News = Heard | Lost


def follow(daemon: Daemon, place: Place, put: Callable[[News], None], wait: Callable[[float], object]) -> None:
    """Give ``put`` what is said from ``place`` on, and never return. ``wait`` takes the seconds until the next try."""
    last, pause = place.last, FIRST_PAUSE
    while True:
        why = "The daemon ended the connection."
        try:
            for message in daemon.listen(place.stream, last):
                last, pause = message.id or last, FIRST_PAUSE
                put(Heard(message))
        except DaemonError as error:
            why = str(error)
        put(Lost(why))
        wait(pause)
        pause = min(2 * pause, LONGEST_PAUSE)
