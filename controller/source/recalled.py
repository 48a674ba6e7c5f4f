"""What stood when an earlier process last looked at Git, for as long as this one cannot."""

from dataclasses import dataclass

from controller.source.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Recalled:
    """What the commit says that this disk was the last to apply. Somebody else may have applied a newer one since.

    ``looked_at``: when the branch was last looked at well, in seconds since the epoch.
    """

    snapshot: Snapshot
    looked_at: float
