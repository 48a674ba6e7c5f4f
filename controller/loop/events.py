"""What happened to a service between two looks: facts for metrics, the log and whoever wants to be told."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile

from controller.loop.status import Rollout, ServiceStatus
from reconcilers.attempts import Attempt, AttemptState, Cause
from reconcilers.model import ServiceKey
from reconcilers.outcome import Blocked, Held, InSync, Outcome, Sync
from reconcilers.rollout.history import is_rollback
from reconcilers.rollout.holds import gave_way


class Result(StrEnum):
    """How a rollout ended."""

    SUCCEEDED = "succeeded"
    ROLLED_BACK = "rolled-back"
    FAILED = "failed"
    STOPPED = "stopped"
    SUPERSEDED = "superseded"


_RESULTS = {
    AttemptState.SUCCEEDED: Result.SUCCEEDED,
    AttemptState.FAILED: Result.FAILED,
    AttemptState.STOPPED: Result.STOPPED,
    AttemptState.ROLLED_BACK: Result.ROLLED_BACK,
}


@dataclass(frozen=True, slots=True)
class RolloutStarted:
    """We started a deployment, or found one of ours running."""

    key: ServiceKey
    deployment: str


@dataclass(frozen=True, slots=True)
class RolloutEnded:
    """Production has moved, or will not. ``lead`` is the time from commit to live, for a commit's own rollout.

    ``restored``: for a success that follows failures, the time since the first of them ended. ``cause``: why we made
    it; ``None`` where somebody else did, or nobody knows.
    """

    key: ServiceKey
    deployment: str
    result: Result
    seconds: float
    lead: float | None = None
    restored: float | None = None
    cause: Cause | None = None

    @property
    def change_failed(self) -> bool:
        """Whether a commit did not come to serve. A heal or a retry that fails is no change that failed."""
        return self.cause is Cause.COMMIT and self.result in (Result.ROLLED_BACK, Result.FAILED)


@dataclass(frozen=True, slots=True)
class DriftFound:
    """Live differs from what Git wants and last shipped, at these paths."""

    key: ServiceKey
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DriftGone:
    """It does not differ any more; it did for ``seconds``."""

    key: ServiceKey
    seconds: float


@dataclass(frozen=True, slots=True)
class HoldBegan:
    """A release was tried and did not succeed."""

    key: ServiceKey
    held: Held


@dataclass(frozen=True, slots=True)
class BlockBegan:
    """Something stands in the way that somebody has to clear."""

    key: ServiceKey
    blocked: Blocked


Event = RolloutStarted | RolloutEnded | DriftFound | DriftGone | HoldBegan | BlockBegan


def events(before: ServiceStatus, after: ServiceStatus, now: float) -> tuple[Event, ...]:
    """What happened from ``before`` to ``after``. The same record twice: nothing."""
    return (*_rollouts(before, after, now), *_drift(before, after, now), *_obstacles(before, after))


def result_of(attempt: Attempt) -> Result | None:
    """How a deployment ended, by AWS's record and the tag on its revision; ``None`` while it goes on."""
    if attempt.active:
        return Result.SUCCEEDED if attempt.shift_over else None
    if gave_way(attempt):
        return Result.SUPERSEDED
    return Result.ROLLED_BACK if attempt.rollback is not None else _RESULTS[attempt.state]


def ended_at(attempt: Attempt) -> float | None:
    """When that was decided, as far as AWS says: production has moved long before the old task set is gone."""
    moved = result_of(attempt) is Result.SUCCEEDED and attempt.moved_at is not None
    return attempt.moved_at if moved else attempt.finished_at


def _rollouts(before: ServiceStatus, after: ServiceStatus, now: float) -> tuple[Event, ...]:
    was, still = before.rollout, after.rollout
    if after.failing_since is not None or _deployment(was) == _deployment(still):
        return ()
    ended = _ended(was, after, now) if was is not None and not _takes_back(was, before, after) else None
    goes_on = still is not None and not _takes_back(still, after)
    started = (RolloutStarted(after.wanted.key, still.deployment),) if still is not None and goes_on else ()
    return (*((ended,) if ended is not None else ()), *started)


