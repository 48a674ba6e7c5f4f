"""What a row of datapoints makes of an alarm."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.world.cloudwatch.evaluation import BREACHES, Criterion, reason, settled, verdict
from tests.examples import examples

KEPT = "kept"
MISSING = ("missing", "ignore", "breaching", "notBreaching")


def states(row: str, periods: int, datapoints: int) -> list[str]:
    """The verdicts for ``0 - X - X`` (fine, missing, breaching), for each way to treat missing data."""
    points = [{"0": 0.0, "X": 2.0, "-": None}[letter] for letter in row.split()]
    tests = (Criterion("GreaterThanThreshold", 1.0, periods, datapoints, missing) for missing in MISSING)
    return [verdict(criterion, points, KEPT) for criterion in tests]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("0 - X - X", ["OK", "OK", "OK", "OK"]),
        ("- - - - 0", ["OK", "OK", "OK", "OK"]),
        ("- - - - -", ["INSUFFICIENT_DATA", KEPT, "ALARM", "OK"]),
        ("0 X X - X", ["ALARM", "ALARM", "ALARM", "ALARM"]),
        ("- - X - -", ["ALARM", KEPT, "ALARM", "OK"]),
    ],
)
def test_three_of_three_as_the_user_guide_tables_it(row: str, expected: list[str]) -> None:
    assert states(row, 3, 3) == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("0 - X - X", ["ALARM", "ALARM", "ALARM", "ALARM"]),
        ("0 0 X 0 X", ["ALARM", "ALARM", "ALARM", "ALARM"]),
        ("0 - X - -", ["OK", "OK", "ALARM", "OK"]),
        ("- - - - 0", ["OK", "OK", "ALARM", "OK"]),
        ("- - - X -", ["ALARM", KEPT, "ALARM", "OK"]),
    ],
)
def test_two_of_three_as_the_user_guide_tables_it(row: str, expected: list[str]) -> None:
    assert states(row, 3, 2) == expected


def test_a_breach_too_young_to_count_keeps_the_state() -> None:
    assert states("- - - - X", 3, 2)[0] == KEPT


def test_a_sparse_metric_keeps_its_alarm_ringing_for_a_while_even_if_missing_is_not_breaching() -> None:
    assert states("X X - -", 2, 2)[3] == "ALARM"
    assert states("X - - -", 2, 2)[3] == "OK"


@pytest.mark.parametrize(
    ("comparison", "breaching", "fine"),
    [
        ("GreaterThanThreshold", 1.1, 1.0),
        ("GreaterThanOrEqualToThreshold", 1.0, 0.9),
        ("LessThanThreshold", 0.9, 1.0),
        ("LessThanOrEqualToThreshold", 1.0, 1.1),
    ],
)
def test_thresholds_mean_what_they_say(comparison: str, breaching: float, fine: float) -> None:
    criterion = Criterion(comparison, 1.0, 1, 1)
    assert (verdict(criterion, [breaching], "OK"), verdict(criterion, [fine], "ALARM")) == ("ALARM", "OK")


def test_the_reason_tells_the_datapoints_and_the_threshold() -> None:
    criterion = Criterion("GreaterThanThreshold", 10.0, 2, 2, "notBreaching")
    assert reason(criterion, [72.0, 144.0], "ALARM") == (
        "Threshold Crossed: 2 out of the last 2 datapoints [72.0, 144.0] were greater than the threshold (10.0) "
        "(minimum 2 datapoints for OK -> ALARM transition)."
    )
    assert "treated as [NonBreaching]" in reason(criterion, [None, None], "OK")
    assert "not greater than" in reason(criterion, [1.0, 2.0], "OK")
    plain = Criterion("GreaterThanThreshold", 10.0, 2, 2)
    assert reason(plain, [None], "INSUFFICIENT_DATA") == "Insufficient Data: 2 datapoints were unknown."


POINTS = st.lists(st.none() | st.floats(-5, 5), min_size=1, max_size=8)
TESTS = st.builds(
    lambda comparison, periods, share, missing: Criterion(
        comparison, 1.0, periods, max(1, round(periods * share)), missing
    ),
    st.sampled_from(sorted(BREACHES)),
    st.integers(1, 6),
    st.floats(0, 1),
    st.sampled_from(MISSING),
)


@settings(max_examples=examples(200))
@given(TESTS, POINTS, st.sampled_from(["OK", "ALARM", "INSUFFICIENT_DATA"]))
def test_evaluating_twice_changes_nothing(criterion: Criterion, points: list[float | None], current: str) -> None:
    once = verdict(criterion, points, current)
    assert verdict(criterion, points, once) == once


@settings(max_examples=examples(200))
@given(TESTS, POINTS)
def test_only_silence_is_settled(criterion: Criterion, points: list[float | None]) -> None:
    assert settled(points) == (set(points) == {None})
