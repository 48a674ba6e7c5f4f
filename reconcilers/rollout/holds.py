"""What failed is held: found in AWS's record, or, where that has ended, on the revision's tags.

An attempt that we stopped for a newer release is no verdict. AWS keeps no reason for a stop, so the revision is tagged
with the deployment's id before it is stopped: a crash between the two leaves a label that nothing is read from, because
only an attempt that did end as stopped by hand is looked up on it.
"""

from dataclasses import dataclass

from reconcilers import tags
from reconcilers.actions import TagRevision
from reconcilers.attempts import Attempt, AttemptState, AwsReason, Cause
from reconcilers.live_service import RegisteredRevision
from reconcilers.rollout.failures import Fault, handling, reason
from reconcilers.rollout.history import succeeded
from reconcilers.rollout.situation import Situation

_BY_HAND = frozenset({"MANUAL_STOP", "STOPPED", "STOP_REQUESTED", "ROLLBACK_SUCCESSFUL", "ROLLED_BACK"})


@dataclass(frozen=True, slots=True)
class Hold:
    """Why the wanted release is held. ``tag``: what still has to be written for the day when the record has ended."""

    deployment: str
    reason: AwsReason
    tag: TagRevision | None = None


def verdicts(situation: Situation) -> tuple[Attempt, ...]:
    """The finished attempts that say something of the wanted release, newest first; those we superseded do not.

    Neither does what came before one of these that we shipped without being asked to: it held nothing then. A revision
    remembers only the last of its deployments that we stopped.
    """
    candidates, told = situation.live.candidates or (), list[Attempt]()
    for each in situation.tries:
        if each.active:
            continue
        if not _superseded(each, candidates):
            told.append(each)
        elif each.mark is not None and each.mark.cause is not Cause.RETRY:
            break
    return tuple(told)


def hold(situation: Situation) -> Hold | None:
    """What holds the wanted release, from its newest verdict; from the tags where the record has none."""
    candidates = situation.live.candidates or ()
    tried = verdicts(situation)
    if not tried:
        return _tagged(situation, candidates)
    last = tried[0]
    if succeeded(last) or handling(last).fault is not Fault.RELEASE:
        return None
    return _recorded(last, candidates)


def gave_way(attempt: Attempt) -> bool:
    """Whether an attempt that has ended was stopped by us for a newer release, as its revision's tag says."""
    return attempt.gives_way and by_hand(attempt)


def by_hand(attempt: Attempt) -> bool:
    """Whether an attempt ended because somebody stopped it, be it us: AWS does not say who."""
    return attempt.state in (AttemptState.STOPPED, AttemptState.ROLLED_BACK) and reason(attempt).code in _BY_HAND


def mark_superseded(attempt: Attempt) -> tuple[TagRevision, ...]:
    """To be done before an attempt is stopped for a newer release."""
    if attempt.task_definition_arn is None:
        return ()
    return (TagRevision(attempt.task_definition_arn, {tags.SUPERSEDED: attempt.id}),)


def mark_held(attempt: Attempt, why: AwsReason) -> tuple[TagRevision, ...]:
    """To be done before an attempt is stopped for a reason that AWS would not keep."""
    if attempt.task_definition_arn is None:
        return ()
    return (TagRevision(attempt.task_definition_arn, _label(attempt.id, why)),)


def _label(deployment: str, why: AwsReason) -> dict[str, str | None]:
    return {tags.HELD: tags.written(tags.HeldTag(deployment, why))}


def _superseded(attempt: Attempt, candidates: tuple[RegisteredRevision, ...]) -> bool:
    return by_hand(attempt) and any(tags.value(each, tags.SUPERSEDED) == attempt.id for each in candidates)


def _recorded(last: Attempt, candidates: tuple[RegisteredRevision, ...]) -> Hold:
    for candidate in candidates:
        held = tags.held_on(candidate)
        if held is not None and held.deployment == last.id:
            # Of a stop by hand AWS keeps no reason; where the stop was ours, the tag does.
            told = held.reason if reason(last).code in _BY_HAND else reason(last)
            return Hold(last.id, told)
    if not candidates:
        return Hold(last.id, reason(last))
    shipped = next((each for each in candidates if each.arn == last.task_definition_arn), candidates[0])
    return Hold(last.id, reason(last), TagRevision(shipped.arn, _label(last.id, reason(last))))


def _tagged(situation: Situation, candidates: tuple[RegisteredRevision, ...]) -> Hold | None:
    recorded = {attempt.id for attempt in situation.attempts}
    for candidate in candidates:
        held = tags.held_on(candidate)
        # A recorded deployment that is no attempt at this release shipped the same content with other hooks.
        if held is not None and held.deployment not in recorded:
            return Hold(held.deployment, held.reason)
    return None
