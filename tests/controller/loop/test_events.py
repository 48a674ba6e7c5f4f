"""What happened between two looks."""

from dataclasses import replace
from typing import Any

import pytest

from controller.loop.events import (
    BlockBegan,
    DriftFound,
    DriftGone,
    HoldBegan,
    Result,
    RolloutEnded,
    RolloutStarted,
    events,
)
from controller.loop.learnt import after_report, with_commit
from reconcilers.attempts import Attempt, AttemptState, AwsReason, Cause, Mark
from reconcilers.digest import Digest
from reconcilers.model import Revision
from reconcilers.outcome import Failed, InSync, Outcome, Waiting
from reconcilers.report import Report
from tests.controller.builders import (
    BLOCKED,
    DEBUG,
    HELD,
    KEY,
    NOW,
    SHIFTING,
    attempt,
    drifted,
    observed,
    report,
    status,
)

ALARM = AwsReason("ALARM_ACTIVE", "the alarm fired")
BREAKER = AwsReason("CIRCUIT_BREAKER", "tasks failed to start")


def happened(*reports: Report) -> tuple[object, ...]:
    *earlier, last = reports
    before = status(*earlier)
    return events(before, after_report(before, last), last.at)


def ended(*attempts: Attempt, outcome: Report | None = None) -> RolloutEnded:
    last = outcome or report(at=NOW + 600)
    seen = replace(last, observed=observed(*attempts)) if attempts else last
    event = happened(report(SHIFTING), seen)[0]
    assert isinstance(event, RolloutEnded)
    return event


def test_a_deployment_that_is_followed_for_the_first_time_has_started() -> None:
    assert happened(report(SHIFTING)) == (RolloutStarted(KEY, "d-v2"),)


def test_the_same_look_twice_is_no_event() -> None:
    assert happened(report(SHIFTING), report(SHIFTING)) == ()


def test_a_shift_that_ends_in_sync_has_succeeded() -> None:
    assert ended().result is Result.SUCCEEDED


def test_a_rollout_lasts_from_its_creation_to_its_end() -> None:
    done = attempt("v2", created_at=NOW - 100, finished_at=NOW + 200)
    assert ended(done).seconds == 300


def test_a_rollout_whose_attempt_was_not_read_lasts_since_it_was_first_seen() -> None:
    assert ended().seconds == 600


def test_the_lead_time_counts_from_the_commit() -> None:
    # The builders' commit is a minute old when the story begins.
    assert ended(attempt("v2", finished_at=NOW + 200)).lead == 260


def test_without_the_time_of_the_commit_there_is_no_lead_time() -> None:
    done = report(observed=observed(attempt("v2", finished_at=NOW + 200)), at=NOW + 600)
    before = with_commit(status(report(SHIFTING)), Revision("commit-v2", None))
    told = events(before, after_report(before, done), done.at)
    assert [each.lead for each in told if isinstance(each, RolloutEnded)] == [None]


def test_production_is_live_once_it_has_moved_and_not_when_the_old_task_set_is_gone() -> None:
    moved = attempt("v2", created_at=NOW - 100, moved_at=NOW + 200, finished_at=NOW + 500, shift_over=True)
    assert (ended(moved).seconds, ended(moved).lead) == (300, 260)


def test_a_failure_after_production_had_moved_ends_when_it_failed() -> None:
    bad = attempt("v2", AttemptState.FAILED, created_at=NOW - 100, moved_at=NOW + 200, finished_at=NOW + 500)
    assert ended(bad).seconds == 600


GOOD = attempt("v2", created_at=NOW - 100, finished_at=NOW + 200)


def rolled_back(**more: Any) -> Attempt:
    return attempt("v1", AttemptState.STOPPED, rollback="d-back", **more)


def test_a_success_after_a_rollback_restores_since_its_end() -> None:
    assert ended(GOOD, rolled_back(finished_at=NOW - 700)).restored == 900


def test_a_success_after_several_failures_restores_since_the_first() -> None:
    failed = attempt("v1", AttemptState.FAILED, id="d-first", finished_at=NOW - 1800)
    assert ended(GOOD, rolled_back(finished_at=NOW - 700), failed, attempt("v0")).restored == 2000


def test_a_failure_without_an_end_counts_from_its_beginning() -> None:
    assert ended(GOOD, rolled_back(created_at=NOW - 800)).restored == 1000


def test_the_rollbacks_own_deployment_is_no_success_in_between() -> None:
    back = attempt(None, id="d-back", rollback_of="d-v1", creator="codeDeployRollback")
    assert ended(GOOD, back, rolled_back(finished_at=NOW - 700)).restored == 900


def test_a_success_after_a_success_restores_nothing() -> None:
    assert ended(GOOD, attempt("v1"), rolled_back(id="d-old")).restored is None


def test_a_success_that_was_not_read_restores_nothing() -> None:
    assert ended().restored is None
    assert ended(rolled_back()).restored is None


