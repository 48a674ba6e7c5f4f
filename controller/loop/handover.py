"""What came from another replica, until Git was read since.

Whoever kept it before may have read a newer commit, shipped it, and been gone before anybody heard of that commit. To
act by an older one would take the newer release back, which nobody asked for. So nothing is changed there until a look
at Git that began after the taking was answered: then no other can have read more.

Nor does that look tell what to do where a manifest cannot be read by then. What stands is what this replica read of it
last, and whoever kept it before may have read and shipped a newer one in between: of which commits were passed over
here, nobody knows anything. Such a service is in doubt until its manifest is sound again.
"""

import threading
from collections.abc import Collection, Iterable, Mapping

from reconcilers.leases import Shard, shard_of
from reconcilers.model import Scope, Service, ServiceKey


class Handover:
    """For several threads: the lease's tells what was taken, a worker reads Git, and all ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._takings = 0
        self._unread: Mapping[Shard, int] = {}  # each with the taking that it came by
        self._doubted: frozenset[ServiceKey] = frozenset()

    def took(self, shards: Collection[Shard]) -> None:
        """From now on these are ours."""
        with self._lock:
            self._takings += 1
            self._unread = {**self._unread, **dict.fromkeys(shards, self._takings)}

    def unread(self) -> Mapping[Shard, int]:
        """What a look at Git that begins now will have been read for."""
        return self._unread

    def read(self, before: Mapping[Shard, int], stale: Iterable[Service]) -> None:
        """Git has answered the look ``before`` which that was ``unread``; of ``stale`` the manifests are broken now."""
        with self._lock:
            # Those first: whoever finds the shard open must find them in doubt.
            self._doubted |= {each.key for each in stale if shard_of(each.scope) in before}
            self._unread = {shard: taking for shard, taking in self._unread.items() if before.get(shard) != taking}

    def mended(self, stale: Collection[ServiceKey]) -> frozenset[ServiceKey]:
        """A commit was read, of which no other manifests than these are broken. What is in doubt no more."""
        with self._lock:
            sound = self._doubted.difference(stale)
            self._doubted -= sound
            return sound

    def doubted(self, key: ServiceKey) -> bool:
        """Whether another replica may have shipped a newer manifest than the one that stands here."""
        return key in self._doubted

    def over(self, scope: Scope) -> bool:
        """Whether Git was read since the scope came to this replica."""
        return shard_of(scope) not in self._unread
