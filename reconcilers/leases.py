"""The lease table's rows and what may be written to it: who is there, and who keeps what.

A row for each replica, which it alone renews, and a row for each shard, which says who took it last. Every write holds
for one state of one row only, so that of two replicas that want the same one is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from reconcilers.digest import Digest
from reconcilers.model import Scope, ServiceKey
from reconcilers.verdict import Order


@dataclass(frozen=True, slots=True, order=True)
class Shard:
    """What AWS meters by, and what one replica keeps: an account in a region. ``account``: empty for Trueup's own."""

    account: str
    region: str

    def __str__(self) -> str:
        return f"{self.account or 'own'}/{self.region}"


@lru_cache(maxsize=4096)  # asked for every key that waits, at every question of the lease
def shard_of(scope: Scope) -> Shard:
    """The shard of a scope: the account is its role's."""
    parts = (scope.role_arn or "").split(":")
    return Shard(parts[4] if len(parts) > 4 else "", scope.region)


@dataclass(frozen=True, slots=True)
class Replica:
    """A replica's row. ``beat`` goes up with each renewal; ``ttl`` is for how long one is good, in seconds.

    ``commit`` is the newest that it has read, empty before the first: until then it keeps nothing that another one can.
    ``shards`` are those that this commit has services in, or the one that its disk knows of. ``address`` is where the
    other replicas ask it, empty where nobody can.
    """

    id: str
    ttl: float
    beat: int = 1
    commit: str = ""
    shards: frozenset[Shard] = frozenset()
    address: str = ""


@dataclass(frozen=True, slots=True)
class Holding:
    """A shard's row: who took it last (empty: it was given back), and how often it had been taken by then."""

    holder: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Errand:
    """What a person asked another replica for than the one that keeps the service; ``release``: which they saw."""

    service: ServiceKey
    release: Digest
    order: Order


@dataclass(frozen=True, slots=True)
class Table:
    """All rows, each as of some moment of one reading."""

    replicas: Mapping[str, Replica] = field(default_factory=dict)
    holdings: Mapping[Shard, Holding] = field(default_factory=dict)
    errands: tuple[Errand, ...] = ()


@dataclass(frozen=True, slots=True)
class Join:
    """Put a new replica's row. An id is used for one Join only, so that a row once gone never comes back."""

    replica: Replica


@dataclass(frozen=True, slots=True)
class Beat:
    """Renew the own row, as long as it is there."""

    id: str
    commit: str
    shards: frozenset[Shard]


@dataclass(frozen=True, slots=True)
class Bury:
    """Take out the row of a replica that has not renewed it since ``beat``."""

    id: str
    beat: int


@dataclass(frozen=True, slots=True)
class Depart:
    """Take out the own row: everything that was kept is free at once."""

    id: str


@dataclass(frozen=True, slots=True)
class Take:
    """Make a shard one's own, if its row still reads ``found`` (``None``: there is none)."""

    shard: Shard
    id: str
    found: Holding | None

    @property
    def taken(self) -> Holding:
        """What the row reads then."""
        return Holding(self.id, (self.found.epoch if self.found else 0) + 1)


@dataclass(frozen=True, slots=True)
class Release:
    """Give a shard back, if it is still held as ``held``."""

    shard: Shard
    held: Holding


@dataclass(frozen=True, slots=True)
class Send:
    """Leave an errand for whoever keeps the service; it takes the place of an earlier one."""

    errand: Errand


@dataclass(frozen=True, slots=True)
class Heard:
    """Take out an errand, unless there is another by now."""

    errand: Errand


OfReplica = Join | Beat | Bury | Depart
OfShard = Take | Release
OfErrand = Send | Heard
Write = OfReplica | OfShard | OfErrand
