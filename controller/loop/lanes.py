"""Who may have a worker: of several accounts and regions, none may have them all.

Each is a lane. AWS answers a look in a second, or does not answer for a minute; without lanes, one account that does
not answer would have every worker wait for it, and all others would wait with them.
"""

from collections.abc import Hashable, Mapping
from math import inf

Lane = Hashable


class Lanes:
    """``workers`` is how many there are to be had. Without threads or a clock."""

    def __init__(self, workers: float = inf) -> None:
        self.workers = workers
        self._silent: set[Lane] = set()

    def heard(self, lane: Lane, *, answered: bool) -> None:
        """How the last look ended: whether AWS answered, or was silent or refused it as one too many."""
        if answered:
            self._silent.discard(lane)
        else:
            self._silent.add(lane)

    def closed(self, waiting: frozenset[Lane], in_hand: Mapping[Lane, int]) -> frozenset[Lane]:
        """Of the lanes that have a key waiting, those that may have no further worker.

        One that is alone may have all. Of several, each leaves one to the others; one whose last look got no answer has
        one only, and all such together half of them.
        """
        if len(waiting | {lane for lane, keys in in_hand.items() if keys}) < 2:
            return frozenset()
        lost = sum(in_hand.get(lane, 0) for lane in self._silent)
        return frozenset(lane for lane in waiting if not self._room(lane, in_hand.get(lane, 0), lost))

    def _room(self, lane: Lane, has: int, lost: int) -> bool:
        if lane in self._silent:
            return has < 1 and lost < max(1, self.workers // 2)
        return has < max(1, self.workers - 1)
