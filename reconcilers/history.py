"""What was tried, read because somebody asks: apart from the reconciles, and kept until more is known, for a moment."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from reconcilers.attempts import Attempt, AttemptState, Failure
from reconcilers.aws.arns import cluster_name
from reconcilers.aws.gateways import Gateways
from reconcilers.model import CodeDeployRollout, Scope, Service, ServiceKey
from reconcilers.observe import attempts
from reconcilers.outcome import Retry, Stalled

KEPT = 10.0  # seconds in which AWS is not asked again
LOOKED_INTO = 5  # failed attempts, the newest, whose lifecycle events are read


@dataclass(frozen=True, slots=True)
class History:
    """The attempts that AWS remembers, newest first, and what went wrong in those that failed.

    ``as_of`` in seconds since the epoch; ``error`` says why AWS could not be asked, and what is here is then older.
    """

    attempts: tuple[Attempt, ...] = ()
    failures: Mapping[str, tuple[Failure, ...]] = field(default_factory=dict)
    as_of: float | None = None
    error: str = ""


class Historian:
    """``gateways_for`` gives a scope's gateways, ``clock`` seconds since the epoch. For several threads."""

    def __init__(self, gateways_for: Callable[[Scope], Gateways], clock: Callable[[], float]) -> None:
        self._gateways_for = gateways_for
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[ServiceKey, tuple[float, object, History]] = {}  # and when, and knowing what, it was asked for
        self._asking: dict[ServiceKey, threading.Lock] = {}

    def history(self, wanted: Service, known: object = None) -> History:
        """The attempts of a service. Never raises for what AWS says; whoever asks at the same time asks once.

        ``known``: what whoever asks has heard of the service, to be compared. What was read by somebody who had heard
        something else is read again; ``None`` takes what is kept.
        """
        with self._lock:
            mine = self._asking.setdefault(wanted.key, threading.Lock())
        with mine:
            now = self._clock()
            asked, heard, kept = self._kept.get(wanted.key, (None, None, History()))
            # An AWS that throttles is not asked at once again either, whatever is known.
            serves = known in (None, heard) or kept.error != ""
            if asked is not None and 0 <= now - asked < KEPT and serves:
                return kept
            found = self._read(wanted, kept, now)
            self._kept[wanted.key] = now, known, found
            return found

    def _read(self, wanted: Service, known: History, now: float) -> History:
        gateways = self._gateways_for(wanted.scope)
        try:
            tried = attempts(gateways, wanted, now)
            failed = [each for each in tried if each.state in _WRONG][:LOOKED_INTO]
            return History(tried, {each.id: _failures(gateways, wanted, each) for each in failed}, now)
        except (Retry, Stalled) as error:
            return History(known.attempts, known.failures, known.as_of, error.message)


_WRONG = frozenset({AttemptState.FAILED, AttemptState.STOPPED, AttemptState.ROLLED_BACK})


def _failures(gateways: Gateways, wanted: Service, attempt: Attempt) -> tuple[Failure, ...]:
    match wanted.rollout:
        case CodeDeployRollout():
            return gateways.codedeploy.failures(attempt.id, cluster_name(wanted.cluster), wanted.name)
        case _:
            return ()  # ECS says all that it says in the deployment's own reason
