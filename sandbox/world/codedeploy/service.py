"""CodeDeploy as the other services and the callers meet it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.world.calls import Handler

if TYPE_CHECKING:
    from sandbox.world.world import Place


class CodeDeploy:
    """``operations`` answer AWS's calls."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.operations: dict[str, Handler] = {}
