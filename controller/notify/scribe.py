"""Reads the inbox: what was told of a service before, what has happened to it since, and so what is to be told.

All questions that this takes are asked of AWS here, in a thread of its own: one call for ten services that were never
seen, and a service's deployments where some may have come or gone that nobody looked at.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from controller.loop.board import Board, cluster_of
from controller.loop.source_facts import source_fact
from controller.loop.status import ServiceStatus
from controller.notify.courier import Courier
from controller.notify.inbox import Inbox
from controller.notify.ledger import Entry
from controller.notify.news import source_news
from controller.notify.tags import keeper, tag_of
from reconcilers.attempts import Attempt
from reconcilers.model import Cluster, Service, ServiceKey
from reconcilers.outcome import Retry, Stalled

AFTER_FAILURE = 5.0  # seconds until AWS is asked again


class Kept(Protocol):
    """Where ledgers are read from. Raises ``Retry`` or ``Stalled``."""

    def holds(self, status: ServiceStatus) -> bool: ...
    def entries(self, statuses: tuple[ServiceStatus, ...]) -> tuple[Mapping[str, Entry], ...]: ...


@dataclass(frozen=True, slots=True)
class Sight:
    """What the scribe reads. ``attempts`` of a service, newest first; raises ``Retry`` or ``Stalled``."""

    board: Board
    kept: Kept
    attempts: Callable[[Service], tuple[Attempt, ...]]
    now: Callable[[], float]


class Scribe:
    """For one thread. ``wake`` is told of each courier that may have something to tell."""

    def __init__(
        self, couriers: tuple[Courier, ...], sight: Sight, inbox: Inbox, wake: Callable[[Courier], None], log: Any
    ) -> None:
        self._couriers = couriers
        self._sight = sight
        self._inbox = inbox
        self._wake = wake
        self._log = log

    def read(self) -> float | None:
        """Read all that can be read. Seconds until the rest is to be tried again; ``None``: all was read.

        A cluster that does not answer keeps nobody else waiting.
        """
        waits: dict[Cluster, float] = {}
        if self._inbox.take_poll():
            self._part()
            self._look_at_source()
        while batch := self._inbox.batch(waits.keys()):
            try:
                self._learn(batch)
                for key in batch:
                    self._read(key)
            except Retry as retry:
                waits[cluster_of(next(iter(batch.values())))] = retry.after or AFTER_FAILURE
        return min((*waits.values(), *self._read_orders()), default=None)

    def _read_orders(self) -> list[float]:
        """Seconds until each of those that could not be read is to be tried again."""
        waits = []
        for fact in self._inbox.take_orders():
            status = self._sight.board.service(fact.service) if fact.service is not None else None
            if status is None:
                continue  # it has left Git meanwhile
            try:
                self._learn({status.wanted.key: status})
            except Retry as retry:
                waits.append(retry.after or AFTER_FAILURE)
                self._inbox.put_order(fact)
                continue
            for courier in self._couriers:
                courier.order(fact, status)
                self._wake(courier)
        return waits

    def _learn(self, batch: Mapping[ServiceKey, ServiceStatus]) -> None:
        """What was told of these services before this process began."""
        new = {key: each for key, each in batch.items() if not all(courier.knows(key) for courier in self._couriers)}
        tagged = tuple(each for each in new.values() if self._sight.kept.holds(each))
        found = dict(zip((each.wanted.key for each in tagged), self._entries(tagged), strict=True))
        for key, status in new.items():
            for courier in self._couriers:
                if not courier.knows(key):
                    entry = found.get(key, {}).get(tag_of(courier.channel.name, key), Entry())
                    courier.learn(key, entry, status if key in found else None, status)

    def _entries(self, tagged: tuple[ServiceStatus, ...]) -> tuple[Mapping[str, Entry], ...]:
        if not tagged:
            return ()
        try:
            return self._sight.kept.entries(tagged)
        except Stalled as stalled:
            self._log.warning("what was told cannot be read", text=stalled.message, remedy=stalled.remedy)
            return ({},) * len(tagged)

    def _read(self, key: ServiceKey) -> None:
        while (look := self._inbox.first(key)) is not None:
            try:
                self._show(look)
            except Retry:
                raise
            except Exception:  # noqa: BLE001 - a defect in one look must not stand before all others
                self._log.exception("a look could not be read", service=str(key))
            self._inbox.drop(look)

    def _show(self, look: ServiceStatus) -> None:
        if self._sight.board.service(look.wanted.key) is None:
            return  # it has left Git meanwhile
        seen = self._closer(look)
        for courier in self._couriers:
            courier.consider(seen)
            self._wake(courier)

    def _closer(self, status: ServiceStatus) -> ServiceStatus:
        """With the deployments of a service, where one may have come or gone that nobody looked at."""
        if status.live is None or not any(courier.unsure(status) for courier in self._couriers):
            return status
        try:
            return replace(status, live=replace(status.live, attempts=self._sight.attempts(status.wanted)))
        except Stalled as stalled:
            self._log.warning(
                "deployments could not be looked at", service=str(status.wanted.key), text=stalled.message
            )
            return status

    def _part(self) -> None:
        """From services that have left Git."""
        board = self._sight.board
        if board.snapshot is None:
            return
        for courier in self._couriers:
            courier.leave(lambda key: board.service(key) is None)
            self._wake(courier)

    def _look_at_source(self) -> None:
        """What is not known yet, or could not be asked, is asked again at the next poll."""
        board, now = self._sight.board, self._sight.now()
        snapshot, source = board.snapshot, board.source
        stale = source_fact(source, snapshot.revision.commit if snapshot is not None else None, now)
        if snapshot is None and stale is None:
            return
        try:
            kept_by = keeper(board.services())
            self._learn_source(kept_by)
        except (LookupError, Retry):
            return
        for courier in self._couriers:
            courier.consider_source(lambda ledger: source_news(ledger, source, stale, now), kept_by)
            self._wake(courier)

    def _learn_source(self, kept_by: ServiceStatus | None) -> None:
        new = [courier for courier in self._couriers if not courier.knows(None)]
        entries = self._entries((kept_by,) if new and kept_by is not None else ())
        for courier in new:
            entry = entries[0].get(tag_of(courier.channel.name, None), Entry()) if entries else Entry()
            courier.learn(None, entry, kept_by, kept_by)
