"""When a shift is expected to be over."""

import pytest

from reconcilers.live import LifecycleEvent, Pace, Progress
from reconcilers.rollout.pace import expected_end

BEGAN = 1_000.0
LINEAR = Pace(10.0, 60.0)
CANARY = Pace(10.0, 300.0, canary=True)


def at(traffic: float, began: float | None = BEGAN) -> Progress:
    return Progress(traffic, 2, 2, (LifecycleEvent("AllowTraffic", "InProgress", began),))


def test_a_linear_shift_ends_with_its_last_step() -> None:
    assert expected_end(at(10), LINEAR, BEGAN + 5) == BEGAN + 9 * 60


def test_a_canary_ends_with_its_second_step() -> None:
    assert expected_end(at(10), CANARY, BEGAN + 5) == BEGAN + 300


def test_steps_that_come_faster_than_configured_set_the_pace() -> None:
    assert expected_end(at(50), LINEAR, BEGAN + 4.5) == BEGAN + 9.0


def test_steps_that_come_as_configured_do_not() -> None:
    assert expected_end(at(50), LINEAR, BEGAN + 4 * 60 + 20) == BEGAN + 9 * 60


def test_an_end_is_never_in_the_past() -> None:
    assert expected_end(at(90), LINEAR, BEGAN + 3_600) == BEGAN + 3_600


@pytest.mark.parametrize("traffic", [0.0, 3.0])
def test_before_the_second_step_the_configuration_counts(traffic: float) -> None:
    assert expected_end(at(traffic), LINEAR, BEGAN + 1) == BEGAN + 9 * 60


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
    assert expected_end(progress, pace, BEGAN) is None
