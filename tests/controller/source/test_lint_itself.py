"""A manifest of Trueup itself may not let two of it act at once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.controller.source.commits import compiled, manifest, plain, said

STOPS_FIRST = "rollout: {ecs: {strategy: ROLLING, minimumHealthyPercent: 0, maximumPercent: 100}}"


def problems(rollout: str, *variables: str, kind: str = "environment") -> list[str]:
    container: dict[str, Any] = {"name": "web", "image": "web"}
    container[kind] = [{"name": name, "value" if kind == "environment" else "valueFrom": "x"} for name in variables]
    files = plain(json.dumps({"family": "web", "containerDefinitions": [container]}))
    files["desired/prod/web.yaml"] = manifest(chart="taskDefinition: web.json", rollout=rollout)
    return said(compiled(files))


def test_one_that_stops_before_it_starts_is_sound() -> None:
    assert problems(STOPS_FIRST, "TRUEUP_REPOSITORY") == []


@pytest.mark.parametrize(
    "rollout",
    [
        "rollout: {ecs: {strategy: ROLLING}}",
        "rollout: {ecs: {minimumHealthyPercent: 100, maximumPercent: 200}}",
        "rollout: {ecs: {minimumHealthyPercent: 0}}",
        "rollout: {ecs: {maximumPercent: 100}}",
        "rollout: {ecs: {minimumHealthyPercent: 0, maximumPercent: 200}}",
    ],
)
def test_room_for_a_second_one_is_an_error_with_its_remedy(rollout: str) -> None:
    (found,) = problems(rollout, "TRUEUP_REPOSITORY")
    assert "Two controllers would act at once while ECS replaces it" in found
    assert "Write minimumHealthyPercent: 0 and maximumPercent: 100" in found


def test_both_colours_of_a_shift_are_two() -> None:
    rollout = "rollout: {codeDeploy: {application: a, deploymentGroup: g}}"
    (found,) = problems(rollout, "TRUEUP_REPOSITORY", kind="secrets")
    assert "Two controllers would act at once while CodeDeploy shifts" in found


def test_more_than_one_wanted_is_an_error() -> None:
    (found,) = problems(f"{STOPS_FIRST}\n  serviceDefinition: {{desiredCount: 2}}", "TRUEUP_REPOSITORY")
    assert "Two controllers would act at once: 2 are wanted" in found


def test_one_is_enough() -> None:
    assert problems(f"{STOPS_FIRST}\n  serviceDefinition: {{desiredCount: 1}}", "TRUEUP_REPOSITORY") == []


def test_with_a_lease_table_any_number_may_run() -> None:
    assert problems("rollout: {ecs: {strategy: ROLLING}}", "TRUEUP_REPOSITORY", "TRUEUP_LEASE_TABLE") == []


def test_what_is_not_trueup_rolls_as_it_likes() -> None:
    assert problems("rollout: {ecs: {strategy: ROLLING}}", "REPOSITORY") == []
