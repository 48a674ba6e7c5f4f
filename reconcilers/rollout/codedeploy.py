"""A traffic shift by CodeDeploy, decided one look at a time.

CodeDeploy owns the traffic: nothing here writes a listener or makes a task set. One deployment per group; whatever is
under way is followed, superseded or waited for before anything else is thought of. A shift is over when PRIMARY has
switched: the termination wait after it, of up to two days, neither times out nor keeps a newer release from shipping.
"""

from dataclasses import replace
from functools import partial

from reconcilers.actions import CreateDeployment, EndTerminationWait, StopDeployment
from reconcilers.attempts import Attempt, AttemptState, AwsReason, Mark
from reconcilers.declared import CARRIED, sent
from reconcilers.live_service import RegisteredRevision, TaskSet
from reconcilers.model import CodeDeployRollout, NewerCommit
from reconcilers.outcome import Blocked, BlockedBy, Finding, InSync, Progressing, Sync, Waiting
from reconcilers.rollout import fields, following, holds, shipping
from reconcilers.rollout.history import is_rollback, latest_success, named
from reconcilers.rollout.intent import intent
from reconcilers.rollout.shipping import Ship
from reconcilers.rollout.situation import Situation
from reconcilers.verdict import Look, LookCloser, Plan


def transition(situation: Situation, rollout: CodeDeployRollout) -> Plan | LookCloser:
    """The next step of a service that CodeDeploy deploys."""
    if (attempt := situation.active) is not None:
        return _under_way(situation, rollout, attempt)
    if (strange := _strange_task_set(situation)) is not None:
        what = f"Deployment {strange} has a task set in the service and is not in the deployment group's record."
        return situation.plan(Waiting(what, strange, situation.policy.poll), situation.sync())
    if not situation.changes:
        return _quiet(situation)
    return _carried_out(situation, rollout, intent(situation))


def _under_way(situation: Situation, rollout: CodeDeployRollout, attempt: Attempt) -> Plan | LookCloser:
    if is_rollback(attempt):
        return _rolling_back(situation, attempt)
    if attempt.mark is None:
        return following.foreign(situation, attempt)
    if attempt.state is AttemptState.STOPPING:
        return following.stopping(situation, attempt)
    if attempt.shift_over:
        return _terminating(situation, rollout, attempt)
    if situation.wants(attempt):
        return _followed(situation, rollout, attempt)
    return _superseded(situation, rollout, attempt)


def _rolling_back(situation: Situation, attempt: Attempt) -> Plan | LookCloser:
    if situation.live.progress is None:
        return LookCloser(frozenset({Look.PROGRESS}))
    taken_back = next((each for each in situation.attempts if each.id == attempt.rollback_of), None)
    what = f"{attempt.id} rolls back {attempt.rollback_of or 'a deployment'}"
    held = taken_back is not None and situation.wants(taken_back)
    outcome = Progressing(what, situation.policy.poll, attempt.id, situation.live.progress)
    return situation.plan(outcome, Sync.HELD if held else situation.sync())


def _followed(situation: Situation, rollout: CodeDeployRollout, attempt: Attempt) -> Plan | LookCloser:
    if attempt.state is AttemptState.READY:
        return following.ready(situation, attempt)
    if situation.live.progress is None:
        return LookCloser(frozenset({Look.PROGRESS}))
    if situation.writes and following.overdue(situation, attempt, rollout.timeout):
        return _timed_out(situation, rollout, attempt)
    return following.plan(situation, attempt)


def _timed_out(situation: Situation, rollout: CodeDeployRollout, attempt: Attempt) -> Plan:
    why = following.late(rollout.timeout)
    stop = StopDeployment(attempt.id, why)
    outcome = Progressing(f"stops {attempt.id}: {why}", situation.policy.poll, attempt.id)
    labels = holds.mark_held(attempt, AwsReason("TIMED_OUT", why))
    sync = Sync.HELD if situation.wants(attempt) else situation.sync()
    return situation.plan(outcome, sync, *labels, stop)


def _superseded(situation: Situation, rollout: CodeDeployRollout, attempt: Attempt) -> Plan | LookCloser:
    """A shift of ours that Git no longer wants: stopped where something would come of it, followed to its end else."""
    if rollout.newer_commit is NewerCommit.WAIT:
        return _followed(situation, rollout, attempt)
    comes = _comes_of_it(situation)
    if isinstance(comes, LookCloser):
        return comes
    if not comes:
        return _followed(situation, rollout, attempt)
    why = f"superseded by {situation.wanted.commit.short}"
    outcome = Progressing(f"stops {attempt.id}: {why}", situation.policy.poll, attempt.id)
    sync = situation.sync() if situation.changes else Sync.OUTDATED
    return situation.plan(outcome, sync, *holds.mark_superseded(attempt), StopDeployment(attempt.id, why))


