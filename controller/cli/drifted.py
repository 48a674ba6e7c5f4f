"""Whether a release that a change leaves as it is was in sync before, as the daemon will remember and AWS does not."""

from collections.abc import Callable

from reconcilers.actions import CreateDeployment, StartRolling
from reconcilers.model import DriftPolicy, Service
from reconcilers.outcome import Sync
from reconcilers.verdict import Order, Plan


def drifted_before(
    plan: Plan, wanted: Service, before: Service | None, preview: Callable[[Service, Order], Plan]
) -> bool:
    """Whether what ``plan`` calls outdated is drift to a daemon that keeps the service. May look once more.

    ``before`` is the service as that daemon knows it, ``None`` where there is none. The release being the same, what
    was drift with it stays drift, whatever else of the manifest changes; so does what was let be as in sync. Where the
    commit before would ship it at once, no daemon has, which therefore saw it in sync. Since none may run yet, that is
    a guess, and made only where drift is put back: of what will ship no plan says that nothing will.
    """
    if before is None or before.release != wanted.release or plan.sync is not Sync.OUTDATED:
        return False
    told = preview(before, Order())
    if told.sync in (Sync.DRIFTED, Sync.IN_SYNC):
        return True
    ships = any(isinstance(each, CreateDeployment | StartRolling) for each in told.actions)
    return ships and wanted.drift is DriftPolicy.HEAL
