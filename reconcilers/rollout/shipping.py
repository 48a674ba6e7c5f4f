"""From a release that is to ship to the actions that ship it: preflight, the revision, the deployment."""

from collections.abc import Callable
from dataclasses import dataclass

from reconcilers import preflight, tags
from reconcilers.actions import Action, CreateDeployment, RegisterTaskDefinition, StartRolling, TagRevision
from reconcilers.attempts import Cause, Mark
from reconcilers.guard_rails import judging
from reconcilers.live_service import RegisteredRevision
from reconcilers.model import short
from reconcilers.outcome import Blocked, BlockedBy, Finding, Progressing, Sync
from reconcilers.preflight_facts import PreflightFacts
from reconcilers.rollout.history import brought_by
from reconcilers.rollout.situation import Situation
from reconcilers.verdict import Look, LookCloser, Plan


@dataclass(frozen=True, slots=True)
class Ship:
    """The wanted release is to ship, and why. ``sync``: how Git and AWS stand until it has."""

    cause: Cause
    sync: Sync


Start = Callable[[Situation, Mark, RegisteredRevision | None], CreateDeployment | StartRolling]


def ship(situation: Situation, intent: Ship, start: Start, reuse: RegisteredRevision | None) -> Plan | LookCloser:
    """The plan that ships: nothing at all while guard rails or preflight refuse, all of it at once where not.

    ``start`` makes the way's own action out of the mark and the revision that is used again, if one is.
    """
    if refused := refusals(situation):
        outcome = Blocked(BlockedBy.GUARD_RAILS, refused, situation.policy.blocked_after)
        return situation.plan(outcome, intent.sync)
    facts = situation.live.preflight
    if facts is None:
        return LookCloser(frozenset({Look.PREFLIGHT}))
    found = checked(situation, facts)
    if blocking := tuple(each for each in found if each.blocking):
        outcome = Blocked(BlockedBy.PREFLIGHT, blocking, situation.policy.blocked_after)
        return situation.plan(outcome, intent.sync, warnings=found[len(blocking) :])
    mark = Mark(situation.wanted.release, _brought(situation, intent.cause), intent.cause)
    action = start(situation, mark, reuse)
    register = () if reuse is not None else (registration(situation),)
    what = f"ships {short(mark.commit)} ({intent.cause.value})"
    return situation.plan(
        Progressing(what, situation.policy.poll),
        intent.sync,
        *register,
        action,
        *(_lifted(situation) if intent.cause is Cause.RETRY else ()),
        warnings=found,
        spends=True,
    )


def _brought(situation: Situation, cause: Cause) -> str:
    """What is shipped once more is the same commit's: after a restart Git alone would name its newest. A release that
    was given up for another and came back is the later commit's.
    """
    now = situation.wanted.commit.commit
    return now if cause is Cause.COMMIT else brought_by(situation.attempts, situation.wanted.release) or now


def refusals(situation: Situation) -> tuple[Finding, ...]:
    """What the operator's guard rails refuse of what would ship, whether it is registered already or not."""
    return judging.findings(situation.policy.guard_rails, situation.wanted, situation.definition)


def checked(situation: Situation, facts: PreflightFacts) -> tuple[Finding, ...]:
    """Preflight's findings, what blocks first."""
    despite_alarm = situation.order.despite_alarm is not None
    found = preflight.findings(situation.wanted, situation.service, facts, despite_alarm=despite_alarm)
    return tuple(sorted(found, key=lambda each: not each.blocking))


def reusable(situation: Situation) -> tuple[RegisteredRevision, ...]:
    """The ACTIVE revisions whose content is what would ship: our own first, of these what was shipped before, then the
    newest. One that was registered twice, since an answer was lost, is so never shipped as both.
    """
    owner = str(situation.wanted.key)
    before = {each.task_definition_arn for each in situation.attempts if each.mark is not None}

    def worth(each: RegisteredRevision) -> tuple[bool, bool, int]:
        return tags.value(each, tags.OWNER) == owner, each.arn in before, number(each.arn)

    fit = (each for each in situation.live.candidates or () if each.digest == situation.shipped)
    return tuple(sorted(fit, key=worth, reverse=True))


def number(arn: str) -> int:
    """A task definition's revision, the number behind its ARN's last colon."""
    tail = arn.rpartition(":")[2]
    return int(tail) if tail.isdigit() else 0


def registration(situation: Situation) -> RegisterTaskDefinition:
    """What is registered where no revision can be used again."""
    return RegisterTaskDefinition(situation.definition, labels(situation))


def labels(situation: Situation) -> dict[str, str]:
    """The tags of a revision of ours. A person's reason to ship despite an alarm is recorded with it."""
    wanted, reason = situation.wanted, situation.order.despite_alarm
    ours = {
        tags.DIGEST: str(situation.shipped),
        tags.RELEASE: str(wanted.release),
        tags.COMMIT: wanted.commit.commit,
        tags.OWNER: str(wanted.key),
    }
    return ours if reason is None else {**ours, tags.DESPITE_ALARM: tags.allowed(reason)}


def _lifted(situation: Situation) -> tuple[Action, ...]:
    # After the deployment: were the tag off and the deployment refused, a hold known only from the tag would be lost.
    held = (each for each in situation.live.candidates or () if tags.value(each, tags.HELD))
    return tuple(TagRevision(each.arn, {tags.HELD: None}) for each in held)
