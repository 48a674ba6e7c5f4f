"""The daemon is killed during a shift, and another ends it: part of ``make crash``."""

import pytest

from tests.crash.door import Fate, Point
from tests.crash.points import SHORT, Chapter
from tests.crash.record import TestRecord  # noqa: F401 - what every story is asked
from tests.crash.stories import SHIFTED

STORY = SHIFTED
pytestmark = pytest.mark.timeout(400)


@pytest.mark.parametrize("fate", Fate)
@pytest.mark.parametrize("operation", SHORT[STORY])
def test_a_shift_ends_the_same_whenever_the_daemon_is_killed(chapter: Chapter, operation: str, fate: Fate) -> None:
    point = Point(chapter.middle(operation), fate)
    assert chapter.amiss(point, chapter.killed(point)) == []
