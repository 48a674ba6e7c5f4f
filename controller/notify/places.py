"""Where what was told of a service is kept: in its tag, and, as long as AWS has no such service, in a note of the lease
table, where there is one. So two replicas, and one whose disk is lost, tell once that its cluster is missing.

A service under ``sync: observe`` has neither: the table is read every second, and there may be thousands.
"""

from collections.abc import Iterator, Mapping
from typing import Protocol

from controller.loop.status import ServiceStatus
from controller.notify.ledger import Entry
from controller.notify.tags import shared
from controller.notify.writing import read, written
from reconcilers.model import SyncPolicy

_TOLD = "told"


class Noted(Protocol):
    """The notes. Each raises ``Retry`` or ``Stalled``."""

    def read(self) -> Mapping[str, str]: ...
    def write(self, name: str, text: str) -> None: ...
    def drop(self, name: str) -> None: ...


class Tagged(Protocol):
    """The tags: ``controller.notify.tags.Tags``."""

    def entries(self, statuses: tuple[ServiceStatus, ...]) -> tuple[Mapping[str, Entry], ...]: ...
    def entry(self, status: ServiceStatus, tag: str) -> Entry: ...
    def write(self, status: ServiceStatus, tag: str, entry: Entry) -> None: ...


class Places:
    """``notes`` are ``None`` without a lease table. For several threads."""

    def __init__(self, tags: Tagged, notes: Noted | None) -> None:
        self._tags = tags
        self._notes = notes
        self._known: dict[str, str] = {}  # every one that was ever read or written here, and not dropped here
        self._was_read = False

    def holds(self, status: ServiceStatus) -> bool:
        """Whether there is a place for what was told of a service."""
        return shared(status) or (self._notes is not None and status.wanted.sync is not SyncPolicy.OBSERVE)

    def entries(self, statuses: tuple[ServiceStatus, ...]) -> tuple[Mapping[str, Entry], ...]:
        """By ``tag_of``, of each service in turn. All of them of one cluster, at most ten."""
        tagged = tuple(each for each in statuses if shared(each))
        on_tags = iter(self._tags.entries(tagged) if tagged else ())
        noted = self._read(anew=len(tagged) < len(statuses))
        return tuple(_newest(next(on_tags) if shared(each) else {}, noted, each) for each in statuses)

    def entry(self, status: ServiceStatus, tag: str) -> Entry:
        """What is kept there now."""
        if shared(status):
            return self._tags.entry(status, tag)
        return read(self._read(anew=True).get(_name(status, tag), ""))

    def write(self, status: ServiceStatus, tag: str, entry: Entry) -> None:
        """Keep it. A note is taken away once nothing stands that it tells of, and once the tag tells it."""
        name = _name(status, tag)
        if shared(status):
            self._tags.write(status, tag, entry)
        if self._notes is None or (shared(status) and name not in self._known):
            return
        stands = entry.claim is not None or entry.ledger.obstacle is not None or entry.ledger.drift is not None
        if shared(status) or not stands:
            self._notes.drop(name)
            self._known.pop(name, None)
        else:
            self._notes.write(name, written(entry))
            self._known[name] = written(entry)

    def _read(self, *, anew: bool) -> Mapping[str, str]:
        if self._notes is not None and (anew or not self._was_read):
            found = self._notes.read()
            self._known.update(found)
            self._was_read = True
            return found
        return dict(self._known)


def _name(status: ServiceStatus, tag: str) -> str:
    return f"{_TOLD}/{tag}/{status.wanted.key}"


def _newest(on_tag: Mapping[str, Entry], noted: Mapping[str, str], status: ServiceStatus) -> Mapping[str, Entry]:
    """What either place tells, of each channel that which tells more."""
    found = {tag: read(noted[name]) for tag, name in _names(noted, str(status.wanted.key))}
    newer = {tag: each for tag, each in found.items() if each.ledger.number > on_tag.get(tag, Entry()).ledger.number}
    return {**on_tag, **newer}


def _names(noted: Mapping[str, str], key: str) -> Iterator[tuple[str, str]]:
    for name in noted:
        kind, _, rest = name.partition("/")
        tag, _, whose = rest.partition("/")
        if (kind, whose) == (_TOLD, key):
            yield tag, name
