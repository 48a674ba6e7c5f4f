"""What stands around a keeper: who asks it, whom it tells, and what it is given."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from controller.lease.beliefs import Terms
from controller.lease.turf import Turf
from controller.lease.view import Sharing
from reconcilers.leases import Errand, Shard, Table, Write
from reconcilers.model import Scope
from reconcilers.outcome import Outcome


class LeaseRows(Protocol):
    """The table. Both raise ``Retry`` or ``Stalled``."""

    def read(self) -> Table: ...
    def write(self, write: Write) -> bool: ...


class Lease(Protocol):
    """What the daemon asks of a ``Keeper``, or of a ``Sole`` where there is no table."""

    @property
    def alive(self) -> bool: ...
    def keeps(self, scope: Scope, /) -> bool: ...
    def enter(self, scope: Scope, /) -> bool: ...
    def leave(self, scope: Scope, /) -> None: ...
    def allows(self, scope: Scope, /) -> bool: ...
    def gate(self, scope: Scope, /) -> Outcome | None: ...
    def send(self, errand: Errand, /) -> None: ...
    def sharing(self) -> Sharing: ...
    def start(self) -> None: ...
    def stop(self, *, idle: bool) -> None: ...


class Audience(Protocol):
    """Who acts on what is kept: the loop."""

    def shared(self, turf: Turf, /) -> None:
        """Something about it is new."""

    def newer_commit(self) -> None:
        """Another replica has read a commit that this one has not."""

    def hear(self, errand: Errand, /) -> bool:
        """Do what a person asked another replica for. ``False``: it is not for this one."""


@dataclass(frozen=True, slots=True)
class Means:
    """What a keeper is given. ``clock``: seconds that only go forward. ``name``: a new id, each time.

    ``wants``: the newest commit that was read (empty: none yet), and the shards it has services in, or those of the
    commit that the disk knows of. ``address``: where the other replicas ask this one, empty for nowhere.
    """

    table: LeaseRows
    terms: Terms
    clock: Callable[[], float]
    name: Callable[[], str]
    wants: Callable[[], tuple[str, frozenset[Shard]]]
    log: Any
    address: Callable[[], str] = str
