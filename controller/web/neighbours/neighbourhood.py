"""What the routes ask of the other replicas."""

from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import quote

from pydantic import TypeAdapter, ValidationError

from controller.loop.status import ServiceStatus
from controller.web.neighbours.contacts import Contacts
from controller.web.neighbours.wire import HEADER, MISDIRECTED, NoAnswerError
from controller.web.offered import Reader, for_reader
from controller.web.refusals import Refusal
from controller.web.refusing import RefusedError
from controller.web.views import DetailView, HistoryView
from reconcilers.model import ServiceKey

T = TypeVar("T")
PATIENCE = 2.0  # seconds for what a neighbour knows
PATIENCE_WITH_AWS = 8.0  # and for what it asks AWS first; whoever waits at a terminal does so for ten
_DETAIL, _HISTORY = TypeAdapter(DetailView), TypeAdapter(HistoryView)


class Neighbourhood:
    """The other replicas, as ``contacts`` reach them."""

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts

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
        view = self._ask(keeper, _path(key), _DETAIL, PATIENCE)
        return for_reader(view, reader) if view is not None else None

    def history(self, keeper: str, key: ServiceKey) -> HistoryView | None:
        """What was tried with a service, as its keeper has it from AWS; ``None``: it does not say."""
        return self._ask(keeper, f"{_path(key)}/history", _HISTORY, PATIENCE_WITH_AWS)

    def stop(self) -> None:
        self._contacts.stop()

    def _ask(self, id_: str, path: str, shape: TypeAdapter[T], within: float) -> T | None:
        if not id_:
            return None
        try:
            return shape.validate_json(self._contacts.get(id_, path, within))
        except (NoAnswerError, ValidationError):  # another version may speak otherwise
            return None


def _path(key: ServiceKey) -> str:
    return f"services/{quote(key.environment, safe='')}/{quote(key.name, safe='')}"


def _misdirected(why: str) -> RefusedError:
    return RefusedError(MISDIRECTED, Refusal(detail=why))
