"""Who changed what, as far as AWS tells."""

from dataclasses import replace
from typing import Any

import pytest

from controller.loop import words
from controller.loop.attribution import (
    Author,
    attributed,
    author,
    dated,
    deployer,
    of_deployment,
    of_field,
    of_revision,
)
from controller.loop.facts import Fact, Kind
from controller.loop.status import ServiceStatus
from controller.web.showing import service_view
from reconcilers.attempts import AttemptState
from reconcilers.diff import Change
from reconcilers.live import Live
from reconcilers.outcome import Differs, Failed, Progressing
from tests.controller.builders import DEBUG, KEY, NOW, drifted, report, status, wanted
from tests.reconcilers.builders import arn, attempt, decided, registered, service, task_set

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


THEIRS = attempt(None, AttemptState.RUNNING, id="d-x", mark=None)


def foreign(author: Author | None = None) -> ServiceStatus:
    """A service that waits for somebody else's deployment."""
    plan = decided(wanted("v2"), replace(seen(), attempts=(THEIRS,)))
    found = replace(report(plan.outcome, observed=seen(attempts=(THEIRS,))), plan=plan)
    return replace(status(found), authors={of_deployment("d-x"): author} if author else {})


def test_whose_deployment_is_waited_for_is_said_as_soon_as_it_is_known() -> None:
    shown = service_view(foreign(Author(MALLORY, NOW)))
    assert shown.text == "Deployment d-x is user/mallory's. Waits for d-x by user/mallory."
    (stop,) = [link for link in shown.chain if link.state == "blocked"]
    assert (stop.text, stop.who) == ("Deployment d-x is user/mallory's.", "d-x by user/mallory")


@pytest.mark.parametrize("author", [None, Author(pending=True)])
def test_until_then_it_is_somebody_elses(author: Author | None) -> None:
    assert words.state(foreign(author)) == "Deployment d-x is somebody else's. Waits for d-x by somebody else."


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


def test_a_difference_that_is_left_alone_has_an_author_too() -> None:
    found = status(report(Differs("drift is warn"), plan={"changes": (DEBUG,)}, observed=seen()))
    assert author(found, DEBUG).who == MALLORY


EDIT = Author(MALLORY, NOW - 5, "203.0.113.7", "ecs:UpdateService", "AWS CLI 2.9.8", "e-1")
LATER = Author("arn:aws:iam::1:user/dave", NOW + 58, event="e-2")
AGAIN = replace(GRACE, live=9)
WAITED = Author(pending=True)


def knowing(found: ServiceStatus, **authors: Author) -> ServiceStatus:
    """A status for which CloudTrail told this: by ``field``, ``revision`` or ``deployment``."""
    names = {"field": of_field(GRACE.path, NOW), "revision": of_revision(arn(3)), "deployment": of_deployment("d-1")}
    return replace(found, authors={names[kind]: each for kind, each in authors.items()})


def test_a_services_field_has_the_author_that_cloudtrail_tells() -> None:
    found = status(replace(drifted(GRACE), observed=seen()))
    assert author(knowing(found, field=EDIT), GRACE) == EDIT


def test_while_cloudtrail_may_still_tell_that_is_said() -> None:
    found = status(replace(drifted(GRACE), observed=seen()))
    assert author(knowing(found, field=WAITED), GRACE) == Author(at=NOW, pending=True)
    assert author(knowing(found, field=Author()), GRACE) == Author(at=NOW)


def test_the_same_field_changed_another_time_has_another_author() -> None:
    found = status(replace(drifted(GRACE, at=NOW + 60), observed=seen()))
    assert author(knowing(found, field=EDIT), GRACE) == Author(at=NOW + 60)


def test_of_a_field_that_several_changed_in_turn_the_last_is_the_author() -> None:
    found = status(drifted(GRACE), replace(drifted(AGAIN, at=NOW + 60), observed=seen()))
    theirs = {of_field(GRACE.path, NOW): EDIT, of_field(GRACE.path, NOW + 60): LATER}
    assert author(replace(found, authors=theirs), AGAIN) == LATER


def test_until_the_last_to_change_a_field_is_told_nobody_is_named() -> None:
    found = status(drifted(GRACE), replace(drifted(AGAIN, at=NOW + 60), observed=seen()))
    assert author(knowing(found, field=EDIT), AGAIN) == Author(at=NOW + 60)


def test_a_field_that_is_not_known_to_have_drifted_has_no_author() -> None:
    other = replace(GRACE, path="/serviceDefinition/desiredCount")
    assert author(status(replace(drifted(GRACE), observed=seen())), other) == Author()


