"""Histories of the whole controller: nothing that must always be true is ever false."""

import json
from typing import Any

import pytest

from tests.simulation import children
from tests.simulation.history import LEAST, history

FIRST = 50  # of the histories that ``make simulate`` plays as well, with all the others
AGAIN = 12  # of those are played once more
pytestmark = pytest.mark.timeout(900)


def played(count: int) -> list[dict[str, Any]]:
    """What came of the first histories. One worker: the other core is another test's."""
    told = children.run("tests.simulation", "--seeds", str(count), "--workers", "1", "--json")
    assert told.stderr == ""
    return [json.loads(line) for line in told.stdout.splitlines()]


@pytest.fixture(scope="module")
def first() -> list[dict[str, Any]]:
    return played(FIRST)


def test_every_rule_holds_in_every_history_and_in_the_end_all_is_in_sync(first: list[dict[str, Any]]) -> None:
    assert [each["seed"] for each in first] == list(range(FIRST))
    assert [each for each in first if each["rule"]] == []


def test_a_history_is_large_enough_to_show_something() -> None:
    made = [history(seed) for seed in range(2000)]
    assert min(len(each.plans) for each in made) >= 5
    assert min(len(each.rates) for each in made) >= 2
    assert min(each.faults for each in made) >= 7
    assert LEAST >= 120


def test_at_least_five_faults_hit_somebody_in_each_history(first: list[dict[str, Any]]) -> None:
    assert min(sum(each["injected"].values()) for each in first) >= 5


def test_a_seed_is_one_history(first: list[dict[str, Any]]) -> None:
    assert played(AGAIN) == first[:AGAIN]


def test_a_seed_alone_is_told_event_by_event() -> None:
    done = children.run("tests.simulation", "--seed", "3")
    assert done.returncode == 0
    assert str(history(3)) in done.stdout
