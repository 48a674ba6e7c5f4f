"""What changes, sent as it changes: server-sent events for the page and for ``--watch``.

One hub for all readers: the loop pokes it from its workers, and each reader is woken, reads what changed since it was
woken last, and sleeps again. Nothing is kept for a reader but two numbers, so that a slow one costs nothing but its
connection: it gets fewer and larger messages.
"""

import asyncio
import re
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from controller.loop.board import Told
from controller.loop.journal import Journal
from controller.loop.surroundings import Swept
from controller.web.fleet import Fleet
from controller.web.showing import fact_view
from controller.web.views import View

MOST_READERS = 200
PAUSE = 0.25  # seconds between two messages to one reader at least: changes that come together go together
HEARTBEAT = 15.0  # seconds of silence after which a proxy is told that the connection lives
_PLACE = re.compile(r"([0-9]{1,18})-([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class Place:
    """How far a reader is: the fleet's version, and the journal's cursor."""

    version: int | None
    cursor: int

    def __str__(self) -> str:
        return f"{self.version or 0}-{self.cursor}"

    @staticmethod
    def read(text: str) -> "Place | None":
        """``Last-Event-ID`` as this hub wrote it."""
        known = _PLACE.fullmatch(text)
        return Place(int(known[1]), int(known[2])) if known else None


class Hub:
    """An observer of the loop that wakes whoever reads."""

    def __init__(self, heartbeat: float = HEARTBEAT, most: int = MOST_READERS) -> None:
        self._heartbeat = heartbeat
        self._most = most
        self._lock = threading.Lock()
        self._readers: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}
        self._closed = False

    @property
    def full(self) -> bool:
        """Whether no reader more is taken."""
        return self._closed or len(self._readers) >= self._most

    @property
    def readers(self) -> int:
        return len(self._readers)

    def told(self, _told: Told) -> None:
        self.poke()

    def swept(self, _swept: Swept) -> None:
        self.poke()

    def polled(self, _result: str, _seconds: float) -> None:
        self.poke()

    def broke(self, _what: str, _error: Exception, /) -> None:
        """Nothing changed."""

    def poke(self) -> None:
        """Something may have changed. From any thread."""
        with self._lock:
            for event, loop in self._readers.items():
                loop.call_soon_threadsafe(event.set)

    def close(self) -> None:
        """The daemon ends: let every reader go, and take no more."""
        self._closed = True
        self.poke()

    def messages(self, fleet: Fleet, journal: Journal, place: Place) -> AsyncIterator[str]:
        """Server-sent events from ``place`` on, until the hub closes or the reader is gone."""
        at = place

        def look() -> str:
            nonlocal at
            at, text = _since(fleet, journal, at)
            return text

        return self.follow(look)

    async def follow(self, look: Callable[[], str | None]) -> AsyncIterator[str]:
        """What ``look`` finds to send, now and after each poke, until it finds that there is nothing to follow."""
        event = asyncio.Event()
        with self._lock:
            self._readers[event] = asyncio.get_running_loop()
        try:
            yield "retry: 2000\n\n"
            while not self._closed:
                event.clear()
                text = look()
                if text is None:
                    return
                if text:
                    yield text
                await asyncio.sleep(PAUSE)
                yield await self._awaited(event)
        finally:
            with self._lock:
                self._readers.pop(event, None)

    async def _awaited(self, event: asyncio.Event) -> str:
        """Wait for a poke; what to send meanwhile."""
        try:
            await asyncio.wait_for(event.wait(), self._heartbeat)
        except TimeoutError:
            return ": still here\n\n"
        return ""


def _since(fleet: Fleet, journal: Journal, place: Place) -> tuple[Place, str]:
    view = fleet.view(place.version)
    cursor, facts = journal.after(place.cursor)
    now = Place(view.version, cursor)
    said = [message("fact", fact_view(fact), now) for fact in facts] if place.cursor else []
    if view.version != place.version:
        said.append(message("fleet", view, now))
    return now, "".join(said)


def message(event: str, view: View, place: Place) -> str:
    """One server-sent event, which says how far whoever has read it is."""
    return f"event: {event}\nid: {place}\ndata: {view.model_dump_json(by_alias=True)}\n\n"
