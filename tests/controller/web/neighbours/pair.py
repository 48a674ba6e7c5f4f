"""Two replicas that are served: one keeps the services, the other is asked about them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from controller.lease.view import Sharing
from controller.web.neighbours.wire import HEADER, Wire
from controller.web.stream import Hub
from tests.controller.builders import NOW, snapshot
from tests.controller.web.served import TOKEN, Served, serving

SERVICE = "services/prod/notes"


class CountedHub(Hub):
    """Counts how often somebody asks whether anybody reads."""

    def __init__(self) -> None:
        super().__init__()
        self.looked_up = 0

    @property
    def readers(self) -> int:
        self.looked_up += 1
        return super().readers


@dataclass
class Replica:
    """One of them, by its id. ``asked``: what it asked of the other one. ``at``: what its monotonic clock says, where
    that stands still; ``None`` while it runs.
    """

    id: str
    addresses: dict[str, str]
    began: float = NOW
    asked: list[str] = field(default_factory=list)
    at: float | None = None

    def __post_init__(self) -> None:
        self._wire = Wire("1.2.3")
        self.hub = CountedHub()
        self.served = Served(self.began, hub=self.hub, sharing=self._sharing, ask=self._ask, monotonic=self._monotonic)
        self.url = ""

    def _monotonic(self) -> float:
        return time.monotonic() if self.at is None else self.at

    def _sharing(self) -> Sharing:
        return Sharing(me=self.id, addresses=self.addresses)

    def _ask(self, address: str, meant: str, path: str, within: float) -> bytes:
        self.asked.append(path)
        return self._wire(address, meant, path, within)

    def get(self, path: str, *, known: bool = False, meant: str | None = None) -> httpx.Response:
        headers = {"authorization": f"Bearer {TOKEN}"} if known else {}
        headers |= {HEADER: meant} if meant is not None else {}
        return httpx.get(f"{self.url}/api/v1/{path}", headers=headers, timeout=20)

    def says(self, path: str, **more: Any) -> Any:
        answer = self.get(path, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def close(self) -> None:
        self.served.near.stop()
        self._wire.close()


@dataclass
class Pair:
    """``keeper`` keeps everything, and ``other`` knows that it does."""

    keeper: Replica
    other: Replica

    def kept_by(self, id_: str) -> None:
        """Who keeps everything, by what ``other`` believes."""
        self.other.served.board.shared(lambda _: id_)


@contextmanager
def pair() -> Iterator[Pair]:
    addresses: dict[str, str] = {}
    made = Pair(Replica("keeper-1", addresses), Replica("other-1", addresses, NOW + 0.01))
    with serving(made.keeper.served) as keeper, serving(made.other.served) as other:
        made.keeper.url, made.other.url = keeper, other
        addresses.update({"keeper-1": keeper, "other-1": other})
        for each in (made.keeper, made.other):
            each.served.adopt(snapshot())
        made.kept_by("keeper-1")
        try:
            yield made
        finally:
            made.keeper.close()
            made.other.close()
