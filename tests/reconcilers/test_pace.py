"""When a shift is expected to be over."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcilers.progress import LifecycleEvent, Pace, Progress
from reconcilers.rollout.pace import expected_end, gives_up_at

BEGAN = 1_000.0
LINEAR = Pace(10.0, 60.0)
CANARY = Pace(10.0, 300.0, canary=True)


def at(traffic: float, began: float | None = BEGAN) -> Progress:
    return Progress(traffic, 2, 2, (LifecycleEvent("AllowTraffic", "InProgress", began),))


def seen(progress: Progress, pace: Pace | None, now: float) -> float | None:
    """What is expected as the last step is seen."""
    return expected_end(progress, pace, now, now)


def test_a_linear_shift_ends_with_its_last_step() -> None:
    assert seen(at(10), LINEAR, BEGAN + 5) == BEGAN + 9 * 60


def test_a_canary_ends_with_its_second_step() -> None:
    assert seen(at(10), CANARY, BEGAN + 5) == BEGAN + 300


def test_steps_that_come_faster_than_configured_set_the_pace() -> None:
    assert seen(at(50), LINEAR, BEGAN + 4) == BEGAN + 9.0


def test_steps_that_come_as_configured_do_not() -> None:
    assert seen(at(50), LINEAR, BEGAN + 4 * 60 + 20) == BEGAN + 9 * 60


def test_an_end_is_never_in_the_past() -> None:
    assert seen(at(90), LINEAR, BEGAN + 3_600) == BEGAN + 3_600


@pytest.mark.parametrize("traffic", [0.0, 3.0])
def test_before_the_second_step_the_configuration_counts(traffic: float) -> None:
    assert seen(at(traffic), LINEAR, BEGAN + 1) == BEGAN + 9 * 60


@pytest.mark.parametrize(("pace", "traffic"), [(LINEAR, 0.0), (LINEAR, 10.0), (CANARY, 10.0)])
def test_before_the_second_step_an_earlier_shift_that_was_faster_sets_the_pace(pace: Pace, traffic: float) -> None:
    assert expected_end(at(traffic), pace, BEGAN + 1, BEGAN + 1, 45.0) == BEGAN + 45


def test_an_earlier_shift_that_took_longer_says_nothing_of_this_one() -> None:
    assert expected_end(at(10), LINEAR, BEGAN + 1, BEGAN + 1, 3_600.0) == BEGAN + 9 * 60


def test_an_earlier_shift_of_no_time_says_nothing_of_one_without_steps() -> None:
    assert expected_end(at(10), Pace(100.0, 60.0), BEGAN + 1, BEGAN + 1, -1.0) == BEGAN + 1


def test_what_this_shift_shows_of_its_pace_counts_more_than_an_earlier_one() -> None:
    assert expected_end(at(50), LINEAR, BEGAN + 4, BEGAN + 4, 45.0) == BEGAN + 9


@pytest.mark.parametrize(
    ("progress", "pace"),
    [
        (at(10), None),
        (at(0, began=None), LINEAR),
        (Progress(0.0, 0, 0), LINEAR),
        (at(100), LINEAR),
        (at(10), Pace(0.0, 60.0)),
    ],
)
def test_there_is_no_end_to_expect(progress: Progress, pace: Pace | None) -> None:
    assert seen(progress, pace, BEGAN) is None


MOMENTS = st.floats(0.0, 100_000.0)
PACES = st.builds(Pace, st.floats(1.0, 100.0), st.floats(1.0, 3_600.0), st.booleans())


@given(PACES, st.floats(0.0, 99.9), MOMENTS, MOMENTS, MOMENTS)
def test_between_two_steps_the_end_stays_where_it_is(
    pace: Pace, traffic: float, stepped: float, earlier: float, later: float
) -> None:
    earlier, later = sorted((earlier, later))
    stepped_at = BEGAN + stepped
    first = expected_end(at(traffic), pace, stepped_at, stepped_at + earlier)
    second = expected_end(at(traffic), pace, stepped_at, stepped_at + later)
    assert first is not None
    assert second is not None
    assert second == max(first, stepped_at + later)  # later only where it is overdue


def test_time_alone_does_not_put_the_end_off_in_a_sandbox_whose_minutes_are_short() -> None:
    ends = [expected_end(at(50), LINEAR, BEGAN + 4, BEGAN + 4 + passed) for passed in (0.0, 0.3, 0.6, 0.9)]
    assert ends == [BEGAN + 9] * 4


def ended_at(*ends: float | None) -> Progress:
    return Progress(0.0, 2, 2, tuple(LifecycleEvent(f"Step{end}", "Succeeded", BEGAN, end) for end in ends))


def test_aws_gives_up_once_a_person_has_had_his_time_since_the_last_step() -> None:
    assert gives_up_at(ended_at(1010.0, 1020.0, None), 600.0) == 1620.0


def test_aws_gives_nobody_up_whom_it_does_not_wait_for() -> None:
    assert gives_up_at(ended_at(1010.0), None) is None
    assert gives_up_at(ended_at(None), 600.0) is None
