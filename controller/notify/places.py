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
    """``notes`` are ``None`` without a lease table. For several threads: what is remembered is replaced whole."""

    def __init__(self, tags: Tagged, notes: Noted | None) -> None:
        self._tags = tags
        self._notes = notes
        self._known: Mapping[str, str] | None = None  # as they were read last

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
            if name in (self._known or ()):
                self._drop(name)
        elif self._notes is not None:
            if entry == Entry(entry.ledger) and not (entry.ledger.obstacle or entry.ledger.drift):
                self._drop(name)
            else:
                self._notes.write(name, written(entry))
                self._known = {**(self._known or {}), name: written(entry)}

    def _read(self, *, anew: bool) -> Mapping[str, str]:
        if self._notes is not None and (anew or self._known is None):
            self._known = self._notes.read()
        return self._known or {}

    def _drop(self, name: str) -> None:
        if self._notes is not None:
            self._notes.drop(name)
            self._known = {each: text for each, text in (self._known or {}).items() if each != name}


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