def test_a_revisions_registrar_is_told_at_once_and_its_call_later() -> None:
    found = status(replace(drifted(DEBUG), observed=seen()))
    call = replace(EDIT, call="ecs:RegisterTaskDefinition")
    assert author(knowing(found, revision=WAITED), DEBUG) == Author(MALLORY, NOW - 120, pending=True)
    assert author(knowing(found, revision=call), DEBUG) == call


OURS = attempt("v3", id="d-0", task_definition_arn=arn(3), created_at=NOW - 999)
FOREIGN = attempt("v3", id="d-1", mark=None, task_definition_arn=arn(3), created_at=NOW - 60)


def test_who_ships_a_revision_of_ours_once_more_is_the_author_and_not_we() -> None:
    running = registered("v1", 3, registered_by="arn:aws:sts::1:assumed-role/trueup/x", registered_at=NOW - 9000)
    found = status(replace(drifted(DEBUG), observed=seen(running=running, attempts=(FOREIGN, OURS))))
    assert author(found, DEBUG) == Author(at=NOW - 60)
    assert author(knowing(found, deployment=EDIT), DEBUG) == EDIT


@pytest.mark.parametrize(
    "attempts",
    [
        (FOREIGN,),
        (OURS,),
        (replace(FOREIGN, creator="codeDeployRollback"), OURS),
        (replace(FOREIGN, creator="autoscaling"), OURS),
    ],
)
def test_otherwise_it_is_whoever_registered_what_runs(attempts: tuple[Any, ...]) -> None:
    found = status(replace(drifted(DEBUG), observed=seen(attempts=attempts)))
    assert author(knowing(found, deployment=EDIT), DEBUG) == Author(MALLORY, NOW - 120)


def test_a_deployment_is_by_whoever_cloudtrail_tells() -> None:
    found = status(replace(drifted(DEBUG), observed=seen()))
    assert deployer(found, FOREIGN) == Author(at=NOW - 60)
    assert deployer(knowing(found, deployment=EDIT), FOREIGN) == EDIT
    rolled = replace(FOREIGN, id="arn:aws:ecs:eu-west-1:1:service-deployment/prod/notes/d-1")
    assert deployer(knowing(found, deployment=EDIT), rolled) == EDIT


CREATOR = "arn:aws:iam::1:user/operator"
FIRST = replace(FOREIGN, id="arn:aws:ecs:eu-west-1:1:service-deployment/prod/notes/d-1", created_at=NOW - 500)


def born(at: float = NOW - 501) -> ServiceStatus:
    """A service that the operator created then."""
    made = replace(service(task_set(number=3)), created_at=at, created_by=CREATOR)
    return status(replace(drifted(DEBUG), observed=seen(service=made, attempts=(FIRST,))))


def test_a_services_first_deployment_is_at_once_by_whoever_created_the_service() -> None:
    assert deployer(born(), FIRST) == Author(CREATOR, NOW - 500)
    assert deployer(knowing(born(), deployment=WAITED), FIRST) == Author(CREATOR, NOW - 500, pending=True)
    assert deployer(knowing(born(), deployment=EDIT), FIRST) == EDIT


def test_what_came_later_is_not_by_whoever_created_the_service() -> None:
    assert deployer(born(at=NOW - 900), FIRST) == Author(at=NOW - 500)
    assert deployer(born(), FOREIGN) == Author(at=NOW - 60)


def test_a_fact_of_a_services_first_deployment_names_whoever_created_the_service() -> None:
    foreign = Fact("2", Kind.STARTED, NOW - 500, KEY, "it ships", deployment="d-1", who="somebody else")
    assert attributed(foreign, born()).who == CREATOR


def test_a_fact_gets_its_author_when_that_is_learnt() -> None:
    drift = Fact("1", Kind.DRIFT_FOUND, NOW, KEY, "it drifted", paths=(GRACE.path,))
    foreign = Fact("2", Kind.STARTED, NOW, KEY, "it ships", deployment="d-1", who="somebody else")
    known = knowing(status(drifted(GRACE)), field=EDIT, deployment=EDIT)
    told = [attributed(each, known) for each in (drift, foreign)]
    assert [(each.who, each.text) for each in told] == [(MALLORY, "it drifted, by user/mallory"), (MALLORY, "it ships")]


def test_a_drift_that_was_there_before_anybody_looked_is_told_at_the_time_it_was_made() -> None:
    drift = Fact("1", Kind.DRIFT_FOUND, NOW, KEY, "it drifted", paths=(DEBUG.path, GRACE.path))
    foreign = Fact("2", Kind.STARTED, NOW, KEY, "it ships", deployment="d-1", who="somebody else")
    long_ago, undated, later = Author(MALLORY, NOW - 9000), Author(MALLORY), Author(MALLORY, NOW + 1)
    for made, at in ((long_ago, NOW - 9000), (undated, NOW), (later, NOW)):
        known = knowing(status(drifted(GRACE)), field=made, deployment=made)
        assert [attributed(each, known).at for each in (drift, foreign)] == [at, NOW]


