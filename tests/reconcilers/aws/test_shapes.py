import json
from pathlib import Path
from typing import Any

import pytest

from reconcilers.aws import shapes
from reconcilers.aws.shapes import Misfit

REAL = Path(__file__).parents[4] / "shared" / "real-aws" / "task-definitions"


def rendering(**container: Any) -> dict[str, Any]:
    return {"family": "web", "containerDefinitions": [{"name": "web", "image": "web:1", **container}]}


def only(misfits: tuple[Misfit, ...]) -> Misfit:
    (misfit,) = misfits
    return misfit


def test_a_good_task_definition_fits() -> None:
    assert shapes.task_definition(rendering(portMappings=[{"containerPort": 80}], cpu=256, essential=True)) == ()


def test_an_unknown_name_gets_its_path_and_the_nearest_right_one() -> None:
    misfit = only(shapes.task_definition(rendering(portMappings=[{"containrPort": 80}])))

    assert misfit.at == ("containerDefinitions", 0, "portMappings", 0, "containrPort")
    assert misfit.nearest == "containerPort"
    assert "containerPort" in misfit.message


def test_a_name_near_nothing_gets_none() -> None:
    assert only(shapes.task_definition(rendering(zzzzzz=1))).nearest is None


@pytest.mark.parametrize(
    ("field", "value", "wants"),
    [
        ("portMappings", [{"containerPort": "80"}], "a whole number, and is text"),
        ("cpu", True, "a whole number, and is true or false"),
        ("cpu", 1.5, "a whole number, and is a number"),
        ("essential", "true", "true or false, and is text"),
        ("image", 1.1, "text, and is a number"),
        ("command", "run", "a list, and is text"),
        ("logConfiguration", [], "an object, and is a list"),
        ("environment", {"A": "b"}, "a list, and is an object"),
        ("memory", None, "a whole number, and is null"),
    ],
)
def test_a_wrong_type_says_which_is_right(field: str, value: Any, wants: str) -> None:
    assert wants in only(shapes.task_definition(rendering(**{field: value}))).message


def test_a_value_outside_its_list_gets_the_nearest() -> None:
    misfit = only(shapes.task_definition({**rendering(), "networkMode": "AWSVPC"}))

    assert misfit.at == ("networkMode",)
    assert misfit.nearest == "awsvpc"


def test_what_is_required_and_missing_is_named() -> None:
    assert {misfit.at for misfit in shapes.task_definition({})} == {("family",), ("containerDefinitions",)}


def test_all_that_is_wrong_comes_at_once() -> None:
    assert len(shapes.task_definition(rendering(cpu="1", memory="2", imagee="x"))) == 3


def test_the_value_of_a_variable_is_never_in_a_message() -> None:
    misfit = only(shapes.task_definition(rendering(environment=[{"name": "A", "value": 4711}])))

    assert misfit.at[-1] == "value"
    assert "4711" not in misfit.message


def test_a_map_is_checked_value_by_value() -> None:
    log = {"logDriver": "awslogs", "options": {"awslogs-group": 1}}

    assert only(shapes.task_definition(rendering(logConfiguration=log))).at[-1] == "awslogs-group"


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        ([{"key": str(number), "value": ""} for number in range(51)], "at most 50 entries, and is 51"),
        ([{"key": "", "value": "x"}], "at least 1 characters, and is 0"),
        ([{"key": "a", "value": "x" * 257}], "at most 256 characters, and is 257"),
    ],
)
def test_what_is_too_long_or_too_short_says_how_long_it_may_be(tags: list[Any], message: str) -> None:
    assert message in only(shapes.task_definition({**rendering(), "tags": tags})).message


def test_numbers_have_their_bounds() -> None:
    strategy = [{"capacityProvider": "FARGATE", "weight": 1001}]

    assert (
        "at most 1000, and is 1001" in only(shapes.service_definition({"capacityProviderStrategy": strategy})).message
    )


def test_a_share_may_be_a_whole_number_or_not() -> None:
    for percent in (10, 12.5):
        assert shapes.deployment_configuration({"linearConfiguration": {"stepPercent": percent}}) == ()
    assert (
        "a number, and is text"
        in only(shapes.deployment_configuration({"linearConfiguration": {"stepPercent": "10"}})).message
    )


def test_what_is_no_object_at_all_is_said_so() -> None:
    assert only(shapes.task_definition(["x"])) == Misfit((), "must be an object, and is a list.")


def test_a_service_is_declared_in_the_words_of_an_update() -> None:
    assert shapes.service_definition({"desiredCount": 2, "propagateTags": "SERVICE"}) == ()
    assert only(shapes.service_definition({"desiredcount": 2})).nearest == "desiredCount"


@pytest.mark.parametrize("name", sorted(shapes.SAID_ELSEWHERE))
def test_what_a_manifest_says_elsewhere_is_no_word_of_a_service(name: str) -> None:
    assert only(shapes.service_definition({name: "x"})).at == (name,)


def test_a_deployment_configuration_is_checked() -> None:
    misfits = shapes.deployment_configuration({"strategy": "ROLING", "deploymentCircuitBreaker": {"enable": True}})

    assert {misfit.at for misfit in misfits} == {("strategy",), ("deploymentCircuitBreaker", "rollback")}


@pytest.mark.skipif(not REAL.is_dir(), reason="no recorded task definitions beside the checkout")
def test_what_real_aws_accepted_fits() -> None:
    for recorded in sorted(REAL.glob("*.json")):
        declared = json.loads(recorded.read_text())["declared"]
        assert [each for each in shapes.task_definition(declared) if "required" not in each.message] == [], recorded
