"""A service's events, by themselves."""

import random
from datetime import UTC, datetime, timedelta

from sandbox.world.ecs.journal import Journal

START = datetime(2026, 9, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def journal() -> Journal:
    return Journal(random.Random(0), 6 * HOUR)


def test_a_service_at_rest_repeats_itself() -> None:
    events = journal()
    events.rest(START, "steady")
    assert [event["createdAt"] for event in events.read(START + 13 * HOUR)] == [
        START + 12 * HOUR,
        START + 6 * HOUR,
        START,
    ]


def test_a_service_in_motion_does_not() -> None:
    events = journal()
    events.rest(START, "steady")
    events.say(START + HOUR, "started")
    assert [event["message"] for event in events.read(START + 20 * HOUR)] == ["started", "steady"]


def test_what_was_repeated_before_a_new_event_is_told_before_it() -> None:
    events = journal()
    events.rest(START, "steady")
    events.say(START + 7 * HOUR, "started")
    assert [event["message"] for event in events.read(START + 8 * HOUR)] == ["started", "steady", "steady"]
