"""What the loop is asked to look at."""

from dataclasses import dataclass
from typing import assert_never

from reconcilers.model import Cluster, ServiceKey


@dataclass(frozen=True, slots=True)
class SyncSource:
    """Look at the repository."""


@dataclass(frozen=True, slots=True)
class Recollect:
    """Read of one service what AWS remembers from before the start."""


Key = SyncSource | Cluster | ServiceKey | Recollect


def word(key: Key) -> str:
    """What a key is about."""
    match key:
        case SyncSource():
            return "source"
        case Cluster(name=name):
            return f"sweep of {name}"
        case ServiceKey():
            return str(key)
        case Recollect():
            return "recollection"
        case _:
            assert_never(key)
