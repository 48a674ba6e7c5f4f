"""Who changed what, as far as AWS tells."""

from dataclasses import replace
from typing import Any

from controller.loop.attribution import Author, author, shipped
from reconcilers.diff import Change
from reconcilers.live import AttemptState, Live
from reconcilers.outcome import Differs, Failed, Progressing
from tests.controller.builders import DEBUG, NOW, drifted, report, status
from tests.reconcilers.builders import arn, attempt, registered, rolling_service, service, task_set

MALLORY = "arn:aws:iam::123456789012:user/mallory"
GRACE = Change("/serviceDefinition/healthCheckGracePeriodSeconds", "changed", 60, 5)
BY_HAND = registered("v1", 3, registered_by=MALLORY, registered_at=NOW - 120)


def seen(**more: Any) -> Live:
    return Live(NOW, **{"service": service(task_set(number=3)), "running": BY_HAND, **more})


def test_drift_of_the_revision_is_by_whoever_registered_it() -> None:
    found = status(replace(drifted(DEBUG), observed=seen()))
    assert author(found, DEBUG) == Author(MALLORY, NOW - 120)


def test_a_services_field_has_no_author_and_the_time_when_it_was_first_seen() -> None:
    found = status(replace(drifted(GRACE), observed=seen()), replace(drifted(GRACE, at=NOW + 60), observed=seen()))
    assert author(found, GRACE) == Author(None, NOW)


def test_what_git_is_ahead_by_is_nobodys_doing() -> None:
    ahead = report(Progressing("it shifts", 15.0), plan={"changes": (DEBUG,)}, observed=seen())
    assert author(status(ahead), DEBUG) == Author()


def test_a_revision_that_cannot_be_read_has_no_known_author() -> None:
    found = status(replace(drifted(DEBUG), observed=seen(running=None)))
    assert author(found, DEBUG) == Author(None, NOW)


def test_a_revision_without_a_date_is_dated_from_when_it_was_first_seen() -> None:
    found = status(drifted(DEBUG))
    assert author(found, DEBUG) == Author(None, NOW)


def test_drift_keeps_its_author_and_time_while_aws_is_silent() -> None:
    before = replace(drifted(DEBUG), observed=seen())
    found = status(before, report(Failed("Timeout", "no answer"), at=NOW + 60, observed=None))
    assert author(found, DEBUG) == Author(MALLORY, NOW - 120)


def test_the_deployment_that_shipped_is_the_one_of_the_primary_task_set() -> None:
    tries = (attempt("v3", id="d-new", mark=None), attempt("v3", id="d-old", mark=None))
    live = seen(service=service(task_set(number=3, external_id="d-old")), attempts=tries)
    assert (found := shipped(live)) is not None
    assert found.id == "d-old"


def test_where_task_sets_do_not_tell_it_is_the_newest_with_the_running_revision() -> None:
    tries = (attempt("v2"), attempt("v3", AttemptState.SUCCEEDED, mark=None))
    live = seen(service=rolling_service(number=3), attempts=tries)
    assert (found := shipped(live)) is not None
    assert found.task_definition_arn == arn(3)


def test_nothing_is_known_of_a_shipment_where_nothing_runs_or_nothing_was_looked_at() -> None:
    assert shipped(seen(running=None)) is None
    assert shipped(seen()) is None
    assert shipped(seen(service=None, attempts=())) is None


def test_a_difference_that_is_left_alone_has_an_author_too() -> None:
    found = status(report(Differs("drift is warn"), plan={"changes": (DEBUG,)}, observed=seen()))
    assert author(found, DEBUG).who == MALLORY
