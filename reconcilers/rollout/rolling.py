"""ECS's own rolling update, decided one look at a time.

The service names the new revision from the first moment, so that content alone never says that it came up: the service
deployment does. A rollback happens inside the same deployment, by the circuit breaker, an alarm or a stop, and is never
a success. ECS lets a newer deployment replace one that runs; taking one back is stopping it.
"""

from collections.abc import Mapping
from dataclasses import replace

from reconcilers import tags
from reconcilers.actions import Action, RegisterTaskDefinition, StartRolling, StopServiceDeployment
from reconcilers.attempts import Attempt, AttemptState, AwsReason, Mark
from reconcilers.declared import sent
from reconcilers.live_service import RegisteredRevision
from reconcilers.model import NewerCommit, RollingRollout
from reconcilers.outcome import Progressing, Sync, Waiting
from reconcilers.rollout import fields, following, holds, shipping, stamps
from reconcilers.rollout.history import latest_success, succeeded
from reconcilers.rollout.intent import intent
from reconcilers.rollout.shipping import Ship
from reconcilers.rollout.situation import Situation
from reconcilers.verdict import Look, LookCloser, Plan


def transition(situation: Situation, rollout: RollingRollout) -> Plan | LookCloser:
    """The next step of a service that ECS deploys."""
    if (attempt := situation.active) is not None:
        return _under_way(situation, rollout, attempt)
    if (moving := _unrecorded(situation)) is not None:
        waiting = Waiting(f"{moving} is in progress and not in the record yet.", moving, situation.policy.poll)
        return situation.plan(waiting, situation.sync())
    if stamps.unread(situation):
        return LookCloser(frozenset({Look.LABELS}))
    if not situation.changes and not _came_to_nothing(situation):
        return fields.settle(situation)
    return _carried_out(situation, intent(situation))


def _under_way(situation: Situation, rollout: RollingRollout, attempt: Attempt) -> Plan | LookCloser:
    if attempt.mark is None:
        return following.foreign(situation, attempt)
    if attempt.state is AttemptState.STOPPING:
        return following.stopping(situation, attempt)
    if situation.wants(attempt) or rollout.newer_commit is NewerCommit.WAIT:
        return _followed(situation, rollout, attempt)
    return _superseded(situation, rollout, attempt)


def _followed(situation: Situation, rollout: RollingRollout, attempt: Attempt) -> Plan | LookCloser:
    if attempt.state is AttemptState.READY:
        return following.ready(situation, attempt)
    if situation.live.progress is None:
        return LookCloser(frozenset({Look.PROGRESS}))
    if not situation.writes or not following.overdue(situation, attempt, rollout.timeout):
        return following.plan(situation, attempt)
    why = following.late(rollout.timeout)
    outcome = Progressing(f"stops {attempt.name}: {why}", situation.policy.poll, attempt.id)
    labels = holds.mark_held(attempt, AwsReason("TIMED_OUT", why))
    sync = Sync.HELD if situation.wants(attempt) else situation.sync()
    return situation.plan(outcome, sync, *labels, StopServiceDeployment(attempt.id, why))


def _superseded(situation: Situation, rollout: RollingRollout, attempt: Attempt) -> Plan | LookCloser:
    intended = intent(situation)
    if isinstance(intended, LookCloser):
        return intended
    if not isinstance(intended, Ship) or shipping.refusals(situation):
        return _followed(situation, rollout, attempt)
    labels = holds.mark_superseded(attempt)
    last = latest_success(situation.attempts)
    if last is not None and situation.wants(last):
        why = f"superseded by {situation.wanted.commit.short}, which ran before"
        outcome = Progressing(f"stops {attempt.name}: {why}", situation.policy.poll, attempt.id)
        return situation.plan(outcome, intended.sync, *labels, StopServiceDeployment(attempt.id, why))
    shipped = _shipped(situation, intended)
    if isinstance(shipped, LookCloser):
        return shipped
    if not shipped.actions:
        return _followed(situation, rollout, attempt)
    return replace(shipped, actions=(*labels, *shipped.actions))


def _unrecorded(situation: Situation) -> str | None:
    """A rolling update that shows in the service before it is listed; nothing is known of it yet."""
    moving = next((each for each in situation.service.deployments if each.rollout_state == "IN_PROGRESS"), None)
    last = situation.attempts[0] if situation.attempts else None
    if moving is None:
        return None
    # What was given up without a rollback may show as in progress for ever.
    given_up = last is not None and not succeeded(last) and last.task_definition_arn == moving.task_definition_arn
    return None if given_up else moving.id


def _came_to_nothing(situation: Situation) -> bool:
    """Whether the service names the wanted revision, and its deployment ended without bringing it up."""
    last = situation.attempts[0] if situation.attempts else None
    if last is None or succeeded(last) or not situation.wants(last):
        return False
    deployments = situation.service.deployments
    return any(each.status == "PRIMARY" and each.rollout_state != "COMPLETED" for each in deployments)


def _carried_out(situation: Situation, intended: Plan | LookCloser | Ship) -> Plan | LookCloser:
    if not isinstance(intended, Ship):
        return intended
    if situation.service.desired_count == 0 and situation.field_changes:
        settled = fields.settle(situation)
        if settled.actions:
            return settled
    return _shipped(situation, intended)


def _shipped(situation: Situation, intended: Ship) -> Plan | LookCloser:
    reuse = _reusable(situation)
    shipped = shipping.ship(situation, intended, _start, reuse)
    if isinstance(shipped, LookCloser) or not shipped.actions:
        return shipped
    stamp = stamps.stamp(situation, reuse, intended.cause)
    if reuse is None:
        return replace(shipped, actions=tuple(_with_tags(each, stamp) for each in shipped.actions))
    return replace(shipped, actions=(stamps.claim(situation, reuse, stamp), *shipped.actions))


def _with_tags(action: Action, labels: Mapping[str, str]) -> Action:
    return replace(action, tags={**action.tags, **labels}) if isinstance(action, RegisterTaskDefinition) else action


def _reusable(situation: Situation) -> RegisteredRevision | None:
    """A revision carries a rolling deployment's mark, so that another service's is not used."""
    ours = ("", str(situation.wanted.key))
    return next((each for each in shipping.reusable(situation) if tags.value(each, tags.OWNER) in ours), None)


def _start(situation: Situation, mark: Mark, reuse: RegisteredRevision | None) -> StartRolling:
    """One update for the revision and every declared field that differs, so that tasks are replaced once."""
    wanted = situation.wanted
    update = sent(fields.sendable(situation), situation.declared, situation.service.definition)
    if reuse is not None and reuse.arn == situation.service.task_definition_arn:
        # The service names it already, and ECS would see no reason to start anything.
        update["forceNewDeployment"] = True
    return StartRolling(
        cluster=wanted.cluster,
        service=wanted.name,
        task_definition_arn=reuse.arn if reuse is not None else None,
        mark=mark,
        fields=update,
        despite_alarm=situation.order.despite_alarm,
    )
