"""A ledger as a tag's value, within AWS's alphabet and length, and read again."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.loop.facts import Kind
from controller.notify.ledger import MOST_PATHS, Claim, Entry, Ledger, Mark, Shipped, Slot, fitting, slot
from controller.notify.writing import read, written
from tests.controller.notify.builders import TOLD, properties

ROLLOUTS = [kind for kind in TOLD if slot(kind) is Slot.ROLLOUT]
times = st.integers(0, 9_999_999_999)
numbers = st.integers(0, 999_999)
words = st.text(max_size=60).map(fitting)
paths = st.none() | st.frozensets(st.integers(0, 65535).map("{:04x}".format), max_size=MOST_PATHS)


def marks(*ends: str) -> st.SearchStrategy[Mark | None]:
    names = st.builds(lambda word, end: f"{word}/{end}", words, st.sampled_from(ends))
    return st.none() | st.builds(Mark, names, times.map(float), numbers, paths)


shipped = st.builds(Shipped, words, st.sampled_from(ROLLOUTS), st.integers(0, 10**13 - 1).map(lambda ms: ms / 1e3))
drifts = st.none() | st.builds(Mark, st.just("0123456789ab/drift"), times.map(float), numbers, paths)
obstacles = st.none() | st.builds(Mark, words.map(lambda word: f"{word}/held"), times.map(float), numbers)
ledgers = st.builds(Ledger, numbers, st.none(), st.just(""), drifts, obstacles) | st.builds(
    Ledger, numbers, shipped, st.sampled_from(["", "0a1b2c3d"]), drifts, obstacles
)
holders = st.integers(0, 16**6 - 1).map(lambda number: f"{number:06x}")
entries = st.builds(Entry, ledgers, st.none() | st.builds(Claim, holders, times.map(float)))


@properties
@given(entries)
def test_what_was_written_is_read_again(entry: Entry) -> None:
    assert read(written(entry)) == entry


@properties
@given(entries)
def test_it_fits_into_a_tag(entry: Entry) -> None:
    text = written(entry)
    assert len(text) <= 256
    assert re.fullmatch(r"[A-Za-z0-9 +\-=._:/@]*", text)


@properties
@given(marks("drift", "held", "blocked", "stale"))
def test_a_mark_of_any_kind_is_read_again(mark: Mark | None) -> None:
    assert read(written(Entry(Ledger(obstacle=mark, drift=mark)))).ledger == Ledger(obstacle=mark, drift=mark)


@properties
@given(st.text())
def test_whatever_somebody_wrote_there_is_read_as_something(text: str) -> None:
    assert isinstance(read(text), Entry)


@properties
@given(entries, st.integers(0, 256))
def test_a_value_that_was_cut_is_read_as_far_as_it_goes(entry: Entry, length: int) -> None:
    assert isinstance(read(written(entry)[:length]), Entry)


@pytest.mark.parametrize("text", ["", "hello", "n=x r=/@ d=@:: o=1 c=@", "r=d-1/nonsense@1", "n=-4"])
def test_what_is_not_ours_to_read_is_nothing(text: str) -> None:
    assert read(text) == Entry()


def test_the_longest_one_fits() -> None:
    most, name = 9_999_999_999.0, "x" * 40
    found = frozenset(f"{number:04x}" for number in range(MOST_PATHS))
    ledger = Ledger(
        number=999_999,
        shipped=Shipped(name, Kind.ROLLED_BACK, most + 0.999),
        runs="0" * 8,
        drift=Mark("0" * 12 + "/drift", most, 999_999, found),
        obstacle=Mark(f"{name}/blocked", most, 999_999),
    )
    entry = Entry(ledger, Claim("abcdef", most))
    assert len(written(entry)) <= 256
    assert read(written(entry)) == entry
