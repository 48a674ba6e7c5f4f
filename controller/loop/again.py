"""When to look again: decided from what came of the last look alone."""

from dataclasses import dataclass
from typing import assert_never

from controller.loop.queue import Priority
from controller.loop.status import ServiceStatus
from reconcilers.actions import StopDeployment, StopServiceDeployment
from reconcilers.live import Live
from reconcilers.outcome import Blocked, Differs, Failed, Held, InSync, Progressing, Waiting
from reconcilers.reconcile import Report


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
            return Again(after, Priority.ROLLBACK if _stops(report) else Priority.IN_FLIGHT)
        case Blocked(after=after):
            return Again(after, Priority.RESYNC)
        case Failed(after=after):
            return Again(after, Priority.IN_FLIGHT if after is not None else Priority.RESYNC)
        case _:
            assert_never(report.outcome)


def worth_a_look(status: ServiceStatus, live: Live, recheck: float) -> bool:
    """Whether a service that a sweep found differing is to be looked at on its own.

    One that comes back by itself is left to its own time. One that waits for a person is left alone as long as nothing
    has moved since, for ``recheck`` seconds at most: a held release costs no calls.
    """
    match status.outcome:
        case Failed() | Blocked() | Progressing() | Waiting():
            return False
        case Held() | Differs() if status.report is not None and status.report.observed is not None:
            moved = status.report.observed.service != live.service
            return moved or live.observed_at - status.report.at >= recheck
        case _:
            return True


def _stops(report: Report) -> bool:
    actions = report.plan.actions if report.plan else ()
    return any(isinstance(each, StopDeployment | StopServiceDeployment) for each in actions)
