"""What CloudTrail is asked, and which event is the answer."""

from dataclasses import replace
from typing import Any

import pytest

from controller.loop.author import Author
from controller.loop.board import Told
from controller.loop.learnt import after_report
from controller.loop.questions import (
    BEFORE,
    FORGOTTEN,
    LATE,
    MOST_DEPLOYMENTS,
    SKEW,
    Created,
    Deployed,
    Edited,
    Question,
    Registered,
    Rolled,
    Target,
    of_attempts,
    questions,
)
from controller.loop.status import ServiceStatus
from reconcilers.diff import Change
from reconcilers.live import Live
from reconcilers.report import Report
from reconcilers.trail import By, Lookup
from tests.controller.builders import DEBUG, NOW, drifted, observed, report, status
from tests.reconcilers.builders import arn, attempt, registered, service, task_set

GRACE = Change("/serviceDefinition/healthCheckGracePeriodSeconds", "changed", 60, 5)
WEB = Target("arn:aws:ecs:eu-west-1:1:service/prod/notes", "prod", "notes")
ROLLED = "arn:aws:ecs:eu-west-1:1:service-deployment/prod/notes/x1"
MALLORY = "arn:aws:iam::1:user/mallory"


def told(*reports: Report) -> Told:
    """The last of these looks."""
    before = status(*reports[:-1])
    return Told(before, after_report(before, reports[-1]), ())


def asked(*reports: Report) -> list[Question]:
    return list(questions(told(*reports)))


def seen(at: float = NOW, **more: Any) -> Live:
    running = registered("v1", 3, registered_by=MALLORY, registered_at=NOW - 500)
    return Live(at, **{"service": service(task_set(number=3)), "running": running, **more})


def test_a_field_is_asked_for_between_the_last_good_look_and_the_first_bad_one() -> None:
    (only,) = asked(report(at=NOW), replace(drifted(GRACE, at=NOW + 60), observed=seen(NOW + 60)))
    assert only.lookup == Lookup(By.NAME, "UpdateService", NOW - SKEW, NOW + 60 + SKEW)
    assert only.subject == Edited(Target(seen_arn(), "prod", "notes"), ("healthCheckGracePeriodSeconds",), "5")
    assert only.until == NOW + 60 + SKEW + LATE


def seen_arn() -> str:
    return service().arn


def test_a_daemon_that_never_saw_it_well_asks_as_far_back_as_aws_remembers() -> None:
    (only,) = asked(replace(drifted(GRACE), observed=seen()))
    assert only.lookup.start == NOW - FORGOTTEN


def test_a_field_that_was_changed_once_more_is_asked_for_since_the_look_before() -> None:
    again = replace(drifted(replace(GRACE, live=9), at=NOW + 90), observed=seen(NOW + 90))
    (only,) = asked(report(at=NOW), drifted(GRACE, at=NOW + 60), again)
    assert only.lookup == Lookup(By.NAME, "UpdateService", NOW + 60 - SKEW, NOW + 90 + SKEW)
    assert only.subject == Edited(Target(seen_arn(), "prod", "notes"), ("healthCheckGracePeriodSeconds",), "9")


def test_a_change_that_was_not_asked_for_at_once_was_made_since_the_field_drifted() -> None:
    again = replace(drifted(replace(GRACE, live=9), at=NOW + 90), observed=seen(NOW + 90))
    (only,) = asked(drifted(GRACE, at=NOW + 60), again, replace(again, at=NOW + 120))
    assert only.lookup == Lookup(By.NAME, "UpdateService", NOW + 60 - SKEW, NOW + 90 + SKEW)


def test_a_field_that_is_outdated_merely_is_nobodys_doing() -> None:
    assert asked(report(plan={"changes": (GRACE,)})) == []


def test_the_same_field_is_asked_for_under_the_same_name_at_every_look() -> None:
    first = asked(report(), replace(drifted(GRACE, at=NOW + 60), observed=seen()))
    again = asked(
        report(),
        replace(drifted(GRACE, at=NOW + 60), observed=seen()),
        replace(drifted(GRACE, at=NOW + 90), observed=seen()),
    )
    assert [each.about for each in first] == [each.about for each in again]


