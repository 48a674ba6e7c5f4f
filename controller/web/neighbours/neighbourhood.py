"""What the routes ask of the other replicas."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from controller.loop.status import ServiceStatus
from controller.web.detail_views import DetailView, HistoryView
from controller.web.fleet_views import FleetRow
from controller.web.neighbours.contacts import Contacts
from controller.web.neighbours.details import PATIENCE, path_of
from controller.web.neighbours.follower import Follower
from controller.web.neighbours.merged import whole
from controller.web.neighbours.wire import HEADER, MISDIRECTED, NoAnswerError
from controller.web.offered import Reader, for_reader
from controller.web.refusals import Refusal
from controller.web.refusing import RefusedError
from controller.web.views import ServiceView
from reconcilers.model import ServiceKey

T = TypeVar("T")
PATIENCE_WITH_AWS = 6.0  # seconds for what a neighbour asks AWS first: less than it takes to end, and to lose patience
_HISTORY, _SERVICES = TypeAdapter(HistoryView), TypeAdapter(tuple[ServiceView, ...])


class Neighbourhood:
    """The other replicas, as ``contacts`` reach them and ``follower`` keeps up with them."""

    def __init__(self, contacts: Contacts, follower: Follower) -> None:
        self._contacts = contacts
        self._follower = follower

    def asks(self, headers: Mapping[str, str]) -> bool:
        """Whether it is a neighbour that asks: then what this replica keeps itself is the answer, and no more.

        Raises ``RefusedError`` (421) where another replica is meant.
        """
        meant = headers.get(HEADER)
        if meant is None:
            return False
        if meant != self._contacts.me:
            raise _misdirected("Another replica is meant, and is not here.")
        return True

    def keeper(self, headers: Mapping[str, str], status: ServiceStatus | None) -> str:
        """Whom to ask about a service; empty where the answer is here.

        Raises ``RefusedError`` (421) where a neighbour asks for what another one keeps.
        """
        kept_by = status.kept_by if status is not None else None
        if not self.asks(headers):
            return kept_by or ""
        if kept_by is not None:
            raise _misdirected("Another replica keeps it.")
        return ""

    def detail(self, keeper: str, key: ServiceKey, reader: Reader) -> DetailView | None:
        """A service as its keeper knows it, with what ``reader`` may do; ``None``: it does not say."""
        view = self._follower.details.ask(keeper, key) if keeper else None
        return for_reader(view, reader) if view is not None else None

    def begin(self, status: ServiceStatus | None) -> None:
        """Somebody is about to follow what happens, and what becomes of a service where one is given."""
        self.look()
        if status is not None and status.kept_by:
            self._follower.details.begin(status.kept_by, status.wanted.key)

    def watched(self, status: ServiceStatus | None, reader: Reader) -> DetailView | None:
        """A service that somebody watches, as its keeper had it a moment ago; ``None``: it did not say."""
        if status is None or not status.kept_by:
            return None
        view = self._follower.details.watched(status.kept_by, status.wanted.key)
        return for_reader(view, reader) if view is not None else None

    def history(self, keeper: str, key: ServiceKey) -> HistoryView | None:
        """What was tried with a service, as its keeper has it from AWS; ``None``: it does not say."""
        return self._ask(keeper, f"{path_of(key)}/history", _HISTORY, PATIENCE_WITH_AWS)

    def services(self, ours: list[ServiceView], statuses: tuple[ServiceStatus, ...]) -> list[ServiceView]:
        """Every service, whole: what another replica keeps as that one has it, where it says so."""
        near = self._contacts.addresses()
        keepers = sorted({each.kept_by for each in statuses if each.kept_by is not None} & near.keys())
        if not keepers:
            return ours
        with ThreadPoolExecutor(len(keepers), "services") as threads:  # one waits for them all, and none for long
            found = threads.map(partial(self._ask, path="services", shape=_SERVICES, within=PATIENCE), keepers)
            return whole(ours, statuses, {id_: views for id_, views in zip(keepers, found, strict=True) if views})

    def look(self) -> None:
        """See to it that ``line`` is of this moment, as far as the neighbours answer within two seconds."""
        self._follower.look()

    def line(self, status: ServiceStatus) -> FleetRow | None:
        """A service's line as its keeper has it; ``None`` where that is not known, or this replica is the keeper."""
        return self._follower.line(status)

    def start(self) -> None:
        """Keep up by oneself from now on while somebody reads a stream."""
        self._follower.start()

    def stop(self) -> None:
        """Ask nobody any more."""
        self._follower.stop()
        self._contacts.stop()

    def _ask(self, id_: str, path: str, shape: TypeAdapter[T], within: float) -> T | None:
        if not id_:
            return None
        try:
            return shape.validate_json(self._contacts.get(id_, path, within))
        except (NoAnswerError, ValidationError):  # another version may speak otherwise
            return None


def _misdirected(why: str) -> RefusedError:
    return RefusedError(MISDIRECTED, Refusal(detail=why))
