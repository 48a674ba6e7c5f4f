"""Whatever AWS says and whoever asks: what never happens, explored over random states."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reconcilers import tags
from reconcilers.actions import CreateDeployment, RegisterTaskDefinition, StartRolling, StopDeployment
from reconcilers.attempts import Attempt, AttemptState, AwsReason, Cause, Mark
from reconcilers.live import Live
from reconcilers.model import CodeDeployRollout, DriftPolicy, NewerCommit, RollingRollout, Service, SyncPolicy
from reconcilers.outcome import Blocked, BlockedBy, Held, InSync, Progressing
from reconcilers.plan import decide
from reconcilers.progress import Progress
from reconcilers.rollout.failures import CODES
from reconcilers.verdict import LinkState, Look, LookCloser, Order, Plan
from tests.examples import examples
from tests.reconcilers.builders import (
    NOW,
    POLICY,
    arn,
    facts,
    group,
    live,
    registered,
    release,
    rolling_service,
    service,
    task_set,
    wanted,
)

TAGS = ("v1", "v2", "v3")
EXPLORED = settings(max_examples=examples(100))
ACTIVE = (AttemptState.RUNNING, AttemptState.READY, AttemptState.STOPPING)


@st.composite
def attempt_list(draw: st.DrawFn) -> tuple[Attempt, ...]:
    """Newest first, at most the newest active, as a deployment group has it."""
    made: list[Attempt] = []
    at = NOW
    for place in range(draw(st.integers(0, 5))):
        at -= draw(st.sampled_from([1.0, 100.0, 1000.0, 6000.0]))
        tag = draw(st.sampled_from(TAGS))
        states = [each for each in AttemptState if place == 0 or each not in ACTIVE]
        made.append(
            Attempt(
                id=f"d-{place}",
                state=draw(st.sampled_from(states)),
                aws_status="Some",
                created_at=at,
                task_definition_arn=draw(st.sampled_from([arn(int(tag[1])), None])),
                revision=wanted(tag).revision,
                mark=Mark(release(tag), "c", draw(st.sampled_from(Cause))) if draw(st.booleans()) else None,
                finished_at=draw(st.sampled_from([None, at])),
                reason=draw(st.sampled_from([None, *(AwsReason(code, "m") for code in CODES)])),
                rollback=draw(st.sampled_from([None, None, "d-back"])),
                rollback_of=draw(st.sampled_from([None, None, None, "d-1"])),
                shift_over=draw(st.booleans()),
                hooks=draw(st.sampled_from([{}, {}, {"AfterInstall": "f"}])),
            )
        )
    return tuple(made)


@st.composite
def wishes(draw: st.DrawFn, rolling: bool) -> Service:
    rollout = RollingRollout() if rolling else CodeDeployRollout("notes", "notes-dg")
    return wanted(
        draw(st.sampled_from(TAGS)),
        rollout=replace(rollout, newer_commit=draw(st.sampled_from(NewerCommit))),
        sync=draw(st.sampled_from(SyncPolicy)),
        drift=draw(st.sampled_from(DriftPolicy)),
        strict=draw(st.booleans()),
        service_definition=draw(st.sampled_from([{}, {}, {"desiredCount": 3}, {"platformVersion": "1.3.0"}])),
    )


@st.composite
def sights(draw: st.DrawFn, rolling: bool) -> Live:
    number = draw(st.integers(1, 3))
    found: Any = rolling_service(draw(st.sampled_from(["COMPLETED", "IN_PROGRESS", "FAILED"])), number)
    if not rolling:
        extra = draw(st.sampled_from([(), (), (task_set("DRAINING", 9),), (task_set("ACTIVE", 9, external_id="d-0"),)]))
        found = service(task_set(number=number), *extra)
    label = draw(st.sampled_from([{}, {tags.HELD: "d-0 X: y"}, {tags.HELD: "d-gone X: y"}, {tags.SUPERSEDED: "d-0"}]))
    candidates = tuple(registered(f"v{each}", each, tags=label) for each in draw(st.sets(st.integers(1, 3))))
    good = facts(group=None if rolling else group(alarms_enabled=draw(st.booleans())))
    return live(
        *draw(attempt_list()),
        service=found,
        running=registered(f"v{number}", number, tags=label),
        candidates=candidates,
        scalable=draw(st.booleans()),
        preflight=draw(st.sampled_from([good, good, replace(good, rollback_target=None)])),
        progress=Progress(draw(st.sampled_from([0.0, 50.0])), 1, 2),
    )


ORDERS = st.builds(
    Order,
    sync=st.booleans(),
    retry=st.booleans(),
    despite_alarm=st.sampled_from([None, None, "fix"]),
    at=st.sampled_from([None, NOW - 50, NOW - 5000]),
    field_heals=st.sampled_from([(), (NOW - 10,), (NOW - 10, NOW - 700, NOW - 900)]),
    applied=st.sampled_from([None, {}, {"desiredCount": 2}]),
)
STATES = st.booleans().flatmap(lambda rolling: st.tuples(wishes(rolling), sights(rolling), ORDERS))
State = tuple[Service, Live, Order]


def plan_of(state: State) -> Plan:
    want, seen, order = state
    plan = decide(want, seen, NOW, POLICY, order)
    assert isinstance(plan, Plan)
    return plan


def starts(plan: Plan) -> bool:
    return any(isinstance(each, CreateDeployment | StartRolling) for each in plan.actions)


@EXPLORED
@given(STATES)
def test_observe_writes_nothing_at_all(state: State) -> None:
    want, seen, order = state
    assert plan_of((replace(want, sync=SyncPolicy.OBSERVE), seen, order)).actions == ()


@EXPLORED
@given(STATES)
def test_the_same_answers_lead_to_the_same_plan(state: State) -> None:
    assert plan_of(state) == plan_of(state)


@EXPLORED
@given(STATES)
def test_nothing_is_created_while_a_shift_is_active_or_the_old_task_set_drains(state: State) -> None:
    want, seen, _ = state
    plan = plan_of(state)
    busy = any(each.active for each in seen.attempts or ())
    assert seen.service is not None
    drains = any(each.status == "DRAINING" for each in seen.service.task_sets)
    if isinstance(want.rollout, CodeDeployRollout) and (busy or drains):
        assert not starts(plan)


@EXPLORED
@given(STATES)
def test_nothing_is_written_while_somebody_elses_deployment_is_active(state: State) -> None:
    _, seen, _ = state
    if any(each.active and each.mark is None for each in seen.attempts or ()):
        assert plan_of(state).actions == ()


@EXPLORED
@given(STATES)
def test_only_a_deployment_of_ours_is_stopped(state: State) -> None:
    _, seen, _ = state
    ours = {each.id for each in seen.attempts or () if each.active and each.mark is not None}
    assert {each.deployment_id for each in plan_of(state).actions if isinstance(each, StopDeployment)} <= ours


@EXPLORED
@given(STATES)
def test_what_is_held_is_not_shipped_without_the_word(state: State) -> None:
    want, seen, order = state
    calm = plan_of((want, seen, replace(order, retry=False)))
    if isinstance(calm.outcome, Held):
        assert not starts(calm)
    if plan_of(state).actions != calm.actions:
        assert order.retry


@EXPLORED
@given(STATES)
def test_a_plan_that_preflight_blocks_has_no_actions(state: State) -> None:
    plan = plan_of(state)
    if isinstance(plan.outcome, Blocked):
        assert plan.actions == ()
    if isinstance(plan.outcome, Blocked) and plan.outcome.by is BlockedBy.PREFLIGHT:
        assert all(each.blocking for each in plan.outcome.findings)


@EXPLORED
@given(STATES)
def test_at_most_one_thing_is_started_and_what_is_registered_is_shipped_at_once(state: State) -> None:
    kinds = [type(each) for each in plan_of(state).actions]
    assert sum(kind in (CreateDeployment, StartRolling) for kind in kinds) <= 1
    if RegisterTaskDefinition in kinds:
        assert kinds[kinds.index(RegisterTaskDefinition) + 1] in (CreateDeployment, StartRolling)


@EXPLORED
@given(STATES)
def test_a_manual_release_never_ships_without_a_word(state: State) -> None:
    want, seen, order = state
    quiet = replace(order, sync=False, retry=False)
    started = plan_of((replace(want, sync=SyncPolicy.MANUAL), seen, quiet)).actions
    tried = any(each.mark is not None and not each.active for each in seen.attempts or ())
    causes = {each.mark.cause for each in started if isinstance(each, CreateDeployment | StartRolling)}
    if not tried:
        assert not causes


@EXPLORED
@given(STATES)
def test_the_chain_blocks_in_exactly_one_place_unless_it_is_in_sync_or_moves(state: State) -> None:
    plan = plan_of(state)
    blocked = [each for each in plan.chain if each.state is LinkState.BLOCKED]
    active = [each for each in plan.chain if each.state is LinkState.ACTIVE]
    moves = isinstance(plan.outcome, Progressing)
    assert (len(blocked), len(active)) == (int(not isinstance(plan.outcome, Progressing | InSync)), int(moves))


FIELDS = {
    Look.ATTEMPTS: "attempts",
    Look.CANDIDATES: "candidates",
    Look.PROGRESS: "progress",
    Look.SCALING: "scalable",
    Look.PREFLIGHT: "preflight",
    Look.LABELS: "running",
}


@EXPLORED
@given(STATES)
def test_nothing_is_asked_for_twice_and_looking_closer_ends_in_the_same_plan(state: State) -> None:
    want, seen, order = state
    assert seen.running is not None
    unlabelled = replace(seen.running, tags=None)
    known = replace(
        seen, running=unlabelled, attempts=None, candidates=None, progress=None, scalable=None, preflight=None
    )
    for _ in range(len(Look) + 1):
        verdict = decide(want, known, NOW, POLICY, order)
        if isinstance(verdict, Plan):
            break
        assert verdict.at
        assert all(getattr(known, FIELDS[each]) in (None, unlabelled) for each in verdict.at)
        known = replace(known, **{FIELDS[each]: getattr(seen, FIELDS[each]) for each in verdict.at})
    assert isinstance(verdict, Plan)
    assert (verdict.actions, verdict.outcome, verdict.sync) == _of(plan_of(state))


def _of(plan: Plan) -> tuple[object, object, object]:
    return plan.actions, plan.outcome, plan.sync


@EXPLORED
@given(STATES)
def test_what_is_in_sync_runs_what_is_wanted_or_drift_is_ignored(state: State) -> None:
    want, seen, _ = state
    plan = plan_of(state)
    assert seen.running is not None
    if isinstance(plan.outcome, InSync) and want.drift is not DriftPolicy.IGNORE:
        assert seen.running.digest == want.revision
        assert plan.actions == ()
        assert not isinstance(plan, LookCloser)