def _comes_of_it(situation: Situation) -> bool | LookCloser:
    if not situation.changes:
        return situation.released
    intended = intent(situation)
    if isinstance(intended, LookCloser):
        return intended
    if not isinstance(intended, Ship) or shipping.refusals(situation):
        return False
    if (facts := situation.live.preflight) is None:
        return LookCloser(frozenset({Look.PREFLIGHT}))
    # In the middle of a shift production is on both colours, and its alarm may fire because of what is to be stopped.
    passing = ("ProductionNotOnPrimary", "AlarmFiring")
    return not any(each.blocking and each.code not in passing for each in shipping.checked(situation, facts))


def _terminating(situation: Situation, rollout: CodeDeployRollout, attempt: Attempt) -> Plan | LookCloser:
    if not situation.changes:
        note = f"{attempt.id} has shifted the traffic and waits to end the old task set"
        if situation.field_changes:
            what = f"{note}; {', '.join(fields.fields_of(situation.field_changes))} differ and are looked at then."
            return situation.plan(Waiting(what, attempt.id, situation.policy.resync), situation.sync_of_fields())
        return situation.plan(InSync(f"{note}."), Sync.IN_SYNC, spends=True)
    intended = intent(situation)
    if not isinstance(intended, Ship):
        return intended
    shipped = _shipped(situation, rollout, intended)
    if isinstance(shipped, LookCloser) or not shipped.actions:
        return shipped
    what = f"ends the termination wait of {attempt.id} to ship {situation.wanted.commit.short}"
    outcome = Progressing(what, situation.policy.poll, attempt.id)
    return replace(shipped, actions=(EndTerminationWait(attempt.id),), outcome=outcome, spends=False)


def _strange_task_set(situation: Situation) -> str | None:
    """A deployment that shows in the service and that nobody told us of: of another group, or too new to be listed."""
    known = {attempt.id for attempt in situation.attempts}
    moving = (each.external_id for each in situation.service.task_sets if each.status == "ACTIVE")
    return next((each for each in moving if each is not None and each not in known), None)


def _draining(situation: Situation) -> bool:
    return any(each.status == "DRAINING" for each in situation.service.task_sets)


def _quiet(situation: Situation) -> Plan:
    left = [each for each in situation.service.task_sets if each.status != "PRIMARY"]
    return fields.settle(situation, _beside(left) if left else "")


def _beside(left: list[TaskSet]) -> str:
    """What is in the service beside what serves. It may be the green of a shift that was taken back: not only blue."""
    ids = " and ".join(each.id for each in left)
    one, ends = len(left) == 1, all(each.status == "DRAINING" for each in left)
    how = f"{'is' if one else 'are'} being ended" if ends else f"wait{'s' * one} to be ended"
    return f"The release serves, and the other task set{'s' * (not one)}, {ids}, {how}."


def _carried_out(
    situation: Situation, rollout: CodeDeployRollout, intended: Plan | LookCloser | Ship
) -> Plan | LookCloser:
    if not isinstance(intended, Ship):
        return intended
    if _draining(situation):
        # A deployment that is started before the old task set is gone fails with ECS_UPDATE_ERROR.
        waiting = Waiting("The old task set still drains.", "the draining task set", situation.policy.poll)
        return situation.plan(waiting, intended.sync)
    if situation.service.desired_count == 0 and situation.field_changes:
        settled = fields.settle(situation)
        if settled.actions:
            return settled
    return _shipped(situation, rollout, intended)


def _shipped(situation: Situation, rollout: CodeDeployRollout, intended: Ship) -> Plan | LookCloser:
    if (dropped := _dropped_hooks(situation, rollout)) is not None:
        return situation.plan(dropped, intended.sync)
    fit = shipping.reusable(situation)
    return shipping.ship(situation, intended, partial(_deployment, rollout), fit[0] if fit else None)


def _dropped_hooks(situation: Situation, rollout: CodeDeployRollout) -> Blocked | None:
    last = latest_success(situation.attempts)
    lost = sorted(named(last.hooks).keys() - rollout.hooks.keys()) if last is not None else []
    if last is None or not lost:
        return None
    finding = Finding(
        "HooksDropped",
        f"Deployment {last.id} ran hooks that {situation.wanted.source} does not name: {', '.join(lost)}.",
        "Name each in rollout.codeDeploy.hooks, or name it with an empty function to do without it.",
    )
    return Blocked(BlockedBy.HOOKS, (finding,), situation.policy.blocked_after)


def _deployment(
    rollout: CodeDeployRollout, situation: Situation, mark: Mark, reuse: RegisteredRevision | None
) -> CreateDeployment:
    declared, service = situation.wanted.service_definition, situation.service
    # CodeDeploy forgets what it is not told, so what is live goes with every deployment.
    carried = {name: service.definition.get(name) for name in CARRIED}
    carried |= sent(tuple(CARRIED & declared.keys()), declared, service.definition)
    return CreateDeployment(
        application=rollout.application,
        deployment_group=rollout.deployment_group,
        task_definition_arn=reuse.arn if reuse is not None else None,
        load_balancer=service.load_balancers[0],
        mark=mark,
        network_configuration=carried["networkConfiguration"] or None,
        capacity_provider_strategy=tuple(carried["capacityProviderStrategy"] or ()),
        platform_version=declared.get("platformVersion"),
        hooks=named(rollout.hooks),
        despite_alarm=situation.order.despite_alarm,
    )
