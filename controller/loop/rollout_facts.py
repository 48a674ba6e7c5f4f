"""What there is to tell of deployments: how each stands, in AWS's own times, whoever made it."""

from collections.abc import Iterator
from dataclasses import replace

from controller.loop.events import Result, ended_at, result_of
from controller.loop.facts import Fact, Kind
from controller.loop.status import ServiceStatus
from reconcilers.attempts import Attempt, AwsReason, Cause, deployment_name
from reconcilers.rollout.history import is_rollback

ENDED = {
    Result.SUCCEEDED: Kind.DONE,
    Result.ROLLED_BACK: Kind.ROLLED_BACK,
    Result.FAILED: Kind.FAILED,
    Result.STOPPED: Kind.STOPPED,
    Result.SUPERSEDED: Kind.SUPERSEDED,
}
_SAID = {
    Kind.STARTED: "is shipping",
    Kind.DONE: "serves production",
    Kind.ROLLED_BACK: "was rolled back",
    Kind.FAILED: "failed",
    Kind.STOPPED: "was stopped",
    Kind.SUPERSEDED: "gave way to a newer commit",
}


def ours(status: ServiceStatus) -> Iterator[Attempt]:
    """Our attempts as they were last looked at, newest first, without the rollbacks of others."""
    attempts = (status.live.attempts if status.live is not None else None) or ()
    return (each for each in attempts if each.mark is not None and not is_rollback(each))


def record(status: ServiceStatus) -> Iterator[Fact]:
    """What AWS remembers of deployments, somebody else's among them."""
    for each in (status.live.attempts if status.live is not None else None) or ():
        if is_rollback(each):
            continue
        yield rollout_fact(status, each.id, Kind.STARTED, each.created_at, each)
        if not each.active or each.shift_over:
            yield attempt_fact(status, each)


def attempt_fact(status: ServiceStatus, attempt: Attempt) -> Fact:
    kind = _kind(attempt)
    started = kind is Kind.STARTED
    at = attempt.created_at if started else _ended_at(status, attempt)
    fact = rollout_fact(status, attempt.id, kind, at, attempt)
    return fact if started else replace(fact, seconds=max(0.0, at - attempt.created_at))


def rollout_fact(
    status: ServiceStatus,
    deployment: str,
    kind: Kind,
    at: float,
    attempt: Attempt | None = None,
) -> Fact:
    mark = attempt.mark if attempt is not None else None
    ours = attempt is None or mark is not None
    commit = mark.commit if mark is not None else status.wanted.commit.commit if ours else None
    is_wanted = commit is not None and status.wanted.commit.commit.startswith(commit)
    reason = attempt.reason if attempt is not None and kind is not Kind.STARTED else None
    cause = mark.cause if mark is not None else _made_for(status, deployment)
    return Fact(
        id=f"{status.wanted.key}/{deployment_name(deployment)}/{kind.removeprefix('rollout-')}",
        kind=kind,
        at=at,
        service=status.wanted.key,
        text=_sentence(deployment, kind, commit, cause, reason),
        deployment=deployment_name(deployment),
        commit=commit,
        subject=status.wanted.commit.subject if is_wanted else "",
        release=mark.release if mark is not None else status.wanted.release if is_wanted else None,
        reason=reason.code if reason is not None else "",
        who=status.wanted.commit.author if is_wanted else "" if ours else "somebody else",
    )


def _made_for(status: ServiceStatus, deployment: str) -> Cause | None:
    """Why we made a deployment, where AWS's record does not have it yet."""
    followed = status.rollout
    return followed.cause if followed is not None and followed.deployment == deployment else None


def _ended_at(status: ServiceStatus, attempt: Attempt) -> float:
    if (at := ended_at(attempt)) is not None:
        return at
    return status.live.observed_at if status.live is not None else attempt.created_at


def _kind(attempt: Attempt) -> Kind:
    result = result_of(attempt)
    return ENDED[result] if result is not None else Kind.STARTED


def _sentence(deployment: str, kind: Kind, commit: str | None, cause: Cause | None, reason: AwsReason | None) -> str:
    name = deployment_name(deployment)
    what = f"commit {commit[:7]}" if commit else "somebody else's release"
    if cause is Cause.HEAL and kind is Kind.STARTED:
        return f"{name} puts back what {what} says"
    why = f": {reason.code}: {reason.message}" if reason is not None else ""
    return f"{what} {_SAID[kind]} (deployment {name}){why}"
