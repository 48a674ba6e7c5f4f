"""Services of other replicas that somebody watches here: each whole, as its keeper had it a moment ago."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf
from urllib.parse import quote

from pydantic import TypeAdapter, ValidationError

from controller.web.detail_views import DetailView
from controller.web.neighbours.contacts import Contacts
from controller.web.neighbours.merged import GRACE
from controller.web.neighbours.wire import NoAnswerError, NotTheirsError
from reconcilers.model import ServiceKey

PATIENCE = 2.0  # seconds for what a neighbour knows
MOST = 2 << 20  # bytes: a task definition has 64 KiB, and what differs in it comes twice more
WATCHED = 40.0  # seconds for which a service counts as watched: who reads a stream looks every fifteen at least
_DETAIL = TypeAdapter(DetailView)


@dataclass(frozen=True, slots=True)
class _Kept:
    """``watched``, ``at``: when somebody looked at it last, and when its keeper said ``view``, if it did."""

    watched: float
    at: float = -inf
    view: DetailView | None = None


class Details:
    """For several threads. ``clock``: seconds that only go forward."""

    def __init__(self, contacts: Contacts, clock: Callable[[], float]) -> None:
        self._contacts = contacts
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, ServiceKey], _Kept] = {}

    def ask(self, keeper: str, key: ServiceKey) -> DetailView | None:
        """A service as its keeper has it now; ``None``: it does not say."""
        try:
            return self._asked(keeper, key)
        except (NoAnswerError, ValidationError):  # another version may speak otherwise
            return None

    def begin(self, keeper: str, key: ServiceKey) -> None:
        """Somebody is about to watch it."""
        view, now = self.ask(keeper, key), self._clock()
        if view is not None:
            with self._lock:
                self._kept[keeper, key] = _Kept(now, now, view)

    def watched(self, keeper: str, key: ServiceKey) -> DetailView | None:
        """As its keeper had it when asked last; ``None`` where that is too long ago. Waits for nobody: it is asked for
        from now on, whoever came to keep it meanwhile.
        """
        now = self._clock()
        with self._lock:
            found = replace(self._kept.get((keeper, key), _Kept(now)), watched=now)
            self._kept[keeper, key] = found
        return found.view if now - found.at <= GRACE else None

    def again(self, keeper: str) -> bool:
        """Ask a keeper for all that is watched. Whether any reads otherwise, beyond that it was looked at again."""
        now = self._clock()
        with self._lock:
            self._kept = {name: each for name, each in self._kept.items() if now - each.watched <= WATCHED}
            due = [key for id_, key in self._kept if id_ == keeper]
        news = False
        for key in due:
            try:
                news |= self._renew(keeper, key)
            except NotTheirsError:
                continue  # it gave the service away, and we have not heard yet
            except (NoAnswerError, ValidationError):
                break
        return news

    def _renew(self, keeper: str, key: ServiceKey) -> bool:
        view = self._asked(keeper, key)
        with self._lock:
            before = self._kept.get((keeper, key))
            if before is None:
                return False
            self._kept[keeper, key] = replace(before, at=self._clock(), view=view)
        known = before.view
        return known is None or view.model_copy(update={"seen_at": known.seen_at}) != known

    def _asked(self, keeper: str, key: ServiceKey) -> DetailView:
        answer = self._contacts.get(keeper, path_of(key), PATIENCE)
        if len(answer) > MOST:
            raise NoAnswerError("too long")
        return _DETAIL.validate_json(answer)


def path_of(key: ServiceKey) -> str:
    """Where the API has a service."""
    return f"services/{quote(key.environment, safe='')}/{quote(key.name, safe='')}"
