"""The daemon is killed during a shift that an alarm stops, and another ends it: part of ``make crash``."""

import pytest

from tests.crash.door import Fate, Point
from tests.crash.points import SHORT, Chapter
from tests.crash.record import TestRecord  # noqa: F401 - what every story is asked
from tests.crash.stories import STOPPED

STORY = STOPPED
pytestmark = pytest.mark.timeout(400)


@pytest.mark.parametrize("fate", Fate)
@pytest.mark.parametrize("operation", SHORT[STORY])
def test_a_shift_that_an_alarm_stops_ends_the_same_whenever_the_daemon_is_killed(
    chapter: Chapter, operation: str, fate: Fate
) -> None:
    point = Point(chapter.middle(operation), fate)
    assert chapter.amiss(point, chapter.killed(point)) == []
