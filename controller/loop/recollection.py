"""Which service's record is read next, that nobody has looked at alone since the start.

A sweep reads no deployments, so that of a service in sync nothing is known but that it is: what happened to it before
the daemon came, and by which commit it came, AWS tells when it is asked, once for each service. Nothing waits for it,
and nobody asks much at a time: CodeDeploy publishes no limits, and answers no more than one or two calls a second.
"""

import threading
from collections.abc import Iterable

from controller.loop.status import ServiceStatus
from reconcilers.model import ServiceKey
from reconcilers.outcome import Sync

EVERY = 2.0  # seconds between two services
TRIES = 3  # where AWS does not answer


class Recollection:
    """How often each service was tried. For several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tried: dict[ServiceKey, int] = {}

    def next(self, statuses: Iterable[ServiceStatus]) -> ServiceStatus | None:
        """The service to ask AWS about now, those first that did not fail; ``None`` where all are known."""
        with self._lock:
            due = [each for each in statuses if _is_unread(each) and self._tried.get(each.wanted.key, 0) < TRIES]
            chosen = min(due, key=lambda each: self._tried.get(each.wanted.key, 0), default=None)
            if chosen is not None:
                self._tried[chosen.wanted.key] = self._tried.get(chosen.wanted.key, 0) + 1
            return chosen

    def done(self, key: ServiceKey) -> None:
        """Its record was read, or will not be told."""
        with self._lock:
            self._tried[key] = TRIES


def _is_unread(status: ServiceStatus) -> bool:
    return (
        status.kept_by is None
        and status.sync is Sync.IN_SYNC
        and status.live is not None
        and status.live.service is not None
        and status.live.attempts is None
    )
