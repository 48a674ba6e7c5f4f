"""The smallest history that still breaks the same rule: events left out, one half after the other."""

from collections.abc import Callable
from dataclasses import replace

from tests.simulation.drawing import Event
from tests.simulation.history import History
from tests.simulation.running import Result, run

MOST = 200  # histories that are played on the way


def shrunk(whole: History, why: Result, play: Callable[[History], Result] = run) -> tuple[History, Result]:
    """Leave out what the failure does not need (Zeller's ddmin). Gives the history, and how it fails."""
    budget = MOST
    best, reason = replace(whole, events=tuple(each for each in whole.events if each.at <= why.at)), why
    pieces = 2
    while pieces <= 2 * len(best.events) and budget > 0:
        for events in _without_a_piece(best.events, pieces):
            budget -= 1
            found = play(replace(best, events=events))
            if found.rule == why.rule:
                best, reason, pieces = replace(best, events=events), found, max(2, pieces - 1)
                break
            if budget <= 0:
                break
        else:
            if pieces >= len(best.events):
                break
            pieces = min(2 * pieces, len(best.events))
    return best, reason


def _without_a_piece(events: tuple[Event, ...], pieces: int) -> list[tuple[Event, ...]]:
    size = max(1, -(-len(events) // pieces))
    return [events[:start] + events[start + size :] for start in range(0, len(events), size)]
