"""When to look again: decided from what came of the last look alone."""

from dataclasses import dataclass
from typing import assert_never

from controller.loop.queue import Priority
from controller.loop.status import ServiceStatus
from reconcilers.actions import StopDeployment, StopServiceDeployment
from reconcilers.live import Live
from reconcilers.outcome import UNANSWERED, Blocked, Differs, Failed, Held, InSync, Progressing, Waiting
from reconcilers.report import Report

SILENCE = UNANSWERED | {"Throttled"}
SHORTEST = 1.0  # seconds: what is waited for by one clock and slept by another must not be looked at ever more often


@dataclass(frozen=True, slots=True)
class Again:
    """Come back in ``after`` seconds. ``None`` for a failure: the queue's own backoff says when."""

    after: float | None
    priority: Priority


def again(report: Report) -> Again | None:
    """When a service wants to be looked at again; ``None`` where the sweep is soon enough."""
    match report.outcome:
        case InSync() | Differs() | Held():
            return None
        case Progressing(after=after) | Waiting(after=after):
            return Again(max(after, SHORTEST), Priority.ROLLBACK if _stops(report) else Priority.IN_FLIGHT)
        case Blocked(after=after):
            return Again(after, Priority.RESYNC)
        case Failed(after=after):
            return Again(after, Priority.IN_FLIGHT if after is not None else Priority.RESYNC)
        case _:
            assert_never(report.outcome)


def worth_a_look(status: ServiceStatus, live: Live, recheck: float) -> bool:
    """Whether a service that a sweep found differing is to be looked at on its own.

    What failed is left to its backoff, and what comes back by itself to its own time, unless something moved since the
    last look. So is, for ``recheck`` seconds at most, what waits for a person, or what a closer look found in sync, as
    a desired count that is autoscaling's: neither costs a call. What a commit brought is looked at until it was: the
    look that followed the commit may have been refused for want of the lease.
    """
    if status.outcome is None:
        return True
    seen = status.report.observed if status.report else None
    if status.report is not None and isinstance(status.report.outcome, Failed):
        return False
    if seen is None or seen.service != live.service:
        return True
    return isinstance(status.outcome, InSync | Held | Differs) and live.observed_at - seen.observed_at >= recheck


def heard(report: Report) -> bool:
    """Whether AWS answered: where it was silent, or refused a look as one too many, more looks at once are no use."""
    return not isinstance(report.outcome, Failed) or report.outcome.reason not in SILENCE


def _stops(report: Report) -> bool:
    actions = report.plan.actions if report.plan else ()
    return any(isinstance(each, StopDeployment | StopServiceDeployment) for each in actions)