def test_a_failure_restores_nothing() -> None:
    bad = attempt("v2", AttemptState.FAILED, finished_at=NOW + 200)
    assert ended(bad, rolled_back(), outcome=report(HELD, at=NOW + 600)).restored is None


def test_a_heal_has_no_lead_time() -> None:
    healed = attempt("v2", mark=Mark(status().wanted.release, "c", Cause.HEAL))
    assert ended(healed).lead is None
    event, *_ = happened(replace(report(SHIFTING), observed=observed(healed)), report(at=NOW + 600))
    assert isinstance(event, RolloutEnded)
    assert (event.result, event.lead) == (Result.SUCCEEDED, None), "its end was seen without its record"


@pytest.mark.parametrize(
    ("state", "more", "result"),
    [
        (AttemptState.STOPPED, {"rollback": "d-back"}, Result.ROLLED_BACK),
        (AttemptState.ROLLED_BACK, {}, Result.ROLLED_BACK),
        (AttemptState.FAILED, {}, Result.FAILED),
        (AttemptState.STOPPED, {}, Result.STOPPED),
        (AttemptState.STOPPED, {"gives_way": True}, Result.SUPERSEDED),
        (AttemptState.STOPPED, {"gives_way": True, "rollback": "d-back"}, Result.SUPERSEDED),
        (AttemptState.STOPPED, {"gives_way": True, "reason": ALARM}, Result.STOPPED),
        (AttemptState.ROLLED_BACK, {"gives_way": True, "aws_status": "ROLLBACK_SUCCESSFUL"}, Result.SUPERSEDED),
        (AttemptState.ROLLED_BACK, {"gives_way": True, "reason": BREAKER}, Result.ROLLED_BACK),
    ],
)
def test_a_rollout_ends_as_its_attempt_did(state: AttemptState, more: dict[str, Any], result: Result) -> None:
    tried = attempt("v2", state, **more)
    assert ended(tried, outcome=report(HELD, at=NOW + 60)).result is result


@pytest.mark.parametrize(
    ("state", "rollback", "failed"),
    [
        (AttemptState.SUCCEEDED, None, False),
        (AttemptState.STOPPED, None, False),
        (AttemptState.STOPPED, "d-back", True),
        (AttemptState.FAILED, None, True),
    ],
)
def test_a_commit_whose_rollout_was_rolled_back_or_failed_is_a_change_that_failed(
    state: AttemptState, rollback: str | None, *, failed: bool
) -> None:
    assert ended(attempt("v2", state, finished_at=NOW + 60, rollback=rollback)).change_failed is failed


@pytest.mark.parametrize("cause", [Cause.HEAL, Cause.RETRY])
def test_a_heal_or_a_retry_that_failed_is_no_change_that_failed(cause: Cause) -> None:
    mark = Mark(Digest("v2"), "c2", cause)
    assert not ended(attempt("v2", AttemptState.FAILED, finished_at=NOW + 60, mark=mark)).change_failed


def test_a_rollout_that_did_not_succeed_has_no_lead_time() -> None:
    tried = attempt("v2", AttemptState.FAILED)
    assert ended(tried, outcome=report(HELD, at=NOW + 60)).lead is None


def test_a_rollout_of_which_there_is_no_record_gave_way_to_the_one_in_its_place() -> None:
    assert ended(outcome=report(replace(SHIFTING, deployment="d-v3"), at=NOW + 60)).result is Result.SUPERSEDED


def test_a_look_that_came_to_no_record_of_deployments_ends_no_rollout() -> None:
    assert happened(report(SHIFTING), report(BLOCKED, at=NOW + 60)) == (BlockBegan(KEY, BLOCKED),)


WAITING = Waiting("d-v2 waits", "a person", 15.0)
UNDER_WAY = (AttemptState.RUNNING, AttemptState.READY, AttemptState.STOPPING)


def looked(state: AttemptState, outcome: Outcome = WAITING, at: float = NOW + 60, **more: Any) -> Report:
    """A look at the wanted release's deployment."""
    return replace(report(outcome, at=at), observed=observed(attempt("v2", state, **more)))


@pytest.mark.parametrize("state", UNDER_WAY)
def test_a_rollout_that_waits_or_is_being_stopped_goes_on(state: AttemptState) -> None:
    assert happened(report(SHIFTING), looked(state)) == ()
    assert happened(report(SHIFTING), looked(state), looked(state)) == ()


@pytest.mark.parametrize("state", UNDER_WAY)
def test_a_rollout_that_a_restart_finds_in_the_middle_begins_and_ends_once(state: AttemptState) -> None:
    assert happened(looked(state)) == (RolloutStarted(KEY, "d-v2"),)
    [event] = happened(looked(state), looked(AttemptState.SUCCEEDED, InSync(), NOW + 600, finished_at=NOW + 500))
    assert isinstance(event, RolloutEnded)
    assert (event.result, event.seconds) == (Result.SUCCEEDED, 4100)