def test_a_revision_is_asked_for_around_its_registration_once_for_all_its_changes() -> None:
    other = Change("/taskDefinition/cpu", "changed", "256", "512")
    (only,) = asked(replace(drifted(DEBUG, other), observed=seen()))
    assert only.subject == Registered(arn(3))
    assert only.lookup == Lookup(By.NAME, "RegisterTaskDefinition", NOW - 500 - SKEW, NOW - 500 + SKEW)


@pytest.mark.parametrize("running", [None, registered("v1", 3), registered("v1", 3, registered_at=NOW - FORGOTTEN)])
def test_a_revision_that_cloudtrail_cannot_know_is_not_asked_for(running: Any) -> None:
    assert asked(replace(drifted(DEBUG), observed=seen(running=running))) == []


def test_what_was_asked_already_is_not_asked_again() -> None:
    look = told(replace(drifted(GRACE, DEBUG), observed=seen(attempts=(foreign(),))))
    names = {each.about: Author(pending=True) for each in questions(look)}
    assert len(names) == 3
    assert questions(replace(look, after=replace(look.after, authors=names))) == ()


def test_nothing_is_asked_of_a_service_that_was_not_seen() -> None:
    assert asked(replace(drifted(GRACE), observed=None)) == []
    assert asked(replace(drifted(GRACE), observed=seen(service=None))) == []
    assert list(of_attempts(ServiceStatus(status().wanted), (foreign(),), NOW)) == []


def foreign(**more: Any) -> Any:
    return attempt(None, **{"id": "d-1", "mark": None, "created_at": NOW - 300, **more})


def test_a_foreign_deployment_is_asked_for_around_its_creation() -> None:
    (only,) = asked(report(observed=observed(foreign())))
    assert (only.subject, only.about) == (Deployed("d-1"), "deployment d-1")
    assert only.lookup == Lookup(By.NAME, "CreateDeployment", NOW - 300 - SKEW, NOW - 300 + SKEW)


def test_a_foreign_rolling_update_is_asked_for_before_its_creation() -> None:
    (only,) = asked(report(observed=observed(foreign(id=ROLLED))))
    assert (only.subject, only.about) == (Rolled(Target(seen_arn(), "prod", "notes"), NOW - 300), "deployment x1")
    assert only.lookup == Lookup(By.NAME, "UpdateService", NOW - 300 - BEFORE, NOW - 300 + 2)


@pytest.mark.parametrize(
    "ours",
    [
        attempt("v1", created_at=NOW),
        foreign(creator="codeDeployRollback"),
        foreign(creator="autoscaling"),
        foreign(rollback_of="d-0"),
        foreign(created_at=NOW - FORGOTTEN),
    ],
)
def test_nobody_is_asked_about_our_own_deployments_rollbacks_and_what_aws_forgot(ours: Any) -> None:
    assert asked(report(observed=observed(ours))) == []


def test_of_many_foreign_deployments_the_newest_are_asked_about() -> None:
    many = [foreign(id=f"d-{number}") for number in range(30)]
    assert [each.about for each in asked(report(observed=observed(*many)))] == [
        f"deployment d-{number}" for number in range(MOST_DEPLOYMENTS)
    ]


def test_the_account_is_read_from_the_service() -> None:
    look = told(replace(drifted(GRACE), observed=seen()))
    assert questions(look)[0].account == service().arn.split(":")[4]
    odd = seen(service=replace(service(task_set(number=3)), arn="notes"))
    assert questions(told(replace(drifted(GRACE), observed=odd)))[0].account == ""


def test_a_services_first_deployment_is_asked_for_by_the_services_creation() -> None:
    born = replace(service(task_set(number=3)), created_at=NOW - 301)
    first = report(observed=replace(observed(foreign(id=ROLLED)), service=born))
    (only,) = asked(first)
    assert only.subject == Created(Target(seen_arn(), "prod", "notes"))
    assert only.lookup == Lookup(By.NAME, "CreateService", NOW - 300 - BEFORE, NOW - 300 + 2)


def test_a_field_below_what_has_no_name_is_asked_for_like_any_other() -> None:
    nameless = Change("/serviceDefinition/volumeConfigurations//managedEBSVolume/sizeInGiB", "changed", 1, 2)
    (only,) = asked(report(at=NOW), replace(drifted(nameless, at=NOW + 60), observed=seen(NOW + 60)))
    assert isinstance(only.subject, Edited)
    assert only.subject.tokens == ("volumeConfigurations", "", "managedEBSVolume", "sizeInGiB")
