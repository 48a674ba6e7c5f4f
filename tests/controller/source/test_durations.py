from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.source.durations import seconds
from tests.examples import examples


@pytest.mark.parametrize(
    ("text", "expected"),
    [("90m", 5400), ("2h", 7200), ("1h30m", 5400), ("45s", 45), ("1d", 86400), ("5400", 5400), ("1.5", 1.5), ("0", 0)],
)
def test_durations_are_seconds(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize(
    "text", ["", "m", "90x", "1m1h", "-5", "1e3", "90 m", "٣", "22:30", ".5", "9" * 5000, "9" * 5000 + "s"]
)
def test_what_is_no_duration_is_none(text: str) -> None:
    assert seconds(text) is None


@settings(max_examples=examples(100))
@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))
def test_the_parts_of_a_duration_add_up(hours: int, minutes: int, rest: int) -> None:
    assert seconds(f"{hours}h{minutes}m{rest}s") == hours * 3600 + minutes * 60 + rest
