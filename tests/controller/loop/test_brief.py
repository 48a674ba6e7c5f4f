"""How much of a fact is kept."""

from dataclasses import replace
from typing import Any

import pytest

from controller.loop.brief import LONGEST_NAME, LONGEST_TEXT, MOST_PATHS, brief, named_briefly
from controller.loop.facts import Fact, Kind
from reconcilers.excerpt import LONGEST
from reconcilers.model import ServiceKey
from tests.controller.builders import KEY

FOUND = Fact("prod/notes/1/drift", Kind.DRIFT_FOUND, 1.0, KEY, "It differs.", commit="c", release="r", paths=("/a",))


def test_a_fact_as_they_are_is_kept_whole() -> None:
    assert brief(FOUND) is FOUND
    assert named_briefly(FOUND)


@pytest.mark.parametrize(
    ("name", "most"),
    [("text", LONGEST_TEXT), ("subject", LONGEST), ("reason", LONGEST), ("remedy", LONGEST), ("who", LONGEST)],
)
def test_of_a_long_text_an_excerpt_is_kept(name: str, most: int) -> None:
    long: dict[str, Any] = {name: "a" * 100_000}
    same: dict[str, Any] = {name: getattr(FOUND, name)}
    kept = brief(replace(FOUND, **long))
    assert len(getattr(kept, name)) == most
    assert replace(kept, **same) == FOUND


def test_of_many_fields_the_first_are_kept() -> None:
    paths = tuple(f"/serviceDefinition/{number:06}" for number in range(100_000))
    kept = brief(replace(FOUND, paths=paths))
    assert kept.paths == paths[: len(kept.paths)]
    assert MOST_PATHS / 2 < sum(map(len, kept.paths)) <= MOST_PATHS


def test_empty_fields_count_too() -> None:
    assert len(brief(replace(FOUND, paths=("",) * 100_000)).paths) == MOST_PATHS


@pytest.mark.parametrize(
    "more",
    [
        *({name: "a" * (LONGEST_NAME + 1)} for name in ("id", "deployment", "commit", "release")),
        {"service": ServiceKey("a" * (LONGEST_NAME + 1), "notes")},
        {"service": ServiceKey("prod", "a" * (LONGEST_NAME + 1))},
    ],
)
def test_a_name_longer_than_names_are_is_noticed(more: dict[str, Any]) -> None:
    assert not named_briefly(replace(FOUND, **more))


def test_what_happened_to_the_repository_names_no_service() -> None:
    assert named_briefly(replace(FOUND, service=None))
