"""What a replica may change, and what it says of Git to the others: by what was read of Git since the start."""

from controller.lease.means import Lease
from controller.loop.board import Board
from controller.loop.recalling import alike
from reconcilers.leases import Shard, shard_of
from reconcilers.model import Service
from reconcilers.outcome import Blocked, BlockedBy, Finding, Outcome, Waiting

_LOOK_AT_GIT = "See that Git answers: what is wrong with it is told beside this. Then it goes on by itself."
SHUT = Waiting(
    "Git was not read since the start, and may want something newer by now: nothing is changed until it is read.",
    "Git",
    60.0,
    _LOOK_AT_GIT,
)
TAKEN = Waiting(
    "Another replica may have read a newer commit before this one took over: nothing is changed until Git is read.",
    "Git",
    15.0,
    _LOOK_AT_GIT,
)
_DOUBTED = Finding(
    "ManifestBroken",
    "Its manifest is broken, and what stands is what this replica read of it before it took over: another one may have "
    "read and shipped a newer one since. Nothing is changed until it can be read.",
    "Mend the manifest: what is wrong with it is told beside this.",
)
DOUBTED = Blocked(BlockedBy.MANIFEST, (_DOUBTED,))
# The key is in the queue again since that commit was read.
OVERTAKEN = Waiting("A newer commit was read since this look began: the next one goes by that.", "Trueup", 5.0)


def gate(lease: Lease, board: Board, wanted: Service) -> Outcome | None:
    """``None`` where something may be changed now: nobody else acts there, and Git is known to want it."""
    shut = lease.gate(wanted.scope)
    if shut is not None:
        return shut
    if board.source.recalled:
        return SHUT
    if not board.handover.over(wanted.scope):
        return TAKEN
    if board.handover.doubted(wanted.key):
        return DOUBTED
    now = board.service(wanted.key)
    return None if now is not None and alike(now.wanted, wanted) else OVERTAKEN


def seen(board: Board) -> tuple[str, frozenset[Shard]]:
    """The newest commit that was read, empty before the first, and the shards of what is known to be wanted."""
    snapshot, recalled = board.snapshot, board.source.recalled
    if snapshot is None:
        return "", frozenset()
    shards = frozenset(shard_of(each.scope) for each in snapshot.services.values())
    return "" if recalled else snapshot.revision.commit, shards
