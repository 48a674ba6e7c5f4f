"""What is told has a tone."""

import json
import re
from itertools import permutations

import pytest

from controller.loop.facts import ORDER, TONES, Fact, Kind, in_order
from controller.web.assets import FOLDER


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_tone(kind: Kind) -> None:
    assert Fact("id", kind, 0.0, None, "it happened").tone is TONES[kind]


def at(moment: float, kind: Kind, name: str = "a") -> Fact:
    return Fact(name, kind, moment, None, "it happened")


def test_facts_come_as_they_happened_whatever_their_kind() -> None:
    late, early = at(2.0, Kind.STARTED), at(1.0, Kind.HELD)
    assert in_order([late, early]) == [early, late]


def test_what_happened_at_one_moment_comes_in_one_order_however_it_was_learnt() -> None:
    facts = (at(1.0, Kind.SUPERSEDED), at(1.0, Kind.STARTED), at(1.0, Kind.ROLLED_BACK), at(1.0, Kind.HELD))
    assert {tuple(in_order(each)) for each in permutations(facts)} == {facts}


def test_what_is_of_one_moment_and_one_kind_comes_in_one_order_too() -> None:
    one, other = at(1.0, Kind.HELD, "a"), at(1.0, Kind.HELD, "b")
    assert in_order([other, one]) == in_order([one, other])


def test_every_kind_has_its_place_in_the_order() -> None:
    assert sorted(ORDER) == sorted(Kind)


def test_the_page_has_the_same_order() -> None:
    script = FOLDER.joinpath("modules", "activity.js").read_text(encoding="utf-8")
    found = re.search(r"const ORDER = (\[.*\]);", script)
    assert found is not None
    assert json.loads(found[1]) == [*ORDER]
