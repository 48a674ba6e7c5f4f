"""What CloudTrail is asked, and which event is the answer."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.loop.author import Author
from controller.loop.board import Told
from controller.loop.learnt import after_report
from controller.loop.questions import (
    BEFORE,
    FORGOTTEN,
    LATE,
    MOST_DEPLOYMENTS,
    SKEW,
    Deployed,
    Edited,
    Question,
    Registered,
    Rolled,
    Target,
    found,
    of_attempts,
    questions,
)
from controller.loop.status import ServiceStatus
from reconcilers.declared import STARTING
from reconcilers.diff import Change
from reconcilers.live import Live
from reconcilers.model import Scope
from reconcilers.report import Report
from reconcilers.trail import By, Lookup, TrailEvent
from tests.controller.builders import DEBUG, KEY, NOW, drifted, observed, report, status
from tests.examples import examples
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


def event(name: str = "UpdateService", at: float = NOW, **more: Any) -> TrailEvent:
    return TrailEvent("e-1", name, "ecs", at, MALLORY, "203.0.113.7", "aws-cli/2.9.8", **more)


def question(subject: Registered | Deployed | Rolled | Edited) -> Question:
    return Question(KEY, Scope("eu-west-1"), "1", "it", subject, Lookup(By.NAME, "X", NOW, NOW))


def edit(*tokens: str, live: str | None = "5") -> Question:
    return question(Edited(WEB, tokens or ("healthCheckGracePeriodSeconds",), live))


def update(**request: Any) -> TrailEvent:
    return event(request={"cluster": "prod", "service": "notes", **request})


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
    assert (only.subject, only.about) == (Rolled(Target(seen_arn(), "prod", "notes")), "deployment x1")
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


def test_a_registration_is_known_by_the_revision_that_it_made() -> None:
    asks = question(Registered(arn(3)))
    mine = event(response={"taskDefinition": {"taskDefinitionArn": arn(3)}})
    other = event(response={"taskDefinition": {"taskDefinitionArn": arn(4)}})
    assert found(asks, [other, mine]) == Author(
        MALLORY, NOW, "203.0.113.7", "ecs:UpdateService", "AWS CLI 2.9.8", "e-1"
    )
    assert found(asks, [other, event(response={"taskDefinition": None})]) is None


def test_a_deployment_is_known_by_its_id() -> None:
    asks = question(Deployed("d-1"))
    assert found(asks, [event(response={"deploymentId": "d-1"})]) is not None
    assert found(asks, [event(response={"deploymentId": "d-2"}), event()]) is None


def test_what_aws_refused_changed_nothing() -> None:
    refused = event(response={"deploymentId": "d-1"}, failed=True)
    assert found(question(Deployed("d-1")), [refused]) is None


def test_an_edit_is_known_by_the_field_and_the_value_that_it_has_now() -> None:
    assert found(edit(), [update(healthCheckGracePeriodSeconds=5)]) is not None
    assert found(edit(), [update(healthCheckGracePeriodSeconds=60)]) is None
    assert found(edit(), [update(desiredCount=5)]) is None


def test_a_field_that_still_has_what_trueup_gave_it_was_edited_by_nobody() -> None:
    own = replace(update(healthCheckGracePeriodSeconds=5), user_agent="Boto3/1.44.5 trueup/1.2.0")
    assert found(edit(), [own, update(healthCheckGracePeriodSeconds=5)]) == Author()


def test_of_several_edits_with_that_value_it_is_the_newest() -> None:
    older = replace(update(healthCheckGracePeriodSeconds=5), at=NOW - 60)
    newer = update(healthCheckGracePeriodSeconds=5)
    made = found(edit(), [newer, older])
    assert made is not None
    assert made.at == NOW


def test_true_and_false_are_themselves_however_they_are_spelled() -> None:
    assert found(edit("enableExecuteCommand", live="true"), [update(enableExecuteCommand=True)]) is not None
    assert found(edit("enableExecuteCommand", live="true"), [update(enableExecuteCommand=False)]) is None


def test_a_field_within_a_structure_is_looked_for_there() -> None:
    deep = edit("deploymentConfiguration", "maximumPercent", live="150")
    assert found(deep, [update(deploymentConfiguration={"maximumPercent": 150})]) is not None
    assert found(deep, [update(deploymentConfiguration={"minimumHealthyPercent": 150})]) is None


def test_of_a_list_whose_entries_have_names_of_ours_the_whole_counts() -> None:
    named = edit("loadBalancers", "proxy", "containerPort", live="81")
    assert found(named, [update(loadBalancers=[{"containerName": "proxy", "containerPort": 81}])]) is not None
    assert found(edit("loadBalancers", live=None), [update(loadBalancers=[])]) is not None


@pytest.mark.parametrize(
    ("named", "is_it"),
    [
        ({"cluster": "prod", "service": "notes"}, True),
        ({"cluster": "arn:aws:ecs:eu-west-1:1:cluster/prod", "service": WEB.arn}, True),
        ({"cluster": "test", "service": "notes"}, False),
        ({"cluster": "prod", "service": "web"}, False),
        ({"service": "notes"}, False),
    ],
)
def test_a_service_is_known_by_whatever_it_was_called(named: dict[str, str], is_it: bool) -> None:
    made = found(edit(), [event(request={**named, "healthCheckGracePeriodSeconds": 5})])
    assert (made is not None) is is_it


def test_a_cluster_that_was_not_named_is_the_default_one() -> None:
    unnamed = question(Edited(replace(WEB, cluster="default"), ("desiredCount",), "2"))
    assert found(unnamed, [event(request={"service": "notes", "desiredCount": 2})]) is not None


def test_what_aws_answered_tells_the_service_for_certain() -> None:
    other = event(
        request={"cluster": "prod", "service": "notes", "healthCheckGracePeriodSeconds": 5},
        response={"service": {"serviceArn": "arn:aws:ecs:eu-west-1:1:service/test/notes"}},
    )
    assert found(edit(), [other]) is None
    assert found(edit(), [replace(other, response={"service": {"serviceArn": WEB.arn}})]) is not None


@pytest.mark.parametrize(
    ("request_", "began"),
    [
        ({"taskDefinition": "notes:4"}, True),
        ({"forceNewDeployment": True}, True),
        ({"forceNewDeployment": False}, False),
        *(({field: [{"a": "b"}]}, True) for field in sorted(STARTING)),
        ({"loadBalancers": []}, True),
        ({"networkConfiguration": None}, False),
        ({"desiredCount": 3}, False),
        ({"healthCheckGracePeriodSeconds": 3, "deploymentConfiguration": {"maximumPercent": 150}}, False),
    ],
)
def test_a_rolling_update_begins_with_a_call_that_ships(request_: dict[str, Any], began: bool) -> None:
    assert (found(question(Rolled(WEB)), [update(**request_)]) is not None) is began


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "service"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=examples(150))
@given(st.dictionaries(st.sampled_from(["a", "service", "cluster"]), JSON), st.lists(st.sampled_from("ab"), min_size=1))
def test_whatever_a_record_holds_it_is_read(request_: dict[str, Any], tokens: list[str]) -> None:
    strange = event(request=request_, response=request_)
    for subject in (Registered("x"), Deployed("x"), Rolled(WEB), Edited(WEB, tuple(tokens), "1")):
        found(question(subject), [strange])


@settings(max_examples=examples(100))
@given(st.sampled_from(["1", "true", "x"]), st.lists(st.sampled_from("abc"), min_size=1, max_size=4))
def test_a_call_that_set_exactly_this_is_always_found(value: str, tokens: list[str]) -> None:
    request_: Any = value
    for token in reversed(tokens):
        request_ = {token: request_, "other": 1}
    assert found(edit(*tokens, live=value), [update(**request_)]) is not None
