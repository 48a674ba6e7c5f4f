"""What there is to tell of deployments, whoever made them."""

from typing import Any

import pytest

from controller.loop.facts import Kind
from controller.loop.rollout_facts import attempt_fact, ours, record
from controller.loop.status import ServiceStatus
from reconcilers.attempts import Attempt, AttemptState, AwsReason, Cause, Mark
from tests.controller.builders import NOW, attempt, observed, report, status
from tests.reconcilers.builders import release

ALARM = AwsReason("ALARM_ACTIVE", "the alarm fired")


def seen(*attempts: Attempt) -> ServiceStatus:
    return status(report(observed=observed(*attempts)))


def told(one: Attempt, *newer: Attempt) -> Any:
    return attempt_fact(seen(*newer, one), one)


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        (AttemptState.RUNNING, Kind.STARTED),
        (AttemptState.READY, Kind.STARTED),
        (AttemptState.STOPPING, Kind.STARTED),
        (AttemptState.SUCCEEDED, Kind.DONE),
        (AttemptState.FAILED, Kind.FAILED),
        (AttemptState.STOPPED, Kind.STOPPED),
        (AttemptState.ROLLED_BACK, Kind.ROLLED_BACK),
    ],
)
def test_every_state_has_its_kind(state: AttemptState, kind: Kind) -> None:
    assert told(attempt("v2", state)).kind is kind


def test_production_that_has_moved_is_done_while_the_old_task_set_ends() -> None:
    assert told(attempt("v2", AttemptState.RUNNING, shift_over=True)).kind is Kind.DONE


def test_what_is_done_is_dated_from_when_production_moved_and_not_from_the_old_task_sets_end() -> None:
    moved = attempt("v2", created_at=NOW - 900, moved_at=NOW - 600, finished_at=NOW - 300, shift_over=True)
    assert (told(moved).at, told(moved).seconds) == (NOW - 600, 300)


def test_what_was_taken_back_is_rolled_back_whatever_its_state() -> None:
    assert told(attempt("v2", AttemptState.FAILED, rollback="d-back")).kind is Kind.ROLLED_BACK


def test_a_stop_of_ours_for_a_newer_release_gave_way() -> None:
    assert told(attempt("v2", AttemptState.STOPPED, gives_way=True)).kind is Kind.SUPERSEDED


def test_a_stop_of_ours_for_a_newer_release_gave_way_though_its_traffic_was_taken_back() -> None:
    stopped = attempt("v1", AttemptState.STOPPED, gives_way=True, rollback="d-back")
    assert told(stopped).kind is Kind.SUPERSEDED


def test_a_stop_by_somebody_else_is_a_stop_though_a_newer_commit_of_ours_follows() -> None:
    newer = attempt("v3", created_at=NOW)
    assert told(attempt("v2", AttemptState.STOPPED), newer).kind is Kind.STOPPED


def test_what_an_alarm_stopped_before_we_did_never_gave_way() -> None:
    assert told(attempt("v2", AttemptState.STOPPED, gives_way=True, reason=ALARM)).kind is Kind.STOPPED


def test_what_is_to_give_way_has_not_until_it_has_stopped() -> None:
    assert told(attempt("v2", AttemptState.STOPPING, gives_way=True)).kind is Kind.STARTED


def test_somebody_elses_stop_was_a_stop() -> None:
    assert told(attempt(None, AttemptState.STOPPED)).kind is Kind.STOPPED


def test_an_end_is_told_at_awss_time() -> None:
    fact = told(attempt("v2", created_at=NOW - 100, finished_at=NOW - 40))
    assert (fact.at, fact.seconds) == (NOW - 40, 60)


def test_an_end_without_a_time_is_told_as_of_the_look() -> None:
    assert told(attempt("v2", created_at=NOW - 100)).at == NOW


def test_an_end_that_nobody_looked_at_is_told_as_of_its_beginning() -> None:
    one = attempt("v2", created_at=NOW - 100)
    assert attempt_fact(status(), one).at == NOW - 100


def test_a_beginning_has_no_duration() -> None:
    assert told(attempt("v2", AttemptState.RUNNING)).seconds is None


def test_the_commit_that_is_wanted_brings_its_subject_and_author() -> None:
    fact = told(attempt("v2"))
    assert (fact.commit, fact.subject, fact.who) == ("commit-v2", "ship v2", "ann")


def test_an_earlier_commit_has_no_subject_any_more() -> None:
    fact = told(attempt("v1"))
    assert (fact.commit, fact.subject, fact.who) == ("commit-v1", "", "")


def test_somebody_elses_release_is_told_as_such() -> None:
    fact = told(attempt(None, id="d-hand"))
    assert (fact.who, fact.commit) == ("somebody else", None)
    assert fact.text == "somebody else's release serves production (deployment d-hand)"


def test_a_heal_says_what_it_puts_back() -> None:
    heal = attempt("v2", AttemptState.RUNNING, mark=Mark(release("v2"), "c0ffee1234", Cause.HEAL))
    assert told(heal).text == "d-v2 puts back what commit c0ffee1 says"


def test_a_failure_carries_awss_words() -> None:
    fact = told(attempt("v2", AttemptState.FAILED, reason=ALARM))
    assert fact.reason == "ALARM_ACTIVE"
    assert fact.text == "commit commit- failed (deployment d-v2): ALARM_ACTIVE: the alarm fired"


def test_a_running_deployment_is_in_the_record_once() -> None:
    assert [each.kind for each in record(seen(attempt("v2", AttemptState.RUNNING)))] == [Kind.STARTED]


def test_a_finished_deployment_is_in_the_record_with_both_ends() -> None:
    assert [each.kind for each in record(seen(attempt("v2")))] == [Kind.STARTED, Kind.DONE]


def test_a_rollback_is_no_release_of_its_own() -> None:
    back = attempt(None, id="d-back", rollback_of="d-v2", creator="codeDeployRollback")
    assert list(record(seen(back))) == []


def test_ours_are_those_with_our_mark() -> None:
    assert [each.id for each in ours(seen(attempt("v2"), attempt(None, id="d-hand")))] == ["d-v2"]


def test_before_the_first_look_there_is_no_record() -> None:
    assert (list(record(status())), list(ours(status()))) == ([], [])
