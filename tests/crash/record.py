"""What is asked of each story's record, whichever it is: imported by its test file."""

from tests.crash.points import FIGURES, SHORT, Chapter


class TestRecord:
    """The calls of a daemon that nobody killed."""

    def test_each_call_that_changes_something_is_tried(self, chapter: Chapter) -> None:
        assert sorted(chapter.mutating) == sorted(set(SHORT[chapter.story]) & set(chapter.mutating))

    def test_each_kind_of_read_is_tried_somewhere(self, chapter: Chapter) -> None:
        assert set(chapter.operations) <= {operation for each in SHORT.values() for operation in each}

    def test_the_document_has_as_many_calls(self, chapter: Chapter) -> None:
        """Where there are more or fewer now, the figures are those of another program: see what make crash says."""
        assert chapter.row in FIGURES.read_text("utf-8")
