"""What a replica believes, from what it read of the lease table and when, and what it is to write next.

Times are seconds of the replica's own clock, which only goes forward.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import inf

from controller.lease.sharing import share
from reconcilers.leases import Bury, Holding, Release, Replica, Shard, Table, Take


@dataclass(frozen=True, slots=True)
class Terms:
    """``ttl``: the length of a lease, in seconds; all else follows from it."""

    ttl: float

    @property
    def beat(self) -> float:
        """Between two renewals."""
        return self.ttl / 5

    @property
    def look(self) -> float:
        """Between two readings of the table."""
        return self.ttl / 10

    @property
    def sure(self) -> float:
        """For how long a renewal is relied on: the rest is for clocks of different speeds and for calls under way."""
        return self.ttl * 0.7

    @property
    def patience(self) -> float:
        """The longest that a call to the table may take."""
        return self.ttl / 10


@dataclass(frozen=True, slots=True)
class Watched:
    """A count, and since when it has been the same."""

    beat: int
    since: float


@dataclass(frozen=True, slots=True)
class Belief:
    """``me``: the own id. ``sure_until``: when to stop acting, unless renewed. ``earlier``: the holdings of the reading
    before ``table``. ``held``: what is kept, and its epoch. ``offered``: what was given back, whether or not that was
    heard.
    """

    me: str
    terms: Terms
    sure_until: float = -inf
    table: Table = field(default_factory=Table)
    earlier: Mapping[Shard, Holding] = field(default_factory=dict)
    watched: Mapping[str, Watched] = field(default_factory=dict)
    held: Mapping[Shard, int] = field(default_factory=dict)
    offered: Mapping[Shard, int] = field(default_factory=dict)

    def sure(self, now: float) -> bool:
        """Whether the lease is surely still ours."""
        return now < self.sure_until

    def keeps(self, shard: Shard, now: float) -> bool:
        """Whether nobody else can be acting on ``shard``."""
        return shard in self.held and self.sure(now)


def renewed(belief: Belief, sent: float) -> Belief:
    """A renewal that was sent at ``sent`` was answered well."""
    return replace(belief, sure_until=sent + belief.terms.sure)


def looked(belief: Belief, table: Table, at: float) -> Belief:
    """The table was read; the last of it came at ``at``."""
    watched = {
        each.id: before
        if (before := belief.watched.get(each.id)) and before.beat == each.beat
        else Watched(each.beat, at)
        for each in table.replicas.values()
    }
    ours = {shard: each.epoch for shard, each in table.holdings.items() if each.holder == belief.me}
    offered = {shard: epoch for shard, epoch in belief.offered.items() if ours.get(shard) == epoch}
    held = {shard: epoch for shard, epoch in ours.items() if shard not in offered}
    return replace(belief, table=table, earlier=belief.table.holdings, watched=watched, held=held, offered=offered)


def burials(belief: Belief, now: float) -> tuple[Bury, ...]:
    """The rows of replicas that have not renewed them for as long as they said."""
    return tuple(Bury(each.id, each.beat) for each in belief.table.replicas.values() if _over(belief, each, now))


def buried(belief: Belief, bury: Bury) -> Belief:
    """The row is out."""
    rest = {id_: each for id_, each in belief.table.replicas.items() if id_ != bury.id}
    return replace(belief, table=replace(belief.table, replicas=rest))


def plan(belief: Belief) -> dict[Shard, str]:
    """Who is to keep what: every shard that a replica knows of, among the replicas that have read Git, or, where none
    has, among those that know of some by their disks: they look, and change nothing.

    Of the table alone, so that all who read it think the same: one that does not renew counts until its row is out.
    """
    rows = belief.table.replicas.values()
    able = {each.id: each for each in rows if each.commit} or {each.id: each for each in rows if each.shards}
    shards = frozenset[Shard]().union(*(each.shards for each in able.values()))
    kept = {
        shard: each.holder for shard, each in belief.table.holdings.items() if shard in shards and each.holder in able
    }
    return share(shards, able, kept)


def takings(belief: Belief, keepers: Mapping[Shard, str]) -> Iterator[Take]:
    """What of that is ours and free."""
    for shard in sorted(shard for shard, keeper in keepers.items() if keeper == belief.me):
        found = belief.table.holdings.get(shard)
        if found is None or not found.holder or _gone(belief, shard, found):
            yield Take(shard, belief.me, found)


def taken(belief: Belief, take: Take) -> Belief:
    """The shard is ours."""
    holdings = {**belief.table.holdings, take.shard: take.taken}
    held = {**belief.held, take.shard: take.taken.epoch}
    return replace(belief, table=replace(belief.table, holdings=holdings), held=held)


def leavings(belief: Belief, keepers: Mapping[Shard, str]) -> frozenset[Shard]:
    """What we keep and are not to keep any more."""
    return frozenset(shard for shard in belief.held if keepers.get(shard) != belief.me)


def releases(belief: Belief, leaving: Collection[Shard], busy: Collection[Shard]) -> tuple[Release, ...]:
    """What to give back: of ``leaving`` all in which nothing is in hand, and what was given back and not heard."""
    epochs = {**belief.offered, **{shard: belief.held[shard] for shard in leaving if shard not in busy}}
    return tuple(Release(shard, Holding(belief.me, epoch)) for shard, epoch in sorted(epochs.items()))


def offered(belief: Belief, release: Release) -> Belief:
    """The shard is about to be given back: whatever comes of that, this epoch of it is over."""
    held = {shard: epoch for shard, epoch in belief.held.items() if shard != release.shard}
    return replace(belief, held=held, offered={**belief.offered, release.shard: release.held.epoch})


def _over(belief: Belief, row: Replica, now: float) -> bool:
    """Whether another replica has let its lease run out; by its own length of it, or ours if that is longer."""
    if row.id == belief.me:
        return False
    watched = belief.watched[row.id]
    return now - watched.since >= max(row.ttl, belief.terms.ttl)


def _gone(belief: Belief, shard: Shard, found: Holding) -> bool:
    """Whether the holder is no more. One reading is of several moments, and a replica that joined during it may be
    missing beside what it took: only who held a shard by an earlier reading was there before this one began.
    """
    return found.holder not in belief.table.replicas and belief.earlier.get(shard) == found
