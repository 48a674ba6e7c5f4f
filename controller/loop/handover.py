"""What came from another replica, until Git was read since.

Whoever kept it before may have read a newer commit, shipped it, and been gone before anybody heard of that commit. To
act by an older one would take the newer release back, which nobody asked for. So nothing is changed there until a look
at Git that began after the taking was answered: then no other can have read more.
"""

import threading
from collections.abc import Collection

from reconcilers.leases import Shard, shard_of
from reconcilers.model import Scope


class Handover:
    """For several threads: the lease's tells what was taken, a worker reads Git, and all ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._unread: frozenset[Shard] = frozenset()

    def took(self, shards: Collection[Shard]) -> None:
        """From now on these are ours."""
        with self._lock:
            self._unread |= frozenset(shards)

    def unread(self) -> frozenset[Shard]:
        """What a look at Git that begins now will have been read for."""
        return self._unread

    def read(self, shards: frozenset[Shard]) -> None:
        """Git has answered the look before which these were ``unread``."""
        with self._lock:
            self._unread -= shards

    def over(self, scope: Scope) -> bool:
        """Whether Git was read since the scope came to this replica."""
        return shard_of(scope) not in self._unread
