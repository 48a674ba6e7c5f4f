"""Which deployment brought up what runs, and since when it is drift."""

from dataclasses import replace
from typing import Any

from reconcilers.attempts import Attempt, AttemptState
from reconcilers.live import Live
from reconcilers.rollout.history import drifted_at, shipped
from tests.reconcilers.builders import NOW, attempt, registered, rolling_service, service, task_set

BY_HAND = registered("v1", 3)
THEIRS = attempt("v3", id="d-hand", mark=None, created_at=NOW - 600)
OURS = attempt("v2", created_at=NOW - 3600)
COMMITTED = NOW - 60


def seen(*attempts: Attempt, **more: Any) -> Live:
    given = {"service": service(task_set(number=3)), "running": BY_HAND, "attempts": attempts or None}
    return Live(NOW, **{**given, **more})


def test_the_deployment_that_shipped_is_the_one_of_the_primary_task_set() -> None:
    tries = (attempt("v3", id="d-new", mark=None), attempt("v3", id="d-old", mark=None))
    live = seen(*tries, service=service(task_set(number=3, external_id="d-old")))
    assert (found := shipped(live, live.running)) is not None
    assert found.id == "d-old"


def test_where_task_sets_do_not_tell_it_is_the_newest_with_the_running_revision() -> None:
    tries = (attempt("v2"), attempt("v3", AttemptState.SUCCEEDED, mark=None))
    live = seen(*tries, service=rolling_service(number=3))
    assert (found := shipped(live, live.running)) is not None
    assert found.id == "d-v3"


def test_nothing_is_known_of_a_shipment_where_nothing_runs_or_nothing_was_looked_at() -> None:
    assert shipped(seen(), None) is None
    assert shipped(seen(), registered()) is None
    assert shipped(seen(service=None, attempts=()), registered()) is None


def test_what_somebody_shipped_over_ours_is_drift_since_that_was_created() -> None:
    assert drifted_at(seen(THEIRS, OURS), COMMITTED) == NOW - 600


def test_what_was_started_anew_since_is_drift_since_it_was_shipped() -> None:
    arns = "arn:aws:ecs:eu-west-1:1:service-deployment/prod/notes/"
    again, failed = replace(THEIRS, id=f"{arns}2", created_at=NOW - 60), attempt("v4", AttemptState.ROLLED_BACK)
    tries = (again, failed, replace(THEIRS, id=f"{arns}1"), OURS)
    assert drifted_at(seen(*tries, service=rolling_service(number=3)), COMMITTED) == NOW - 600


def test_what_we_shipped_is_no_drift() -> None:
    assert drifted_at(seen(attempt("v3"), OURS), COMMITTED) is None


def test_what_a_rollback_brought_back_is_nobodys_drift() -> None:
    back = attempt("v3", id="d-back", mark=None, rollback_of="d-v2", created_at=NOW - 600)
    assert drifted_at(seen(back, OURS), COMMITTED) is None


def test_where_we_shipped_nothing_before_it_is_not_known_when_the_drift_began() -> None:
    assert drifted_at(seen(attempt("v2", created_at=NOW - 60), THEIRS), COMMITTED) is None


def test_where_no_deployment_of_what_runs_is_recorded_it_is_not_known_either() -> None:
    assert drifted_at(seen(OURS), COMMITTED) is None


def test_what_we_never_shipped_differs_since_it_was_shipped_and_wanted_otherwise() -> None:
    assert drifted_at(seen(THEIRS), NOW - 900) == NOW - 600
    assert drifted_at(seen(THEIRS), NOW - 300) == NOW - 300


def test_what_we_never_shipped_is_not_dated_where_git_does_not_tell() -> None:
    assert drifted_at(seen(THEIRS), None) is None
