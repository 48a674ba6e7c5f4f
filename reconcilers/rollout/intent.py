"""What should happen where nothing is under way: nothing, wait for somebody, or ship. Common to both ways of deploying.

Outdated, drifted and held are three things. *Held*: the newest verdict on the wanted release is a failure. *Drifted*:
the wanted release was the last of ours to succeed, and something else runs. *Outdated*: everything else.
"""

from dataclasses import replace
from typing import assert_never

from reconcilers.attempts import Attempt, Cause
from reconcilers.model import CodeDeployRollout, DriftPolicy, RollingRollout, SyncPolicy
from reconcilers.outcome import Blocked, BlockedBy, Differs, Finding, Held, Sync, Waiting, full_stop
from reconcilers.rollout import fields, heal, holds
from reconcilers.rollout.failures import Fault, Handling, handling, reason
from reconcilers.rollout.history import succeeded
from reconcilers.rollout.shipping import Ship
from reconcilers.rollout.situation import Situation
from reconcilers.verdict import Look, LookCloser, Plan


def intent(situation: Situation) -> Plan | LookCloser | Ship:
    """What should happen, the running revision not being the wanted one, or not having come up."""
    if situation.live.candidates is None:
        return LookCloser(frozenset({Look.CANDIDATES}))
    if (hold := holds.hold(situation)) is not None:
        return _held(situation, hold)
    sync = situation.sync() if situation.changes else Sync.OUTDATED
    failed = _failed(holds.verdicts(situation))
    if failed and situation.writes:
        return _after_failures(situation, failed, sync)
    return _drifted(situation) if sync is Sync.DRIFTED else _outdated(situation)


def _held(situation: Situation, hold: holds.Hold) -> Plan | Ship:
    if situation.writes and situation.order.retry:
        return Ship(Cause.RETRY, Sync.HELD)
    actions = (hold.tag,) if hold.tag is not None and situation.writes else ()
    outcome = Held(situation.wanted.release, hold.deployment, hold.reason)
    return situation.plan(outcome, Sync.HELD, *actions, spends=True)


def _failed(tried: tuple[Attempt, ...]) -> tuple[Attempt, ...]:
    """The newest attempts in a row that failed for the same kind of reason: the infrastructure's, or the set-up's.

    None where the newest is somebody else's: nobody asked us to repeat that.
    """
    if not tried or succeeded(tried[0]) or tried[0].mark is None:
        return ()
    fault = handling(tried[0]).fault
    row: list[Attempt] = []
    for attempt in tried:
        if succeeded(attempt) or handling(attempt).fault is not fault:
            break
        row.append(attempt)
    return tuple(row)


def _after_failures(situation: Situation, failed: tuple[Attempt, ...], sync: Sync) -> Plan | Ship:
    if situation.order.retry:
        return Ship(Cause.RETRY, sync)
    last, policy = failed[0], situation.policy
    how = handling(last)
    if how.fault is Fault.SETUP:
        return situation.plan(_set_up(situation, last, how), sync)
    if len(failed) > retries(situation):
        return situation.plan(_exhausted(situation, failed), sync)
    delays = policy.infrastructure_backoff or (0.0,)
    left = (last.finished_at or last.created_at) + delays[min(len(failed), len(delays)) - 1] - situation.now
    if left > 0:
        said = reason(last)
        what = f"{last.name} failed for AWS's reasons ({said.code}: {said.message}); tried again in {left:.0f} s."
        return situation.plan(Waiting(what, "AWS", left), sync)
    return Ship(Cause.HEAL if sync is Sync.DRIFTED else Cause.COMMIT, sync)


def retries(situation: Situation) -> int:
    """How often an attempt that failed for the infrastructure's reasons is repeated."""
    match situation.wanted.rollout:
        case CodeDeployRollout(retries=allowed) | RollingRollout(retries=allowed):
            return allowed
        case _:
            assert_never(situation.wanted.rollout)


def _set_up(situation: Situation, last: Attempt, how: Handling) -> Blocked:
    said = reason(last)
    remedy = f"{how.remedy}. Then: trueup retry {situation.wanted.key}."
    finding = Finding("SetUpWrong", full_stop(f"{last.name} failed with {said.code}: {said.message}"), remedy)
    return Blocked(how.by, (finding,), situation.policy.blocked_after)


def _exhausted(situation: Situation, failed: tuple[Attempt, ...]) -> Blocked:
    said = reason(failed[0])
    finding = Finding(
        "RetriesExhausted",
        f"{len(failed)} attempts in a row failed for AWS's reasons, the last was {failed[0].name}. "
        + full_stop(f"{said.code}: {said.message}"),
        f"Look at AWS's health, quotas and the service's events. Then: trueup retry {situation.wanted.key}.",
    )
    return Blocked(BlockedBy.INFRASTRUCTURE, (finding,), situation.policy.blocked_after)


def _drifted(situation: Situation) -> Plan | Ship:
    running = situation.running.arn
    if situation.wanted.drift is DriftPolicy.IGNORE:
        return fields.settle(situation, f"{running} was shipped by hand and drift is ignored.")
    if not situation.restores:
        return situation.plan(Differs(f"{running} was shipped by hand."), Sync.DRIFTED, spends=True)
    restraint = None if situation.order.sync else heal.revision_restraint(situation)
    if restraint is not None:
        return situation.plan(restraint, Sync.DRIFTED)
    return Ship(Cause.HEAL, Sync.DRIFTED)


def _outdated(situation: Situation) -> Plan | Ship:
    if situation.released:
        return Ship(Cause.COMMIT, Sync.OUTDATED)
    commit = situation.wanted.commit.short
    how = "is not shipped" if situation.wanted.sync is SyncPolicy.OBSERVE else "waits for somebody to say sync"
    plan = situation.plan(Differs(f"{commit} {how}."), Sync.OUTDATED, spends=True)
    return _with_fields(situation, plan) if situation.field_changes else plan


def _with_fields(situation: Situation, plan: Plan) -> Plan:
    # A release may wait for days; service fields are put back meanwhile.
    return replace(plan, actions=fields.settle(situation).actions)
