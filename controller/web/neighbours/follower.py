"""Keeps up with what the neighbours say of the fleet, for as long as somebody looks."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace

from pydantic import TypeAdapter, ValidationError

from controller.loop.journal import MOST, Journal
from controller.loop.status import ServiceStatus
from controller.web.fact_views import ActivityView
from controller.web.fleet_views import FleetRow, FleetView
from controller.web.neighbours.contacts import Contacts
from controller.web.neighbours.details import PATIENCE, Details
from controller.web.neighbours.merged import Said, fact_of, heard, line
from controller.web.neighbours.wire import NoAnswerError
from controller.web.stream import Hub

YOUNG = 1.0  # seconds for which what was said is not asked for again
THREADS = 4  # an installation has five replicas at most
AGAIN = 30.0  # seconds after which the newest facts are read once more
NEWEST = 200
_FLEET, _ACTIVITY = TypeAdapter(FleetView), TypeAdapter(ActivityView)


class Follower:
    """For several threads. ``clock``: seconds that only go forward. ``hub``: its readers are who looks all the time.

    What happened goes into ``journal``, and whoever watches one service finds it in ``details``.
    """

    def __init__(self, contacts: Contacts, journal: Journal, hub: Hub, clock: Callable[[], float]) -> None:
        self._contacts = contacts
        self._journal = journal
        self._hub = hub
        self._clock = clock
        self.details = Details(contacts, clock)
        self._lock = threading.Lock()  # guards what follows
        self._said: Mapping[str, Said] = {}
        self._under_way: dict[str, Future[None]] = {}
        self._threads: ThreadPoolExecutor | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="neighbours", daemon=True)

    def line(self, status: ServiceStatus) -> FleetRow | None:
        """A service's line as its keeper has it; ``None`` where that is not known, or this replica is the keeper."""
        return line(self._said, status, self._clock()) if status.kept_by else None

    def look(self) -> None:
        """Ask whoever was not asked a moment ago, and wait for the answers, but not for who has kept silent before."""
        near = self._contacts.addresses()
        with self._lock:
            self._said = {id_: each for id_, each in self._said.items() if id_ in near}
            asked = {id_: found for id_ in near if (found := self._asked(id_)) is not None}
        wait([each for id_, each in asked.items() if not self._contacts.silent(id_)], PATIENCE)

    def start(self) -> None:
        """From now on look by itself while somebody reads a stream."""
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        with self._lock:
            threads, self._threads = self._threads, None
        if threads is not None:
            threads.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        while not self._ended.wait(YOUNG):
            if self._hub.readers:
                self.look()

    def _asked(self, id_: str) -> "Future[None] | None":
        """The question that is under way or begins now; ``None`` where none is due."""
        found = self._under_way.get(id_)
        if found is not None and not found.done():
            return found
        young = self._clock() - self._said.get(id_, Said()).at < YOUNG
        if young or self._ended.is_set():
            return None
        if self._threads is None:
            self._threads = ThreadPoolExecutor(THREADS, "follower")
        self._under_way[id_] = self._threads.submit(self._follow, id_)
        return self._under_way[id_]

    def _follow(self, id_: str) -> None:
        before = self._said.get(id_, Said())
        try:
            now = self._read(id_, self._lined(id_, before))
        except (NoAnswerError, ValidationError):  # another version may speak otherwise
            now = before if before.counts(self._clock()) else Said()
        with self._lock:
            self._said = {**self._said, id_: now}
        watched = self._hub.readers > 0 and now.at > before.at and self.details.again(id_)
        if watched or now.cursor != before.cursor or (now.lines is not before.lines and now.lines != before.lines):
            self._hub.poke()

    def _lined(self, id_: str, said: Said) -> Said:
        """With what changed of its lines."""
        after = "" if said.version is None else f"?after={said.version}"
        answer = self._contacts.get(id_, f"fleet{after}", PATIENCE)
        return heard(said, _FLEET.validate_json(answer), self._clock(), len(answer))

    def _read(self, id_: str, said: Said) -> Said:
        """With what happened. Who did something is learnt late, so the newest facts are read again now and then."""
        again, first = said.at - said.again > AGAIN, said.cursor is None
        asked = f"limit={MOST if first else NEWEST}" if again or first else f"limit={MOST}&after={said.cursor}"
        view = _ACTIVITY.validate_json(self._contacts.get(id_, f"activity?{asked}", PATIENCE))
        self._journal.learn(fact for each in reversed(view.facts) if (fact := fact_of(each)) is not None)
        return replace(said, cursor=view.cursor, again=said.at if again else said.again)
