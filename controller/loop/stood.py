"""Since when things are as the first look found them: a process that has just come asks AWS's record and Git."""

from reconcilers.live import Live
from reconcilers.model import Revision
from reconcilers.outcome import Differs, Outcome, Sync
from reconcilers.rollout.history import shipped


def told_since(sync: Sync, outcome: Outcome | None, live: Live | None, commit: Revision) -> float | None:
    """What is in sync has been since it was shipped, what waits to be since the ``commit`` that wants it. Seconds since
    the epoch; ``None`` where nobody tells: what is in the way may have come long after the commit.
    """
    if sync is Sync.IN_SYNC and live is not None:
        brought = shipped(live, live.running)
        return (brought.finished_at or brought.created_at) if brought is not None else None
    waits = sync is Sync.OUTDATED and isinstance(outcome, Differs)
    return commit.committed_at if waits else None
