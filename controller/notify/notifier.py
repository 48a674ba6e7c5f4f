"""The observer: what the loop saw goes into an inbox, and threads of our own do the rest."""

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Protocol

from controller.loop.board import Board, Told, cluster_of
from controller.loop.loop import Swept
from controller.loop.source_facts import source_fact
from controller.loop.status import ServiceStatus
from controller.notify.courier import Courier
from controller.notify.ledger import Entry
from controller.notify.news import source_news
from controller.notify.tags import shared
from reconcilers.live import Attempt
from reconcilers.model import Service, ServiceKey
from reconcilers.outcome import Retry, Stalled

LOOKS = 8  # of one service that wait to be read; of more, the newest
BATCH = 10  # services of one call
AFTER_FAILURE = 5.0  # seconds until AWS is asked again
IDLE = 60.0  # seconds after which a thread looks around by itself


class Kept(Protocol):
    """Where ledgers are read from. Raises ``Retry`` or ``Stalled``."""

    def entries(self, statuses: tuple[ServiceStatus, ...]) -> tuple[Mapping[str, Entry], ...]: ...


@dataclass(frozen=True, slots=True)
class Sight:
    """What the scribe reads. ``attempts`` of a service, newest first; raises ``Retry`` or ``Stalled``."""

    board: Board
    kept: Kept
    attempts: Callable[[Service], tuple[Attempt, ...]]
    now: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits for one channel. ``oldest``: for how many seconds the oldest fact has waited."""

    channel: str
    pending: int
    oldest: float


class Notifier:
    """An observer of the loop. Takes a record and returns at once, whatever receivers and AWS do."""

    def __init__(self, couriers: tuple[Courier, ...], sight: Sight, log: Any) -> None:
        self._couriers = couriers
        self._sight = sight
        self._log = log
        self._lock = threading.Lock()
        self._inbox: dict[ServiceKey, deque[ServiceStatus]] = {}
        self._polled = False
        self._news = threading.Event()
        self._ending = threading.Event()
        self._wakes = {courier: threading.Event() for courier in couriers}
        self._threads: list[threading.Thread] = []
        for courier in couriers:
            courier.learn(None, Entry())

    def told(self, told: Told) -> None:
        with self._lock:
            self._inbox.setdefault(told.after.wanted.key, deque(maxlen=LOOKS)).append(told.after)
        self._news.set()

    def polled(self, _result: str, _seconds: float) -> None:
        self._polled = True
        self._news.set()

    def swept(self, _swept: Swept) -> None:
        """A sweep alone is no news."""

    def broke(self, _what: str, _error: Exception, /) -> None:
        """A defect of Trueup is the log's matter."""

    def backlog(self) -> tuple[Backlog, ...]:
        """What waits, by channel."""
        now = self._sight.now()
        waiting = ((each.channel.name, *each.waiting()) for each in self._couriers)
        return tuple(Backlog(name, count, max(0.0, now - (since or now))) for name, count, since in waiting)

    def start(self) -> None:
        self._threads = [threading.Thread(target=self._write_down, name="notify-scribe", daemon=True)]
        for courier in self._couriers:
            name = f"notify-{courier.channel.name}"
            self._threads.append(threading.Thread(target=self._carry, args=(courier,), name=name, daemon=True))
        for thread in self._threads:
            thread.start()

    def stop(self, within: float) -> None:
        """Deliver what is at hand in so many seconds. The rest is found again by the next process."""
        until = time.monotonic() + within
        while time.monotonic() < until and (self._unread() or any(each.waiting()[0] for each in self._couriers)):
            time.sleep(0.02)
        self._ending.set()
        for event in (self._news, *self._wakes.values()):
            event.set()
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def scribe(self) -> float | None:
        """Read what waits in the inbox. Seconds until it is to be tried again; ``None``: all was read."""
        if self._polled:
            self._polled = False
            self._consider_source()
        while batch := self._batch():
            try:
                self._learn(batch)
            except Retry as retry:
                self._put_back(batch)
                return retry.after or AFTER_FAILURE
            for key in batch:
                self._read(key)
        return None

    def _unread(self) -> bool:
        with self._lock:
            return bool(self._inbox)

    def _batch(self) -> dict[ServiceKey, ServiceStatus]:
        """The newest look at each of the next services, all of one cluster, as many as one call reads."""
        with self._lock:
            newest = {key: looks[-1] for key, looks in self._inbox.items()}
        for _, group in groupby(newest.items(), key=lambda item: cluster_of(item[1])):
            return dict(list(group)[:BATCH])
        return {}

    def _learn(self, batch: Mapping[ServiceKey, ServiceStatus]) -> None:
        """What was told of these services before this process began."""
        new = {key: each for key, each in batch.items() if not all(courier.knows(key) for courier in self._couriers)}
        tagged = tuple(each for each in new.values() if shared(each))
        try:
            entries = self._sight.kept.entries(tagged) if tagged else ()
        except Stalled as stalled:
            self._log.warning("what was told cannot be read", text=stalled.message, remedy=stalled.remedy)
            entries = ({},) * len(tagged)
        found = dict(zip((each.wanted.key for each in tagged), entries, strict=True))
        for key in new:
            for courier in self._couriers:
                if not courier.knows(key):
                    courier.learn(key, found.get(key, {}).get(courier.channel.name, Entry()))

    def _read(self, key: ServiceKey) -> None:
        with self._lock:
            looks = tuple(self._inbox.pop(key, ()))
        for look in looks:
            seen = self._closer(look)
            for courier in self._couriers:
                courier.consider(seen)
                self._wakes[courier].set()

    def _closer(self, status: ServiceStatus) -> ServiceStatus:
        """With the deployments of a service, where one may have come or gone that nobody looked at."""
        if status.live is None or not any(courier.unsure(status) for courier in self._couriers):
            return status
        try:
            return replace(status, live=replace(status.live, attempts=self._sight.attempts(status.wanted)))
        except (Retry, Stalled) as error:
            self._log.warning("deployments could not be looked at", service=str(status.wanted.key), text=str(error))
            return status

    def _consider_source(self) -> None:
        board, now = self._sight.board, self._sight.now()
        snapshot, source = board.snapshot, board.source
        stale = source_fact(source, snapshot.revision.commit if snapshot is not None else None, now)
        for courier in self._couriers:
            courier.consider_source(lambda ledger: source_news(ledger, source, stale, now))
            self._wakes[courier].set()

    def _put_back(self, batch: Mapping[ServiceKey, ServiceStatus]) -> None:
        """To the end, so that a cluster that does not answer keeps nobody else waiting."""
        with self._lock:
            for key in batch:
                if key in self._inbox:
                    self._inbox[key] = self._inbox.pop(key)

    def _write_down(self) -> None:
        while not self._ending.is_set():
            self._news.clear()
            try:
                wait = self.scribe()
            except Exception:  # noqa: BLE001 - a defect in one look must not end the telling of all
                self._log.exception("noticing what is new broke")
                wait = AFTER_FAILURE
            if wait is None:
                self._news.wait(IDLE)
            else:
                self._ending.wait(wait)

    def _carry(self, courier: Courier) -> None:
        wake = self._wakes[courier]
        while not self._ending.is_set():
            wake.clear()
            try:
                wait = courier.turn()
            except Exception:  # noqa: BLE001 - nor one in a channel
                self._log.exception("a channel broke", channel=courier.channel.name)
                wait = AFTER_FAILURE
            if wait is None:
                wake.wait(IDLE)
            elif wait > 0:
                self._ending.wait(wait)