def _deployment(rollout: Rollout | None) -> str | None:
    return rollout.deployment if rollout is not None else None


def _takes_back(rollout: Rollout, *looks: ServiceStatus) -> bool:
    """Whether it is CodeDeploy's own, made to take another one back: its success is no release, and no news."""
    return any(
        attempt is not None and is_rollback(attempt)
        for attempt in (_attempt(each, rollout.deployment) for each in looks)
    )


def _ended(was: Rollout, after: ServiceStatus, now: float) -> RolloutEnded | None:
    """How it ended; ``None`` where nobody knows whether it did."""
    attempt = _attempt(after, was.deployment)
    result = (result_of(attempt) if attempt is not None else None) or _without_record(after)
    if result is None:
        return None
    started = attempt.created_at if attempt else was.since
    at = ended_at(attempt) if attempt is not None else None
    ended = at if at is not None else now
    cause = attempt.mark.cause if attempt is not None and attempt.mark is not None else was.cause
    shipped_commit = result is Result.SUCCEEDED and cause is Cause.COMMIT
    committed = after.wanted.commit.committed_at
    lead = max(0.0, ended - committed) if shipped_commit and committed is not None else None
    failed_at = _failing_since(after, was.deployment) if result is Result.SUCCEEDED else None
    restored = max(0.0, ended - failed_at) if failed_at is not None else None
    return RolloutEnded(after.wanted.key, was.deployment, result, max(0.0, ended - started), lead, restored, cause)


def _failing_since(after: ServiceStatus, deployment: str) -> float | None:
    """When the first of the failures ended that came right before a deployment; ``None`` where it follows a success.

    Read from AWS's record, so that a restart in between loses nothing.
    """
    attempts = (after.live.attempts if after.live is not None else None) or ()
    tried = [each for each in attempts if not is_rollback(each)]
    known = next((place for place, each in enumerate(tried) if each.id == deployment), None)
    earlier = tried[known + 1 :] if known is not None else []
    failures = list(takewhile(_failed, earlier))
    return (failures[-1].finished_at or failures[-1].created_at) if failures else None


def _failed(attempt: Attempt) -> bool:
    return attempt.rollback is not None or attempt.state in (AttemptState.FAILED, AttemptState.ROLLED_BACK)


def _attempt(status: ServiceStatus, deployment: str) -> Attempt | None:
    live = status.live
    return next((each for each in (live.attempts or () if live else ()) if each.id == deployment), None)


def _without_record(after: ServiceStatus) -> Result | None:
    """How it ended where AWS's record of it was not read: production shows that it moved, or another took its place."""
    if isinstance(after.outcome, InSync) or after.sync is Sync.IN_SYNC:
        return Result.SUCCEEDED
    other = after.rollout
    return Result.SUPERSEDED if other is not None and not _takes_back(other, after) else None


def _drift(before: ServiceStatus, after: ServiceStatus, now: float) -> tuple[Event, ...]:
    found = tuple(sorted(after.drift_since.keys() - before.drift_since.keys()))
    gone = bool(before.drift_since) and not after.drift_since
    since = min(before.drift_since.values(), default=now)
    return (
        *((DriftFound(after.wanted.key, found),) if found else ()),
        *((DriftGone(after.wanted.key, now - since),) if gone else ()),
    )


def _obstacles(before: ServiceStatus, after: ServiceStatus) -> tuple[Event, ...]:
    if _what(before.outcome) == _what(after.outcome):
        return ()
    match after.outcome:
        case Held() as held:
            return (HoldBegan(after.wanted.key, held),)
        case Blocked() as blocked:
            return (BlockBegan(after.wanted.key, blocked),)
        case _:
            return ()


def _what(outcome: Outcome | None) -> object:
    """What stands in the way, if anything does. The same in other words is the same."""
    match outcome:
        case Held(release):
            return release
        case Blocked(by, findings):
            return by, frozenset(each.code for each in findings if each.blocking)
        case _:
            return None
