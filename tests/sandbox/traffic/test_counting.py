"""From running counters to minutes: nothing is lost, nothing counts twice."""

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.traffic.counting import KEPT, Reading, Readings
from sandbox.world.visits import Answers
from tests.examples import examples


def readings(*counted: tuple[float, int]) -> Readings:
    made = Readings()
    for at, answered in counted:
        made.add(Reading(at, {"blue": (answered, 0, 0)}))
    return made


def test_a_minute_has_what_was_counted_from_border_to_border() -> None:
    made = readings((9.9, 5), (10.5, 7), (19.9, 12), (20.4, 30))
    assert made.between(10, 20) == {"blue": Answers(7, 0)}


def test_who_counted_nothing_is_left_out() -> None:
    assert readings((9.9, 5), (19.9, 5)).between(10, 20) == {}


def test_nothing_was_read_yet() -> None:
    assert Readings().between(10, 20) == {}
    assert Readings().latest == {}


def test_before_the_first_reading_nothing_is_known() -> None:
    assert readings((15, 100), (18, 103)).between(10, 20) == {"blue": Answers(3, 0)}


def test_what_was_read_too_late_for_a_minute_belongs_to_the_next() -> None:
    made = readings((9.9, 5), (19.5, 8))
    assert made.between(10, 20) == {"blue": Answers(3, 0)}
    made.add(Reading(19.9, {"blue": (9, 0, 0)}))
    made.add(Reading(29.9, {"blue": (20, 0, 0)}))
    assert made.between(20, 30) == {"blue": Answers(12, 0)}


def test_a_counter_that_began_anew_takes_nothing_away() -> None:
    made = readings((9.9, 50), (19.9, 3))
    assert made.between(10, 20) == {}


def test_a_target_group_that_came_meanwhile_is_counted_from_nothing() -> None:
    made = readings((9.9, 1))
    made.add(Reading(19.0, {"green": (4, 2, 1)}))
    assert made.between(10, 20) == {"green": Answers(4, 2, 1)}


def test_only_so_much_is_kept() -> None:
    made = readings(*((float(at), at) for at in range(KEPT + 100)))
    for minute in range(100):
        made.between(minute, minute + 1)
    assert made.latest == {"blue": (KEPT + 99, 0, 0)}


@settings(max_examples=examples(60))
@given(st.lists(st.tuples(st.floats(0.01, 3.0), st.integers(0, 9)), max_size=60), st.integers(1, 40))
def test_minutes_add_up_to_the_whole(steps: list[tuple[float, int]], often: int) -> None:
    made, at, counted, minute, whole = Readings(), 0.0, 0, 0, 0
    made.add(Reading(0.0, {"blue": (0, 0, 0)}))
    for number, (later, more) in enumerate(steps):
        at, counted = at + later, counted + more
        made.add(Reading(at, {"blue": (counted, 0, 0)}))
        # The world looks when it looks: several minutes may be due at once.
        while number % often == 0 and minute + 1 <= at:
            whole += made.between(minute, minute + 1).get("blue", Answers(0, 0)).requests
            minute += 1
    whole += made.between(minute, at + 1).get("blue", Answers(0, 0)).requests
    assert whole == counted
