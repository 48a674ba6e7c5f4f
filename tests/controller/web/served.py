"""A board that is served as the daemon serves it, and looks that are told to it as the loop tells them."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry

from controller.lease.view import Sharing
from controller.loop.board import Board
from controller.loop.journal import Journal
from controller.source.snapshot import Snapshot
from controller.web.app import build
from controller.web.face import Face
from controller.web.neighbours.contacts import Contacts
from controller.web.neighbours.follower import Follower
from controller.web.neighbours.neighbourhood import Neighbourhood
from controller.web.neighbours.wire import Ask, nobody
from controller.web.server import HttpServer
from controller.web.stream import Hub
from reconcilers.history import History
from reconcilers.model import Service, ServiceKey
from reconcilers.report import Report
from reconcilers.task_logs import TaskLogs
from reconcilers.verdict import Order
from tests.controller.builders import NOW

TOKEN = "t0ken"


@dataclass
class Asked:
    """The loop, for whom orders are all that comes from outside."""

    board: Board
    orders: list[tuple[ServiceKey, Order]] = field(default_factory=list)

    def look_at_source(self) -> None:
        """Nothing to look at."""

    def ask(self, key: ServiceKey, order: Order) -> bool:
        self.orders.append((key, order))
        return self.board.ask(key, order)


class Served:
    """What is behind the routes. ``now`` is what its clock says."""

    def __init__(
        self,
        now: float = NOW,
        token: str | None = TOKEN,
        hub: Hub | None = None,
        secret: str | None = None,
        sharing: Callable[[], Sharing] = Sharing,
        ask: Ask = nobody,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.now = now
        self.board = Board()
        self.journal = Journal(self.board, self._clock)
        self.hub = hub or Hub()
        self.asked = Asked(self.board)
        self.histories: dict[ServiceKey, History] = {}
        self.asked_with: list[object] = []
        self.contacts = Contacts(sharing, ask, monotonic)
        self.follower = Follower(self.contacts, self.journal, self.hub, monotonic)
        self.near = Neighbourhood(self.contacts, self.follower)
        self.app = build(self.face(), token, secret)

    def adopt(self, snapshot: Snapshot) -> None:
        """Git says this."""
        self.board.adopt(snapshot, self.now)
        self.journal.polled("changed", 0.0)
        self.hub.polled("changed", 0.0)

    def look(self, *reports: Report) -> None:
        """These looks were taken, one after the other."""
        for report in reports:
            told = self.board.reported(report, Order())
            if told is not None:
                self.journal.told(told)
                self.hub.told(told)

    def git_fails(self, message: str, remedy: str) -> None:
        self.board.source_failed("timeout", message, remedy, self.now)
        self.journal.polled("timeout", 0.0)
        self.hub.polled("timeout", 0.0)

    def _clock(self) -> float:
        return self.now

    def _history(self, wanted: Service, known: object = None) -> History:
        self.asked_with.append(known)
        return self.histories.get(wanted.key, History((), {}, self.now))

    def face(self) -> Face:
        """What its app stands on."""
        return Face(
            board=self.board,
            asked=self.asked,
            registry=CollectorRegistry(),
            beats=_yes,
            ready=_yes,
            now=self._clock,
            version="1.2.3",
            journal=self.journal,
            hub=self.hub,
            history=self._history,
            logs=lambda *_: TaskLogs(None),
            near=self.near,
        )


def _yes() -> bool:
    return True


@contextmanager
def serving(served: Served, port: int = 0) -> Iterator[str]:
    """Its address, while it is served."""
    server = HttpServer(served.app, "127.0.0.1", port)
    server.start()
    try:
        yield server.url
    finally:
        served.hub.close()
        server.stop()
