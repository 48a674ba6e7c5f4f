"""Histories of the whole controller: nothing that must always be true is ever false."""

import json

import pytest

from tests.simulation import children
from tests.simulation.history import LEAST, history

CHUNK = 50  # of the histories that ``make simulate`` plays as well, with all the others
CHUNKS = range(0, 50, CHUNK)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("first", CHUNKS)
def test_every_rule_holds_in_every_history_and_in_the_end_all_is_in_sync(first: int) -> None:
    done = children.run("tests.simulation", "--first", str(first), "--seeds", str(CHUNK), "--workers", "1")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_history_is_large_enough_to_show_something() -> None:
    made = [history(seed) for seed in range(2000)]
    assert min(len(each.plans) for each in made) >= 5
    assert min(len(each.rates) for each in made) >= 2
    assert min(each.faults for each in made) >= 7
    assert LEAST >= 120


def test_at_least_five_faults_hit_somebody_in_each_history() -> None:
    told = children.run("tests.simulation", "--seeds", "25", "--json").stdout.splitlines()
    assert min(sum(json.loads(each)["injected"].values()) for each in told) >= 5


def test_a_seed_is_one_history() -> None:
    first, second = (children.run("tests.simulation", "--seeds", "12", "--json").stdout for _ in range(2))
    assert first == second
    assert first.count("\n") == 12


def test_a_seed_alone_is_told_event_by_event() -> None:
    done = children.run("tests.simulation", "--seed", "3")
    assert done.returncode == 0
    assert str(history(3)) in done.stdout
