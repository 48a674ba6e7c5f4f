"""What replicas tell each other of what happened, put together: each thing once, whoever saw it and when."""

from itertools import permutations

import pytest

from controller.loop.facts import Fact, Kind
from controller.loop.hearsay import newest, other_end, put_together
from tests.controller.builders import KEY

ENDS = [
    (Kind.DRIFT_FOUND, "prod/notes/1/drift", Kind.DRIFT_HEALED, "prod/notes/1/drift/healed"),
    (Kind.HELD, "prod/notes/d-1/held", Kind.CLEARED, "prod/notes/d-1/held/cleared"),
    (Kind.BLOCKED, "prod/notes/1/blocked", Kind.CLEARED, "prod/notes/1/blocked/cleared"),
    (Kind.SOURCE_STALE, "source/c1/stale", Kind.SOURCE_BACK, "source/c1/back"),
]


def fact(kind: Kind, name: str, at: float, who: str = "", text: str = "") -> Fact:
    return Fact(name, kind, at, KEY, text, who=who)


def found(at: float, who: str = "", text: str = "") -> Fact:
    return fact(Kind.DRIFT_FOUND, "x/drift", at, who, text)


def gone(at: float) -> Fact:
    return fact(Kind.DRIFT_HEALED, "x/drift/healed", at)


def started(at: float) -> Fact:
    return fact(Kind.STARTED, "x/d-1/started", at)


@pytest.mark.parametrize(("begins", "beginning", "ends", "end"), ENDS)
def test_what_begins_has_an_end_and_the_other_way_round(begins: Kind, beginning: str, ends: Kind, end: str) -> None:
    assert other_end(fact(begins, beginning, 1.0)) == end
    assert other_end(fact(ends, end, 1.0)) == beginning


def test_a_rollout_that_started_starts_no_second_time() -> None:
    assert other_end(started(1.0)) is None
    assert put_together([started(1.0)], [started(2.0)]) == [started(1.0)]


def test_what_is_new_comes_after_what_is_kept() -> None:
    assert put_together([gone(9.0)], [found(1.0), started(5.0)]) == [gone(9.0), found(1.0), started(5.0)]


@pytest.mark.parametrize(("kept", "told"), [(5.0, 4.0), (4.0, 5.0), (4.0, 4.0)])
def test_one_thing_seen_at_two_moments_is_kept_once_at_the_earlier(kept: float, told: float) -> None:
    assert put_together([found(kept)], [found(told)]) == [found(4.0)]


def test_what_ended_in_between_is_another_thing() -> None:
    assert put_together([found(1.0), gone(3.0)], [found(5.0)]) == [found(1.0), gone(3.0), found(5.0)]


def test_the_end_in_between_may_be_told_with_it() -> None:
    assert put_together([found(5.0)], [found(1.0), gone(3.0)]) == [found(5.0), found(1.0), gone(3.0)]


def test_two_ends_are_two_where_it_began_again_in_between() -> None:
    assert put_together([gone(3.0)], [gone(4.0)]) == [gone(3.0)]
    assert put_together([gone(3.0), found(5.0)], [gone(9.0)]) == [gone(3.0), found(5.0), gone(9.0)]


def test_what_ends_at_the_moment_at_which_it_began_is_the_end_of_that() -> None:
    assert put_together([gone(3.0)], [found(5.0), gone(5.0)]) == [gone(3.0), found(5.0), gone(5.0)]
    assert put_together([found(3.0)], [gone(3.0), found(5.0)]) == [found(3.0), gone(3.0), found(5.0)]


@pytest.mark.parametrize("nobody", ["", "somebody else"])
def test_who_did_it_is_told_by_whoever_knows(nobody: str) -> None:
    known, unknown = found(1.0, "ann", "by ann"), found(1.0, nobody)
    assert put_together([unknown], [known]) == put_together([known], [unknown]) == [known]


def test_who_did_it_stays_who_it_was() -> None:
    assert put_together([found(1.0, "ann")], [found(1.0, "ben")]) == [found(1.0, "ann")]


def test_whoever_else_did_it_is_told_when_that_is_known() -> None:
    one, both = found(1.0, "ann", "by ann"), found(1.0, "ann and ben", "by ann and ben")
    assert put_together([one], [both]) == put_together([both], [one]) == [both]


def test_whoever_did_it_is_told_at_the_earlier_moment_too() -> None:
    assert put_together([found(1.0)], [found(2.0, "ann")]) == [found(1.0, "ann")]


def test_what_is_told_twice_at_once_is_new_once() -> None:
    assert put_together([], [found(2.0), found(1.0, "ann")]) == [found(1.0, "ann")]


def test_in_whichever_order_it_is_told_the_same_is_known() -> None:
    told = [found(1.0), gone(3.0), found(5.0), gone(8.0)]
    for order in permutations(told):
        assert sorted(put_together([], order), key=str) == sorted(told, key=str)
        assert put_together(order, told) == list(order)


def test_of_each_name_the_newest_moment_counts() -> None:
    assert newest([found(5.0), gone(3.0), found(1.0)]) == {"x/drift": 5.0, "x/drift/healed": 3.0}