def test_a_rollout_that_a_person_let_go_on_neither_ended_nor_began() -> None:
    assert happened(report(SHIFTING), looked(AttemptState.READY), looked(AttemptState.RUNNING, SHIFTING)) == ()


def test_a_rollout_that_was_being_rolled_back_is_so_once_it_is() -> None:
    back = looked(AttemptState.ROLLED_BACK, HELD, NOW + 120, reason=BREAKER)
    rolled, held = happened(report(SHIFTING), looked(AttemptState.STOPPING), back)
    assert isinstance(rolled, RolloutEnded)
    assert rolled.result is Result.ROLLED_BACK
    assert held == HoldBegan(KEY, HELD)


def test_a_rollout_whose_cause_is_learnt_later_is_no_other_one() -> None:
    assert happened(report(SHIFTING), looked(AttemptState.RUNNING, SHIFTING)) == ()


def test_somebody_elses_deployment_that_waits_is_none_of_ours() -> None:
    assert happened(looked(AttemptState.READY, mark=None)) == ()


@pytest.mark.parametrize(("state", "over"), [(AttemptState.SUCCEEDED, False), (AttemptState.RUNNING, True)])
def test_a_shift_that_is_over_has_succeeded_whatever_else_drifts(state: AttemptState, over: bool) -> None:
    healed = attempt("v2", state, shift_over=over)
    assert ended(healed, outcome=drifted(DEBUG)).result is Result.SUCCEEDED


def test_a_shift_that_goes_on_while_another_thing_is_in_the_way_has_not_ended() -> None:
    assert happened(report(SHIFTING), looked(AttemptState.RUNNING, BLOCKED)) == (BlockBegan(KEY, BLOCKED),)


def test_a_shift_that_is_over_while_something_else_waits_has_succeeded() -> None:
    [event] = happened(report(SHIFTING), looked(AttemptState.RUNNING, shift_over=True))
    assert isinstance(event, RolloutEnded)
    assert event.result is Result.SUCCEEDED


def test_another_deployment_in_its_place_ends_one_and_starts_one() -> None:
    other = replace(SHIFTING, deployment="d-v3")
    kinds = [type(event) for event in happened(report(SHIFTING), report(other, at=NOW + 60))]
    assert kinds == [RolloutEnded, RolloutStarted]


BACK = attempt(None, id="d-back", rollback_of="d-v2", creator="codeDeployRollback")
TAKING_BACK = replace(SHIFTING, deployment="d-back")


def test_a_rollback_ends_the_rollout_that_it_takes_back_and_starts_none() -> None:
    failed = attempt("v2", AttemptState.STOPPED, rollback="d-back")
    seen = replace(report(TAKING_BACK, at=NOW + 60), observed=observed(BACK, failed))
    [event] = happened(report(SHIFTING), seen)
    assert isinstance(event, RolloutEnded)
    assert (event.deployment, event.result) == ("d-v2", Result.ROLLED_BACK)


@pytest.mark.parametrize("known_after", [True, False])
def test_the_end_of_a_rollback_is_no_end_of_a_rollout(known_after: bool) -> None:
    back = replace(report(TAKING_BACK, at=NOW + 60), observed=observed(BACK))
    done = replace(report(at=NOW + 120), observed=observed(*([BACK] if known_after else [])))
    assert happened(report(SHIFTING), back, done) == ()


def test_a_failed_look_ends_no_rollout() -> None:
    assert happened(report(SHIFTING), report(Failed("Throttled", ""))) == ()


def test_drift_is_found_once() -> None:
    assert happened(drifted()) == (DriftFound(KEY, (DEBUG.path,)),)
    assert happened(drifted(), drifted()) == ()


def test_drift_that_goes_lasted_since_it_was_first_seen() -> None:
    assert happened(drifted(at=NOW), report(at=NOW + 90)) == (DriftGone(KEY, 90),)


def test_a_hold_begins_once() -> None:
    assert happened(report(HELD)) == (HoldBegan(KEY, HELD),)
    assert happened(report(HELD), report(replace(HELD, deployment="d-again"))) == ()


def test_a_block_begins_once() -> None:
    assert happened(report(BLOCKED)) == (BlockBegan(KEY, BLOCKED),)
    assert happened(report(BLOCKED), report(replace(BLOCKED, after=1.0))) == ()


def test_another_obstacle_in_the_place_of_the_first_is_an_event() -> None:
    other = replace(BLOCKED, findings=tuple(replace(each, code="Another") for each in BLOCKED.findings))
    assert happened(report(BLOCKED), report(other)) == (BlockBegan(KEY, other),)


def test_another_release_that_is_held_is_an_event() -> None:
    other = replace(HELD, release=Digest("other"))
    assert happened(report(HELD), report(other)) == (HoldBegan(KEY, other),)
