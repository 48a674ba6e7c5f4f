"""The short run's choice."""

from tests.crash.door import Fate
from tests.crash.points import FIGURES, SHORT
from tests.crash.stories import STORIES


def test_every_story_is_in_it() -> None:
    assert tuple(SHORT) == STORIES


def test_the_document_says_how_many_points_it_has() -> None:
    points = len(Fate) * sum(len(operations) for operations in SHORT.values())
    assert f"one read of each kind: {points} of these points" in FIGURES.read_text("utf-8")
