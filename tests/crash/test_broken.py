"""The daemon is killed during a rolling update that comes to nothing, and another ends it: part of ``make crash``."""

import pytest

from tests.crash.door import Fate, Point
from tests.crash.points import SHORT, Chapter
from tests.crash.record import TestRecord  # noqa: F401 - what every story is asked
from tests.crash.stories import BROKEN

STORY = BROKEN
pytestmark = pytest.mark.timeout(400)


@pytest.mark.parametrize("fate", Fate)
@pytest.mark.parametrize("operation", SHORT[STORY])
def test_a_rolling_update_that_comes_to_nothing_ends_the_same_whenever_the_daemon_is_killed(
    chapter: Chapter, operation: str, fate: Fate
) -> None:
    point = Point(chapter.middle(operation), fate)
    assert chapter.amiss(point, chapter.killed(point)) == []
