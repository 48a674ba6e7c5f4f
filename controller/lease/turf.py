"""What of the fleet is this replica's, as the loop is told it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconcilers.leases import Shard, shard_of
from reconcilers.model import Scope


@dataclass(frozen=True, slots=True)
class Turf:
    """``ours``: what this replica keeps, ``others``: who keeps the rest.

    ``again``: what is ours and to be looked at now, since it was just taken, or since a look at it was refused while
    the lease was not sure. ``taken``: what of that another replica may have kept since it was last ours, if it was.
    """

    ours: frozenset[Shard] = frozenset()
    others: Mapping[Shard, str] = field(default_factory=dict)
    again: frozenset[Shard] = frozenset()
    taken: frozenset[Shard] = frozenset()

    def keeper(self, scope: Scope) -> str | None:
        """The replica that keeps a scope; empty where none does, ``None`` for this one."""
        shard = shard_of(scope)
        return None if shard in self.ours else self.others.get(shard, "")
