"""Which of CloudTrail's events answers a question."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.loop.answers import found
from controller.loop.author import Author
from controller.loop.questions import (
    AT_ONCE,
    SKEW,
    Created,
    Deployed,
    Edited,
    Question,
    Registered,
    Rolled,
    Subject,
    Target,
)
from reconcilers.declared import STARTING
from reconcilers.model import Scope
from reconcilers.trail import By, Lookup, TrailEvent
from tests.controller.builders import KEY, NOW
from tests.examples import examples
from tests.reconcilers.builders import arn

WEB = Target("arn:aws:ecs:eu-west-1:1:service/prod/notes", "prod", "notes")
MALLORY = "arn:aws:iam::1:user/mallory"


def event(name: str = "UpdateService", at: float = NOW, **more: Any) -> TrailEvent:
    return TrailEvent("e-1", name, "ecs", at, MALLORY, "203.0.113.7", "aws-cli/2.9.8", **more)


def question(subject: Subject) -> Question:
    return Question(KEY, Scope("eu-west-1"), "1", "it", subject, Lookup(By.NAME, "X", NOW - SKEW, NOW + SKEW))


def edit(*tokens: str, live: str | None = "5") -> Question:
    return question(Edited(WEB, tokens or ("healthCheckGracePeriodSeconds",), live))


def update(**request: Any) -> TrailEvent:
    return event(request={"cluster": "prod", "service": "notes", **request})


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
    own = replace(update(healthCheckGracePeriodSeconds=5), at=NOW - 9, user_agent="Boto3/1.44.5 trueup/1.2.0")
    assert found(edit(), [own, update(healthCheckGracePeriodSeconds=5)]) == Author()


def test_what_put_it_back_after_it_was_seen_is_not_what_gave_it() -> None:
    """Where places in a list have names of ours, a call tells no more than that it set the list."""
    seen = edit("subnets", "subnet-2", live=None)
    own = replace(update(subnets=["subnet-1"]), user_agent="Boto3/1.44.5 trueup/1.2.0")
    theirs = replace(update(subnets=["subnet-2"]), at=NOW - 5)
    heal, earlier = replace(own, at=NOW + 5), replace(own, at=NOW - 9)
    assert (made := found(seen, [heal, theirs, earlier])) is not None
    assert made.who == MALLORY
    assert found(seen, [heal]) is None
    assert found(seen, [earlier]) == Author()


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
    assert (found(question(Rolled(WEB, NOW)), [update(**request_)]) is not None) is began


BEGAN = question(Rolled(WEB, NOW))


def test_an_earlier_call_than_the_one_that_began_it_may_be_told_of_first_and_is_no_answer_yet() -> None:
    earlier = replace(update(forceNewDeployment=True), at=NOW - AT_ONCE - 1)
    assert found(BEGAN, [earlier]) is None
    assert found(BEGAN, [update(forceNewDeployment=True), earlier]) is not None


def test_once_all_were_told_the_last_call_that_could_began_it() -> None:
    earlier = replace(update(forceNewDeployment=True), at=NOW - AT_ONCE - 1)
    assert found(BEGAN, [earlier], late=True) is not None


def test_a_call_of_trueups_own_began_it_only_where_no_other_was_told() -> None:
    own = replace(update(taskDefinition="notes:4"), user_agent="Boto3/1.44.5 trueup/1.2.0")
    theirs = replace(update(forceNewDeployment=True), who="arn:aws:iam::1:user/gina")
    assert found(BEGAN, [own]) is None
    assert (made := found(BEGAN, [own, theirs])) is not None
    assert made.who == "arn:aws:iam::1:user/gina"
    assert found(BEGAN, [own], late=True) is not None


@pytest.mark.parametrize(
    ("request_", "is_it"),
    [
        ({"cluster": "prod", "serviceName": "notes"}, True),
        ({"cluster": "arn:aws:ecs:eu-west-1:1:cluster/prod", "serviceName": "notes"}, True),
        ({"cluster": "prod", "serviceName": "web"}, False),
        ({"serviceName": "notes"}, False),
    ],
)
def test_a_services_creation_is_known_by_the_name_that_it_gave(request_: dict[str, Any], is_it: bool) -> None:
    assert (found(question(Created(WEB)), [event("CreateService", request=request_)]) is not None) is is_it


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
    for subject in (Registered("x"), Deployed("x"), Rolled(WEB, NOW), Created(WEB), Edited(WEB, tuple(tokens), "1")):
        found(question(subject), [strange])


@settings(max_examples=examples(100))
@given(st.sampled_from(["1", "true", "x"]), st.lists(st.sampled_from("abc"), min_size=1, max_size=4))
def test_a_call_that_set_exactly_this_is_always_found(value: str, tokens: list[str]) -> None:
    request_: Any = value
    for token in reversed(tokens):
        request_ = {token: request_, "other": 1}
    assert found(edit(*tokens, live=value), [update(**request_)]) is not None
