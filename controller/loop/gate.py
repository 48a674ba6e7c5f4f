"""What a replica may change, and what it says of Git to the others: by what was read of Git since the start."""

from controller.lease.means import Lease
from controller.loop.board import Board
from controller.loop.handover import TAKEN
from controller.loop.recalling import SHUT
from reconcilers.leases import Shard, shard_of
from reconcilers.model import Service
from reconcilers.outcome import Outcome


def gate(lease: Lease, board: Board, wanted: Service) -> Outcome | None:
    """``None`` where something may be changed now: nobody else acts there, and Git is known to want it."""
    shut = lease.gate(wanted.scope)
    if shut is not None:
        return shut
    if not board.confirmed(wanted):
        return SHUT
    return None if board.handover.over(wanted.scope) else TAKEN


def seen(board: Board) -> tuple[str, frozenset[Shard]]:
    """The newest commit that was read, empty before the first, and the shards of what is known to be wanted."""
    snapshot, recalled = board.snapshot, board.source.recalled
    if snapshot is None:
        return "", frozenset()
    shards = frozenset(shard_of(each.scope) for each in snapshot.services.values())
    return "" if recalled else snapshot.revision.commit, shards
