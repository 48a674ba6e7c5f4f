"""Where no lease table is named: one replica, which keeps everything, and no DynamoDB."""

from math import inf

from controller.lease.view import Sharing
from reconcilers.leases import Errand
from reconcilers.model import Scope
from reconcilers.outcome import Outcome


class Sole:
    """Stands where a ``Keeper`` would."""

    alive = True

    def keeps(self, _scope: Scope, /) -> bool:
        return True

    def enter(self, _scope: Scope, /) -> bool:
        return True

    def leave(self, _scope: Scope, /) -> None:
        """Nobody waits for it."""

    def send(self, errand: Errand, /) -> None:
        """There is nobody to send."""

    def allows(self, _scope: Scope, /) -> bool:
        return True

    def gate(self, _scope: Scope, /) -> Outcome | None:
        return None

    def sharing(self) -> Sharing:
        """Nothing is shared."""
        return Sharing(left=inf)

    def start(self) -> None:
        """There is no thread."""

    def stop(self, *, idle: bool) -> None:
        """There is nothing to give back."""
