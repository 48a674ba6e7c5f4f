"""How the fleet is shared, for whoever asks: the API, the metrics, the page."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from controller.lease.beliefs import Belief
from reconcilers.leases import Holding, Shard

_NEVER = Holding("", 0)


@dataclass(frozen=True, slots=True)
class Sharing:
    """As far as one replica knows. ``me``: its id, empty while it has no lease. ``left``: for how many seconds it may
    act without another renewal. ``trouble``: why the table does not answer, as one word. ``commits``: the newest that
    each replica has read, by id. ``holdings``: who keeps what; an empty holder is nobody. ``wanted``: all shards that
    somebody sees in Git. ``addresses``: where each replica says that it is asked, by id; empty where it does not say.
    """

    me: str = ""
    left: float = 0.0
    trouble: str = ""
    commits: Mapping[str, str] = field(default_factory=dict)
    holdings: Mapping[Shard, Holding] = field(default_factory=dict)
    wanted: frozenset[Shard] = frozenset()
    addresses: Mapping[str, str] = field(default_factory=dict)

    @property
    def ours(self) -> frozenset[Shard]:
        """What this replica keeps."""
        return frozenset(shard for shard, each in self.holdings.items() if self.me and each.holder == self.me)

    @property
    def acts(self) -> bool:
        """Whether this replica is one of those that act. With nothing to keep, any that could would."""
        return self.left > 0 and (bool(self.ours) or not self.wanted)


def sharing(belief: Belief | None, now: float, trouble: str) -> Sharing:
    """What there is to say of a belief. Whoever is not in the table any more holds nothing."""
    if belief is None:
        return Sharing(trouble=trouble)
    rows = belief.table.replicas
    return Sharing(
        me=belief.me,
        left=max(0.0, belief.sure_until - now),
        trouble=trouble,
        commits={id_: each.commit for id_, each in rows.items()},
        holdings=holdings(belief),
        wanted=_wanted(belief),
        addresses={id_: each.address for id_, each in rows.items()},
    )


def holdings(belief: Belief) -> dict[Shard, Holding]:
    """Who keeps what, as far as a belief goes."""
    known, shards = belief.table.holdings, _wanted(belief) | belief.held.keys()
    return {shard: _alive(known.get(shard, _NEVER), belief, shard) for shard in shards}


def _wanted(belief: Belief) -> frozenset[Shard]:
    return frozenset[Shard]().union(*(each.shards for each in belief.table.replicas.values()))


def _alive(found: Holding, belief: Belief, shard: Shard) -> Holding:
    if found.holder == belief.me:
        return found if shard in belief.held else Holding("", found.epoch)
    return found if found.holder in belief.table.replicas else Holding("", found.epoch)
