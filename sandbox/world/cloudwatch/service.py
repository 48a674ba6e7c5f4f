"""CloudWatch as the other services and the callers meet it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.world.calls import Handler

if TYPE_CHECKING:
    from sandbox.world.world import Place


class CloudWatch:
    """``operations`` answer AWS's calls; ``state_of`` is how the deployments watch alarms."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._states: dict[str, str] = {}
        self.operations: dict[str, Handler] = {}

    def state_of(self, alarm_name: str) -> str | None:
        """``OK``, ``ALARM`` or ``INSUFFICIENT_DATA``; ``None`` where no alarm has the name."""
        return self._states.get(alarm_name)
