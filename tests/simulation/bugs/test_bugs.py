"""The net catches fish: each planted bug is found in the history that is recorded for it."""

import sys
from collections import Counter

import pytest

from controller.loop.queue import WorkQueue
from tests.simulation import children
from tests.simulation.bugs.catalogue import BUGS, RULES, Bug
from tests.simulation.bugs.planting import Change, plant

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def replayed() -> str:
    """What ``python -m tests.simulation.bugs --replay`` says."""
    return children.run("tests.simulation.bugs", "--replay").stdout


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name.replace(" ", "-"))
def test_a_planted_bug_is_found_in_its_history(bug: Bug, replayed: str) -> None:
    (line,) = (each for each in replayed.splitlines() if f"  {bug.name}: " in each)
    assert f"{bug.name}: seed {bug.seed}. " in line


def test_the_controller_as_it_is_is_found_well_in_the_same_histories(replayed: str) -> None:
    assert "With no bug planted" not in replayed
    assert f"{len(BUGS)} of {len(BUGS)} planted bugs found" in replayed


def test_at_least_two_bugs_break_each_rule_of_the_design() -> None:
    assert len(BUGS) >= 25
    assert {rule for rule, count in Counter(bug.rule for bug in BUGS).items() if count >= 2} == set(RULES)


def test_a_bug_comes_too_late_for_what_is_loaded() -> None:
    assert WorkQueue.__module__ in sys.modules
    with pytest.raises(RuntimeError, match="loaded already"):
        plant((Change("controller.loop.queue", "old", "new"),))


def test_a_bug_whose_text_has_moved_on_says_so() -> None:
    text = "from tests.simulation.bugs.planting import *; plant([Change('reconcilers.digest', 'no such text', '')])"
    done = children.code(f"{text}; import reconcilers.digest")
    assert "reconcilers.digest has 0 times, not once: no such text" in done.stderr
