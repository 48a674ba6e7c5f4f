"""An outcome as a word and a sentence."""

from dataclasses import replace
from typing import get_args

import pytest

from controller.loop import words
from controller.loop.learnt import after_commit
from controller.loop.status import Brought
from reconcilers.excerpt import LONGEST_SENTENCE
from reconcilers.model import Revision
from reconcilers.outcome import Blocked, BlockedBy, Differs, Failed, Finding, InSync, Outcome, Progressing, Waiting
from tests.controller.builders import BLOCKED, HELD, NOW, report, status, wanted

OUTCOMES: dict[str, Outcome] = {
    "in-sync": InSync(),
    "progressing": Progressing("it shifts", 15.0),
    "waiting": Waiting("A deployment runs.", "d-1", 15.0),
    "differs": Differs("sync is manual"),
    "held": HELD,
    "blocked": BLOCKED,
    "failed": Failed("Throttled", "too many calls"),
}


@pytest.mark.parametrize("word", OUTCOMES)
def test_every_outcome_has_its_word(word: str) -> None:
    assert words.kind(OUTCOMES[word]) == word


def test_no_outcome_is_without_a_word() -> None:
    assert set(words.KINDS) == set(get_args(Outcome))


def test_what_was_not_looked_at_is_unknown_and_says_so() -> None:
    assert (words.kind(None), words.sentence(None)) == ("unknown", "not looked at yet")


def test_what_a_newer_commit_wants_is_known_and_due_for_a_look() -> None:
    newer = replace(wanted("v3"), commit=Revision("0e55aa1b9d", NOW))
    after = after_commit(status(report()), newer, Brought.SURE)
    assert words.state(after) == "commit 0e55aa1b9d was read, and the next look at AWS is due"
    assert words.since(after) is None


def test_what_was_looked_at_is_so_since_then() -> None:
    assert words.since(status(report(HELD))) == NOW


def test_a_sentence_says_aws_own_reason() -> None:
    assert "ALARM_ACTIVE: the alarm fired" in words.sentence(HELD)


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [(HELD, "ALARM_ACTIVE"), (BLOCKED, "preflight"), (OUTCOMES["failed"], "Throttled"), (InSync(), ""), (None, "")],
)
def test_the_reason_is_one_word(outcome: Outcome | None, reason: str) -> None:
    assert words.reason(outcome) == reason


def test_the_remedy_is_that_of_the_first_finding_that_blocks() -> None:
    warning = Finding("NoAlarm", "No alarm.", "Make one.", blocking=False)
    assert words.remedy((warning, *BLOCKED.findings)) == "Wait for it to end."


def test_warnings_alone_need_no_remedy() -> None:
    assert words.remedy((Finding("NoAlarm", "No alarm.", "Make one.", blocking=False),)) == ""


def test_a_block_by_fighting_has_its_own_word() -> None:
    assert words.reason(Blocked(BlockedBy.FOUGHT, ())) == "fought"


def test_an_obstacle_is_told_in_short_however_much_is_amiss() -> None:
    many = tuple(Finding(f"X{number}", "It is amiss.", "Set it right.") for number in range(1000))
    assert len(words.obstacle(Blocked(BlockedBy.GUARD_RAILS, many))) < LONGEST_SENTENCE + 100