COUNT = Change("/serviceDefinition/desiredCount", "changed", 2, 5)
ERIN, FRANK = "arn:aws:iam::1:user/erin", "arn:aws:iam::1:user/frank"


def by_two(count: str = ERIN, grace: str = FRANK) -> ServiceStatus:
    """Two fields were edited between two looks."""
    found = status(drifted(COUNT, GRACE))
    authors = {of_field(COUNT.path, NOW): Author(count), of_field(GRACE.path, NOW): Author(grace)}
    return replace(found, authors=authors)


TWO = Fact("1", Kind.DRIFT_FOUND, NOW, KEY, "they drifted", paths=(COUNT.path, GRACE.path))


def test_a_drift_by_two_hands_names_both() -> None:
    told = attributed(TWO, by_two())
    assert (told.text, told.who) == ("they drifted, by user/erin and user/frank", f"{ERIN} and {FRANK}")
    assert attributed(told, by_two()) == told


def test_a_drift_of_several_fields_by_one_hand_names_it_once() -> None:
    assert attributed(TWO, by_two(grace=ERIN)).text == "they drifted, by user/erin"


def test_a_hand_that_is_learnt_later_is_named_beside_the_one_that_was_known_at_once() -> None:
    mixed = replace(TWO, text="they drifted, by user/mallory; 3 fields are so in all", who=MALLORY)
    told = attributed(mixed, by_two(count=FRANK))
    assert told.text == "they drifted, by user/mallory and user/frank; 3 fields are so in all"
    assert told.who == f"{MALLORY} and {FRANK}"


def test_a_fact_keeps_what_it_says_where_nothing_more_is_known() -> None:
    drift = Fact("1", Kind.DRIFT_FOUND, NOW, KEY, "it drifted", paths=(GRACE.path,))
    named = replace(drift, who=MALLORY)
    ours = Fact("2", Kind.DONE, NOW, KEY, "it serves", deployment="d-1", commit="c1")
    known = knowing(status(drifted(GRACE)), field=EDIT, deployment=EDIT)
    assert attributed(drift, None) == drift
    assert attributed(named, known) == named
    assert attributed(ours, known) == ours
    assert attributed(drift, knowing(status(drifted(GRACE)), field=WAITED)) == drift


EDITED = "/serviceDefinition/healthCheckGracePeriodSeconds"
EDIT = Author(MALLORY, NOW - 9000, event="e1")


def edited() -> ServiceStatus:
    return status(drifted(GRACE))


def test_what_cloudtrail_dates_before_it_was_first_seen_differs_since_then() -> None:
    found = dated(edited(), of_field(EDITED, NOW), EDIT)
    assert (found.drift_since, found.drift_stood, found.since) == ({EDITED: NOW - 9000}, frozenset(), NOW - 9000)


def test_what_was_dated_keeps_its_author_under_both_times() -> None:
    found = dated(edited(), of_field(EDITED, NOW), EDIT)
    assert author(found, GRACE) == EDIT
    again = dated(found, of_field(EDITED, NOW - 9000), EDIT)
    assert again == found


def test_a_state_that_is_older_than_the_drift_keeps_its_time() -> None:
    later = status(drifted(DEBUG, at=NOW - 60), drifted(DEBUG, GRACE, at=NOW))
    found = dated(later, of_field(EDITED, NOW), EDIT)
    assert (found.since, found.drift_since[EDITED]) == (NOW - 60, NOW - 9000)


@pytest.mark.parametrize("told", [Author(pending=True), Author(MALLORY, NOW + 5)])
def test_an_answer_without_an_earlier_time_dates_nothing(told: Author) -> None:
    assert dated(edited(), of_field(EDITED, NOW), told) == edited()


def test_an_answer_about_something_else_dates_nothing() -> None:
    assert dated(edited(), of_deployment("d-1"), EDIT) == edited()


def test_what_cloudtrail_dates_of_a_later_value_leaves_the_drift_as_old_as_it_is() -> None:
    twice = status(drifted(GRACE), drifted(AGAIN, at=NOW + 60))
    found = dated(twice, of_field(EDITED, NOW + 60), LATER)
    assert (found.drift_since, found.since, found.given_at) == ({EDITED: NOW}, NOW, {EDITED: NOW + 58})
    assert author(found, AGAIN) == LATER


def test_what_is_told_of_a_value_that_was_changed_since_dates_nothing() -> None:
    twice = status(drifted(GRACE), drifted(AGAIN, at=NOW + 60))
    assert dated(twice, of_field(EDITED, NOW), EDIT) == twice
