"""The daemon is killed while a revision that was there rolls out, and another ends it: part of ``make crash``."""

import pytest

from tests.crash.door import Fate, Point
from tests.crash.points import FIGURES, SHORT, Chapter
from tests.crash.stories import REUSED

STORY = REUSED
pytestmark = pytest.mark.timeout(400)


@pytest.mark.parametrize("fate", Fate)
@pytest.mark.parametrize("operation", SHORT[STORY])
def test_a_revision_that_is_there_rolls_out_the_same_whenever_the_daemon_is_killed(
    chapter: Chapter, operation: str, fate: Fate
) -> None:
    point = Point(chapter.middle(operation), fate)
    assert chapter.amiss(point, chapter.killed(point)) == []


def test_each_call_that_changes_something_is_tried(chapter: Chapter) -> None:
    assert sorted(chapter.mutating) == sorted(set(SHORT[STORY]) & set(chapter.mutating))


def test_each_kind_of_read_is_tried_somewhere(chapter: Chapter) -> None:
    assert set(chapter.operations) <= {operation for each in SHORT.values() for operation in each}


def test_the_document_has_as_many_calls(chapter: Chapter) -> None:
    """Where there are more or fewer now, the figures are those of another program: see what make crash says."""
    assert chapter.row in FIGURES.read_text("utf-8")
