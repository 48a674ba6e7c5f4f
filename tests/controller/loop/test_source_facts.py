"""What there is to tell of the repository."""

from dataclasses import replace

from controller.loop.board import SourceStatus
from controller.loop.facts import Kind
from controller.loop.source_facts import STALE, source_back, source_fact

NOW = 1_000_000.0
DOWN = SourceStatus(good_at=NOW - 10, failing_since=NOW, reason="timeout", message="It did not answer.", remedy="Look.")


def test_a_source_that_answers_is_nothing_to_tell() -> None:
    assert source_fact(SourceStatus(good_at=NOW), "c1", NOW) is None


def test_a_moments_silence_is_nothing_to_tell() -> None:
    assert source_fact(DOWN, "c1", NOW + STALE - 1) is None


def test_a_source_that_is_silent_for_long_is_told_with_the_remedy() -> None:
    fact = source_fact(DOWN, "c1", NOW + STALE)
    assert fact is not None
    assert (fact.kind, fact.at, fact.reason, fact.remedy) == (Kind.SOURCE_STALE, NOW, "timeout", "Look.")


def test_a_commit_that_is_not_verified_is_no_silence() -> None:
    fact = source_fact(replace(DOWN, reason="unverified", message="Eve."), "c1", NOW + STALE)
    assert fact is not None
    assert (fact.text, fact.reason) == ("Nothing new is applied: Eve.", "unverified")


def test_a_defect_of_ours_is_no_silence() -> None:
    fact = source_fact(replace(DOWN, reason="defect", message="Ours."), "c1", NOW + STALE)
    assert fact is not None
    assert (fact.text, fact.reason) == ("Nothing new is applied: Ours.", "defect")


def test_the_same_outage_is_the_same_fact() -> None:
    first, later = source_fact(DOWN, "c1", NOW + STALE), source_fact(DOWN, "c1", NOW + 9 * STALE)
    assert first == later


def test_a_repository_that_never_was_read_is_named_so() -> None:
    fact = source_fact(DOWN, None, NOW + STALE)
    assert fact is not None
    assert fact.id == "source/never-read/stale"


def test_a_source_that_is_back_says_how_long_it_was_away() -> None:
    stale = source_fact(DOWN, "c1", NOW + STALE)
    assert stale is not None
    back = source_back(stale, NOW + 300)
    assert (back.kind, back.id, back.seconds) == (Kind.SOURCE_BACK, "source/c1/back", 300)
