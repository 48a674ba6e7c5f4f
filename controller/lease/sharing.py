"""Which replica is to keep which shard: level to within one, and with the fewest shards that move.

What is kept stays where it is as far as that is level. The rest goes, shard by shard, to whichever of the replicas with
room scores highest for it: rendezvous hashing (Thaler and Ravishankar, 1996) with bounded loads. Everybody who read the
same table comes to the same answer.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping
from functools import lru_cache

from reconcilers.leases import Shard


def share(shards: Collection[Shard], replicas: Collection[str], kept: Mapping[Shard, str]) -> dict[Shard, str]:
    """Who is to keep each of ``shards``. ``kept``: who does now; those that are not among ``replicas`` do not count."""
    return dict(_shared(frozenset(shards), frozenset(replicas), frozenset(kept.items())))


@lru_cache(maxsize=256)  # most readings of the table are like the one before
def _shared(
    shards: frozenset[Shard], replicas: frozenset[str], now: frozenset[tuple[Shard, str]]
) -> Mapping[Shard, str]:
    if not replicas:
        return {}
    kept = {shard: keeper for shard, keeper in now if shard in shards and keeper in replicas}
    room, keepers = _room(len(shards), replicas, kept), dict[Shard, str]()
    for shard, keeper in sorted(kept.items(), key=lambda each: (_score(*each), each), reverse=True):
        if room[keeper] > 0:
            keepers[shard] = keeper
            room[keeper] -= 1
    for shard in sorted(shards - keepers.keys()):
        keeper = max((each for each in room if room[each] > 0), key=lambda each: (_score(shard, each), each))
        keepers[shard] = keeper
        room[keeper] -= 1
    return keepers


def _room(count: int, replicas: Collection[str], kept: Mapping[Shard, str]) -> dict[str, int]:
    """How many each may keep; the one more, where they do not come out even, for those that keep the most now."""
    holds = Counter(kept.values())
    even, more = divmod(count, len(replicas))
    first = sorted(replicas, key=lambda each: (-holds[each], each))
    return {each: even + (number < more) for number, each in enumerate(first)}


@lru_cache(maxsize=4096)  # every reading of the table asks for the same few again
def _score(shard: Shard, replica: str) -> int:
    return int.from_bytes(hashlib.blake2b(f"{shard}\0{replica}".encode(), digest_size=8).digest(), "big")
