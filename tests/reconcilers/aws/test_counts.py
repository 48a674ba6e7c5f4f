"""Numbers that AWS would refuse, and those it takes."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from reconcilers.aws import counts, shapes
from reconcilers.aws.counts import Bounds, Counts


def refused(declared: Any) -> list[tuple[str, str]]:
    return [(".".join(place), why) for place, why in counts.of_service(declared)]


def configured(**configuration: Any) -> dict[str, Any]:
    return {"deploymentConfiguration": configuration}


@pytest.mark.parametrize(
    ("declared", "place", "why"),
    [
        ({"desiredCount": -2}, "desiredCount", "must be at least 0, and is -2."),
        ({"healthCheckGracePeriodSeconds": -1}, "healthCheckGracePeriodSeconds", "must be at least 0, and is -1."),
        (
            {"healthCheckGracePeriodSeconds": 2**31},
            "healthCheckGracePeriodSeconds",
            "must be at most 2147483647, and is 2147483648.",
        ),
        (configured(maximumPercent=-1), "deploymentConfiguration.maximumPercent", "must be at least 0, and is -1."),
        (
            configured(minimumHealthyPercent=-50),
            "deploymentConfiguration.minimumHealthyPercent",
            "must be at least 0, and is -50.",
        ),
        (
            configured(bakeTimeInMinutes=1441),
            "deploymentConfiguration.bakeTimeInMinutes",
            "must be at most 1440, and is 1441.",
        ),
        (
            configured(deploymentCircuitBreaker={"thresholdConfiguration": {"value": -1}}),
            "deploymentConfiguration.deploymentCircuitBreaker.thresholdConfiguration.value",
            "must be at least 0, and is -1.",
        ),
        (
            configured(linearConfiguration={"stepPercent": 2.5}),
            "deploymentConfiguration.linearConfiguration.stepPercent",
            "must be at least 3, and is 2.5.",
        ),
        (
            configured(canaryConfiguration={"canaryPercent": 0}),
            "deploymentConfiguration.canaryConfiguration.canaryPercent",
            "must be at least 0.1, and is 0.",
        ),
    ],
)
def test_a_number_that_aws_would_refuse_is_said_at_its_place(declared: Any, place: str, why: str) -> None:
    assert refused(declared) == [(place, why)]


@pytest.mark.parametrize(
    "declared",
    [
        {"desiredCount": 0, "healthCheckGracePeriodSeconds": 2**31 - 1},
        configured(maximumPercent=200, minimumHealthyPercent=0, bakeTimeInMinutes=1440),
        configured(linearConfiguration={"stepPercent": 3, "stepBakeTimeInMinutes": 0}),
        configured(canaryConfiguration={"canaryPercent": 0.1, "canaryBakeTimeInMinutes": 1440}),
        {},
    ],
)
def test_a_number_at_its_bound_is_taken(declared: Any) -> None:
    assert refused(declared) == []


@pytest.mark.parametrize(
    "declared",
    [
        None,
        ["x"],
        {"desiredCount": "-2"},
        {"desiredCount": None},
        {"deploymentConfiguration": 3},
        configured(maximumPercent=True, minimumHealthyPercent=100),
        configured(maximumPercent=100, minimumHealthyPercent="100"),
        configured(linearConfiguration=[]),
    ],
)
def test_what_is_no_number_is_for_the_model_to_judge(declared: Any) -> None:
    assert refused(declared) == []


def test_percentages_by_which_nothing_could_be_deployed_are_refused() -> None:
    ((place, why),) = refused(configured(maximumPercent=100, minimumHealthyPercent=100))
    assert place == "deploymentConfiguration.maximumPercent"
    assert why.startswith("must be above 100 where minimumHealthyPercent is 100, and is 100")


@pytest.mark.parametrize(("most", "fewest"), [(101, 100), (100, 99), (200, None), (None, 100)])
def test_percentages_by_which_something_can_be_deployed_are_taken(most: int | None, fewest: int | None) -> None:
    said = {"maximumPercent": most, "minimumHealthyPercent": fewest}
    assert refused(configured(**{name: value for name, value in said.items() if value is not None})) == []


def test_a_deployment_configuration_alone_is_held_against_the_same() -> None:
    found = counts.of_deployment({"bakeTimeInMinutes": -1, "maximumPercent": 50, "minimumHealthyPercent": 100})
    assert [place for place, _ in found] == [("bakeTimeInMinutes",), ("maximumPercent",)]


def test_what_is_no_deployment_configuration_is_for_the_model_to_judge() -> None:
    assert list(counts.of_deployment(["x"])) == []


def places(at: Counts, lead: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Bounds]]:
    for name, inner in at.items():
        if isinstance(inner, Bounds):
            yield (*lead, name), inner
        else:
            yield from places(inner, (*lead, name))


def nested(place: tuple[str, ...], value: Any) -> Mapping[str, Any]:
    for name in reversed(place):
        value = {name: value}
    return value  # type: ignore[no-any-return]


@pytest.mark.parametrize(("place", "bounds"), tuple(places(counts.SERVICE)))
def test_each_bound_is_of_a_field_that_aws_knows(place: tuple[str, ...], bounds: Bounds) -> None:
    value = int(bounds.least) if bounds.kind == "integer" else bounds.least
    found = shapes.service_definition(nested(place, value))
    assert [each for each in found if "is required" not in each.message] == []
