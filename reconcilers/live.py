"""What AWS says: frozen views, made by the gateways and read by the decisions.

``live_service``, ``attempts``, ``progress`` and ``preflight_facts`` have the parts. Times are seconds since the epoch.
``None`` means not looked at or not known, never "empty": an unread list is ``None``, a list that AWS answered with
nothing in it is ``()``.
"""

from dataclasses import dataclass

from reconcilers.attempts import Attempt
from reconcilers.live_service import LiveService, RegisteredRevision
from reconcilers.preflight_facts import PreflightFacts
from reconcilers.progress import Progress


@dataclass(frozen=True, slots=True)
class Live:
    """All that was read for one decision, and when. A field is ``None`` until a decision asked to look at it.

    ``running`` is the revision that the service names. A rolling update has the service name the new one from its first
    moment: ``replaced`` is the one before it, as long as tasks of it run.
    """

    observed_at: float
    service: LiveService | None
    running: RegisteredRevision | None = None
    attempts: tuple[Attempt, ...] | None = None  # newest first
    progress: Progress | None = None
    candidates: tuple[RegisteredRevision, ...] | None = None  # ACTIVE revisions whose content is the wanted one
    scalable: bool | None = None  # autoscaling owns the desired count
    preflight: PreflightFacts | None = None
    replaced: RegisteredRevision | None = None

    @property
    def serving(self) -> RegisteredRevision | None:
        """What is in production, and stays there should what is coming up come to nothing."""
        return self.replaced or self.running
