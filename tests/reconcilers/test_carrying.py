"""Ignored leaves keep live's value when a revision is written."""

import json
from typing import Any

import pytest

from reconcilers.diff import carry_ignored, task_definition_changes
from reconcilers.pointer import Pointer

DECLARED = {
    "family": "shop",
    "cpu": "256",
    "containerDefinitions": [
        {
            "name": "app",
            "image": "shop:1",
            "command": ["serve", "--port", "80"],
            "environment": [{"name": "BUILD", "value": "1"}, {"name": "MODE", "value": "fast"}],
            "linuxParameters": {"capabilities": {"add": ["A"]}},
        },
        {"name": "new", "image": "new:1"},
    ],
}
LIVE = {
    "family": "shop",
    "containerDefinitions": [
        {
            "name": "app",
            "image": "shop:2",
            "command": ["serve", "--port", "8080", "--debug"],
            "environment": [{"name": "MODE", "value": "slow"}, {"name": "BUILD", "value": "7"}],
            "dockerLabels": {"team": "shop"},
            "linuxParameters": {"capabilities": {"add": ["A", "B"], "drop": ["C"]}},
        }
    ],
    "volumes": [{"name": "data"}],
}
APP = "/taskDefinition/containerDefinitions/app"


def carried(*pointers: str) -> dict[str, Any]:
    return {**carry_ignored(DECLARED, LIVE, tuple(map(Pointer.parse, pointers)))}


def app(*pointers: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in carried(*pointers)["containerDefinitions"] if one["name"] == "app")
    return found


def test_nothing_is_ignored_and_nothing_carried() -> None:
    assert carried() == DECLARED
    assert carried("/serviceDefinition/desiredCount") == DECLARED


def test_nothing_is_changed_in_place() -> None:
    before = json.dumps([DECLARED, LIVE])
    carried(f"{APP}/environment/BUILD", f"{APP}/image", "/taskDefinition/cpu", f"{APP}/command/2")
    assert json.dumps([DECLARED, LIVE]) == before


def test_a_variable_is_carried_and_its_neighbour_is_not() -> None:
    assert sorted(app(f"{APP}/environment/BUILD")["environment"], key=str) == [
        {"name": "BUILD", "value": "7"},
        {"name": "MODE", "value": "fast"},
    ]


def test_several_are_carried() -> None:
    both = app(f"{APP}/image", f"{APP}/dockerLabels/team")
    assert (both["image"], both["dockerLabels"]) == ("shop:2", {"team": "shop"})


def test_what_live_lacks_is_left_out() -> None:
    assert "cpu" not in carried("/taskDefinition/cpu")


def test_what_only_live_has_is_taken_along() -> None:
    assert carried("/taskDefinition/volumes/data")["volumes"] == [{"name": "data"}]
    assert app(f"{APP}/linuxParameters/capabilities/drop/C")["linuxParameters"]["capabilities"]["drop"] == ["C"]


def test_a_container_that_live_lacks_is_written_as_declared() -> None:
    assert carried("/taskDefinition/containerDefinitions/new/image") == DECLARED


def test_a_whole_container_is_carried() -> None:
    names = [one["name"] for one in carried("/taskDefinition/containerDefinitions/new")["containerDefinitions"]]
    assert names == ["app"]


@pytest.mark.parametrize(
    ("place", "command"),
    [("2", ["serve", "--port", "8080"]), ("3", DECLARED), ("first", DECLARED)],
    ids=["both have it", "one lacks it", "no place"],
)
def test_a_place_in_a_list_is_carried_where_both_have_it(place: str, command: Any) -> None:
    expected = command if isinstance(command, list) else ["serve", "--port", "80"]
    assert app(f"{APP}/command/{place}")["command"] == expected


def test_a_pointer_below_a_plain_value_carries_nothing() -> None:
    assert app(f"{APP}/image/tag") == app()


def test_what_is_carried_is_no_change_any_more() -> None:
    pointers = tuple(Pointer.parse(f"{APP}/{name}") for name in ("image", "environment", "command", "linuxParameters"))
    left = task_definition_changes(DECLARED, LIVE, pointers)
    assert [one.path for one in left] == [
        f"{APP}/dockerLabels/team",
        "/taskDefinition/containerDefinitions/new",
        "/taskDefinition/cpu",
        "/taskDefinition/volumes/data",
    ]


def test_one_value_of_a_set_is_ignored_and_another_is_not() -> None:
    declared, live = {"requiresCompatibilities": ["EC2"]}, {"requiresCompatibilities": ["FARGATE"]}
    ignore = (Pointer.parse("/taskDefinition/requiresCompatibilities/EC2"),)
    assert [(one.path, one.kind) for one in task_definition_changes(declared, live, ignore)] == [
        ("/taskDefinition/requiresCompatibilities/FARGATE", "added")
    ]


def test_a_place_of_thousands_of_digits_is_in_no_list() -> None:
    assert app(f"{APP}/command/{'9' * 5_000}") == app()
