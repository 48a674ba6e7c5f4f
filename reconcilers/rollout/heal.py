"""How often something is put back: further and further apart, and not for ever.

Two controllers that undo each other must not do so all night. Heals of a revision are counted from AWS's record, heals
of service fields, of which AWS keeps none, from the loop's memory.
"""

from reconcilers.attempts import Attempt, Cause
from reconcilers.outcome import Blocked, BlockedBy, Finding, Waiting
from reconcilers.rollout.situation import Situation
from reconcilers.verdict import Policy

HOUR = 3600.0


def revision_restraint(situation: Situation) -> Waiting | Blocked | None:
    """What keeps a drifted revision from being shipped again now.

    It is fought over when the newest heals fill an hour's allowance and live was changed again within an hour of the
    last one. That stays so until somebody takes the change back or says sync; a change after a quiet time is healed.
    """
    heals = tuple(each for each in situation.attempts if each.mark is not None and each.mark.cause is Cause.HEAL)
    ends = tuple(each.finished_at or each.created_at for each in heals)
    allowance = situation.policy.heals_per_hour
    if heals and _crowded(tuple(each.created_at for each in heals), allowance):
        changed = _changed_at(situation, heals[0])
        if changed - ends[0] < HOUR:
            return fought(situation, _hand(situation, heals[0]))
    recent = tuple(end for end in ends if situation.now - end < HOUR)
    return pause(recent, situation.now, situation.policy)


def field_restraint(situation: Situation) -> Waiting | Blocked | None:
    """What keeps service fields from being put back now."""
    times = tuple(sorted((each for each in situation.order.field_heals if situation.now - each < HOUR), reverse=True))
    if _crowded(times, situation.policy.heals_per_hour):
        return fought(situation, "AWS does not tell who edits service fields; CloudTrail's UpdateService events do")
    return pause(times, situation.now, situation.policy)


def pause(recent: tuple[float, ...], now: float, policy: Policy) -> Waiting | None:
    """How long to wait after the heals of the last hour, newest first; ``None``: no longer."""
    if not recent or not policy.heal_backoff:
        return None
    delay = policy.heal_backoff[min(len(recent), len(policy.heal_backoff)) - 1]
    left = recent[0] + delay - now
    if left <= 0:
        return None
    return Waiting(f"It was put back {len(recent)} times within the hour and changed again.", "the next heal", left)


def fought(situation: Situation, hand: str) -> Blocked:
    """What was put back too often, and by whom it is changed."""
    times = situation.policy.heals_per_hour
    finding = Finding(
        "Fought",
        f"It was put back {times} times within an hour and changed again: {hand}.",
        f"Stop the other hand, or set drift to warn; then: trueup sync {situation.wanted.key}.",
    )
    return Blocked(BlockedBy.FOUGHT, (finding,), situation.policy.blocked_after)


def _crowded(newest_first: tuple[float, ...], allowance: int) -> bool:
    counted = newest_first[: max(allowance, 1)]
    return len(counted) >= max(allowance, 1) and counted[0] - counted[-1] < HOUR


def _other(situation: Situation, since: Attempt) -> Attempt | None:
    """The newest attempt of somebody else's after one of ours."""
    later = (each for each in situation.attempts if each.created_at > since.created_at)
    return next((each for each in later if each.mark is None), None)


def _changed_at(situation: Situation, since: Attempt) -> float:
    other = _other(situation, since)
    return situation.now if other is None else other.created_at


def _hand(situation: Situation, since: Attempt) -> str:
    other, running = _other(situation, since), situation.running
    by = f", registered by {running.registered_by}" if running.registered_by else ""
    what = f"{running.arn} runs{by}"
    return what if other is None else f"{what}, shipped by {other.name}, {other.maker}'s"
