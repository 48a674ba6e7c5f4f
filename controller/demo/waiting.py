"""Waiting for something to come true, with an end to it."""

import time
from collections.abc import Callable
from typing import TypeVar

from controller.demo.record import Step
from controller.demo.teller import Teller, noted
from controller.demo.witness import Seen, Witness

T = TypeVar("T")
LOOK = 0.1  # seconds between two looks


class NeverHappenedError(Exception):
    """What the story waited for did not come."""


def until(what: str, look: Callable[[], T | None], within: float = 120.0) -> T:
    """The first answer of ``look`` that is true. ``NeverHappenedError`` after ``within`` seconds."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(LOOK)
    raise NeverHappenedError(f"Waited {within:.0f} s in vain: {what}.")


def new_deployment(witness: Witness, known: list[str]) -> str:
    """The first deployment that is not among ``known``."""
    return until("a new deployment", lambda: next((each for each in witness.deployments() if each not in known), None))


def follow(witness: Witness, deployment: str, step: Step, teller: Teller, end: Callable[[Seen], bool]) -> Seen:
    """Show and note how a deployment goes, until ``end`` says so."""
    started = time.monotonic()
    with teller.shift(deployment) as show:

        def look() -> Seen | None:
            seen = witness.seen(deployment)
            if noted(step, time.monotonic() - started, seen):
                show(seen)
            return seen if end(seen) else None

        return until(f"{deployment} to come to its end", look, within=180.0)
