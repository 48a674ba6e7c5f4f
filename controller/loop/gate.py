"""What a replica may change, and what it says of Git to the others: by what was read of Git since the start."""

from controller.lease.means import Lease
from controller.loop.board import Board
from controller.loop.handover import TAKEN
from controller.loop.recalling import SHUT, alike
from reconcilers.leases import Shard, shard_of
from reconcilers.model import Service
from reconcilers.outcome import Outcome, Waiting

# The key is in the queue again since that commit was read.
OVERTAKEN = Waiting("A newer commit was read since this look began: the next one goes by that.", "Trueup", 5.0)


def gate(lease: Lease, board: Board, wanted: Service) -> Outcome | None:
    """``None`` where something may be changed now: nobody else acts there, and Git is known to want it."""
    shut = lease.gate(wanted.scope)
    if shut is not None:
        return shut
    if not board.confirmed(wanted):
        return SHUT
    if not board.handover.over(wanted.scope):
        return TAKEN
    now = board.service(wanted.key)
    return None if now is not None and alike(now.wanted, wanted) else OVERTAKEN


def seen(board: Board) -> tuple[str, frozenset[Shard]]:
    """The newest commit that was read, empty before the first, and the shards of what is known to be wanted."""
    snapshot, recalled = board.snapshot, board.source.recalled
    if snapshot is None:
        return "", frozenset()
    shards = frozenset(shard_of(each.scope) for each in snapshot.services.values())
    return "" if recalled else snapshot.revision.commit, shards
