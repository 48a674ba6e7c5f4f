"""Who changed what, as far as AWS tells: a revision says who registered it and when, a deployment which one it was.

A service's field has no author: AWS keeps none, and its time is when the difference was first seen.
"""

from dataclasses import dataclass

from controller.loop.status import ServiceStatus
from reconcilers.diff import Change
from reconcilers.live import Attempt, Live
from reconcilers.outcome import Sync


@dataclass(frozen=True, slots=True)
class Author:
    """``who`` as AWS's ARN, ``None`` where it does not tell; ``at`` in seconds since the epoch."""

    who: str | None = None
    at: float | None = None


def author(status: ServiceStatus, change: Change) -> Author:
    """Who made a change that is drift, and when. What Git is merely ahead by has no author."""
    if status.sync is not Sync.DRIFTED:
        return Author()
    seen = Author(at=status.drift_since.get(change.path))
    running = status.live.running if status.live is not None else None
    if running is None or not change.path.startswith("/taskDefinition/"):
        return seen
    return Author(running.registered_by, running.registered_at if running.registered_at is not None else seen.at)


def shipped(live: Live) -> Attempt | None:
    """The deployment that brought up what runs, where the attempts were looked at and it is among them."""
    if live.running is None:
        return None
    arn = live.running.arn
    primary = live.service.primary if live.service is not None else None
    attempts = [each for each in live.attempts or () if each.task_definition_arn == arn]
    named = (each for each in attempts if primary is not None and each.id == primary.external_id)
    return next(named, next(iter(attempts), None))
