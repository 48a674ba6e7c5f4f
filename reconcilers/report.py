"""What one reconcile came to: a value that the loop keeps and the faces show, without the way to AWS behind it."""

from dataclasses import dataclass

from reconcilers.actions import Done
from reconcilers.live import Live
from reconcilers.model import ServiceKey
from reconcilers.outcome import Outcome
from reconcilers.verdict import Plan


@dataclass(frozen=True, slots=True)
class Report:
    """What one reconcile saw, decided and did. ``at``: when it began, in seconds since the epoch; ``seconds``: how
    long.

    ``plan`` and ``observed`` are ``None`` where it did not come that far. ``acted`` is what succeeded, also where a
    later action failed.
    """

    key: ServiceKey
    plan: Plan | None
    outcome: Outcome
    acted: tuple[Done, ...]
    seconds: float
    at: float
    observed: Live | None

    @property
    def spent(self) -> bool:
        """Whether the person's order is done with: the plan spends it, and all of the plan was done."""
        return self.plan is not None and self.plan.spends and len(self.acted) == len(self.plan.actions)
