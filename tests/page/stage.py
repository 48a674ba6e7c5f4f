"""The daemon's HTTP face on a free port, over a board that a test fills: what is reported there is seen on the page."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry

from controller.loop.board import Board
from controller.loop.journal import Journal
from controller.source.snapshot import Snapshot
from controller.web.app import build
from controller.web.face import Face
from controller.web.identity.gate import Gate
from controller.web.server import HttpServer
from controller.web.stream import Hub
from reconcilers.history import History
from reconcilers.model import Service, ServiceKey
from reconcilers.report import Report
from reconcilers.verdict import Order
from tests.page.fleets import NOW

TOKEN = "t0ken"


@dataclass
class Asked:
    """A loop that notes what it is asked for."""

    board: Board
    orders: list[tuple[ServiceKey, Order]] = field(default_factory=list)

    def look_at_source(self) -> None:
        """Nobody asks for that on the page."""

    def ask(self, key: ServiceKey, order: Order) -> bool:
        known = self.board.ask(key, order)
        if known:
            self.orders.append((key, order))
        return known


class Stage:
    """A daemon without a loop. ``now`` is its clock; ``histories`` what AWS remembers, by service."""

    def __init__(self, token: str | None = TOKEN, gate: Gate | None = None) -> None:
        self.now = NOW
        self._gate = gate
        self.board = Board()
        self.asked = Asked(self.board)
        self.journal = Journal(self.board, lambda: self.now)
        self.histories: dict[ServiceKey, History] = {}
        self._token = token
        self._hub = Hub()
        self._http: HttpServer | None = None
        self.url = ""

    def start(self, port: int = 0) -> None:
        """Answer, on this port."""
        self._hub = Hub()
        face = Face(
            board=self.board,
            asked=self.asked,
            registry=CollectorRegistry(),
            beats=lambda: True,
            ready=lambda: True,
            now=lambda: self.now,
            version="1.2.3",
            journal=self.journal,
            hub=self._hub,
            history=self._history,
        )
        self._http = HttpServer(build(face, self._token, None, self._gate), "127.0.0.1", port)
        self._http.start()
        self.url = self._http.url

    def stop(self) -> None:
        """End as the daemon does: whoever follows is let go."""
        if self._http is not None:
            self._hub.close()
            self._http.stop()
            self._http = None

    def restart(self) -> None:
        """Another daemon, on the same port, a moment later."""
        self.now += 5.0
        self.start(int(self.url.rpartition(":")[2]))

    def forget(self) -> None:
        """Whoever answers next has read nothing yet."""
        self.board = Board()
        self.asked = Asked(self.board)
        self.journal = Journal(self.board, lambda: self.now)

    @property
    def readers(self) -> int:
        """How many follow the stream."""
        return self._hub.readers

    def adopt(self, snapshot: Snapshot) -> None:
        """A commit was read."""
        self.board.adopt(snapshot, self.now)
        self.journal.polled("changed", 0.1)
        self._hub.poke()

    def silent(self, message: str, remedy: str) -> None:
        """Git did not answer."""
        self.board.source_failed("Timeout", message, remedy, self.now)
        self.journal.polled("failed", 0.1)
        self._hub.poke()

    def report(self, *reports: Report) -> None:
        """Services were looked at."""
        for each in reports:
            told = self.board.reported(each, Order())
            if told is not None:
                self.journal.told(told)
        self._hub.poke()

    def poke(self) -> None:
        """Something changed on the board."""
        self._hub.poke()

    def _history(self, service: Service, _known: object) -> History:
        return self.histories.get(service.key, History(as_of=self.now))


@contextmanager
def on_stage(
    fill: Callable[[Stage], object] | None = None, token: str | None = TOKEN, gate: Gate | None = None
) -> Iterator[Stage]:
    """A daemon that answers, for as long as the block lasts."""
    stage = Stage(token, gate)
    if fill is not None:
        fill(stage)
    stage.start()
    try:
        yield stage
    finally:
        stage.stop()


def filled(stage: Stage, snapshot: Snapshot, reports: Iterable[Report]) -> None:
    """A commit, and what was found of it."""
    stage.adopt(snapshot)
    stage.report(*reports)
