"""Times as people read and type them."""

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.cli.spans import clock, instant, lasted, moment, since

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-3, "0s"), (59.9, "1m"), (60, "1m"), (560, "9m 20s"), (7500, "2h 5m"), (90_000, "1d 1h"), (86_400, "1d")],
)
def test_a_span_is_said_in_two_units(seconds: float, said: str) -> None:
    assert lasted(seconds) == said


def test_how_long_ago_is_not_said_of_what_never_was() -> None:
    assert (since(None, NOW), since(NOW - 120, NOW)) == ("-", "2m")


@pytest.mark.parametrize(
    ("typed", "ago"), [("90s", 90), ("90m", 5400), ("2h30m", 9000), ("7d", 604_800), ("1w", 604_800)]
)
def test_a_moment_may_be_a_span_before_now(typed: str, ago: float) -> None:
    assert moment(typed, NOW) == NOW - ago


def test_a_moment_may_be_a_date_with_and_without_a_zone() -> None:
    assert moment("2027-01-15T08:00:00+00:00", NOW) == NOW
    assert moment(time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(NOW)), NOW) == NOW


@pytest.mark.parametrize("typed", ["yesterday", "5", "m", "5 m", "-5m", "2027-13-01", "5mx", "0001-01-01"])
def test_what_is_no_time_is_refused_with_what_to_write(typed: str) -> None:
    with pytest.raises(ValueError, match="Write 90m"):
        moment(typed, NOW)


@given(st.floats())
def test_whatever_a_moment_is_it_can_be_said(at: float) -> None:
    assert clock(at)
    assert instant(at)


@pytest.mark.parametrize("at", [9e14, -9e14, 1e300, math.inf, math.nan])
def test_a_moment_that_no_calendar_has_is_said_to_be_none(at: float) -> None:
    assert (clock(at), instant(at)) == ("no such time", "no such time")


@given(st.integers(0, 2_000_000_000))
def test_a_clock_reads_as_it_is_typed(at: int) -> None:
    read = moment(clock(at).replace(" ", "T"), NOW)
    assert abs(read - at) in (0, 3600)  # an hour that comes twice a year is the first of both
