"""What a failing seed prints is as little as it takes."""

from dataclasses import replace

from tests.simulation.drawing import Event
from tests.simulation.history import History, history
from tests.simulation.running import Result
from tests.simulation.shrinking import shrunk

KILL, COMMIT = Event(600.0, "kill", "r0"), Event(1200.0, "commit", "shop", ("good", "1.9.0"))


def played(given: History) -> Result:
    """Fails where both happen."""
    rule = "nobody fights for ever" if {KILL, COMMIT} <= set(given.events) else ""
    return Result(given.seed, rule, "", 3600.0, {}, {}, 1)


def failing() -> History:
    whole = history(1)
    return replace(whole, events=tuple(sorted((*whole.events, KILL, COMMIT), key=lambda each: each.at)))


def test_only_the_events_that_it_takes_are_left() -> None:
    whole = failing()
    smaller, _ = shrunk(whole, played(whole), played)
    assert smaller.events == (KILL, COMMIT)


def test_what_came_after_the_failure_is_left_out_at_once() -> None:
    whole = failing()
    early = replace(played(whole), at=1300.0)
    asked: list[History] = []

    def play(given: History) -> Result:
        asked.append(given)
        return played(given)

    shrunk(whole, early, play)
    assert max(event.at for each in asked for event in each.events) <= 1300.0
