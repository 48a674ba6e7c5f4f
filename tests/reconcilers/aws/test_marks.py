import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcilers.aws.marks import DESCRIPTION_LIMIT, description, mark_in, mark_on
from reconcilers.digest import Digest
from reconcilers.live import Cause, Mark

WORDS = st.text("abcdef0123456789-", min_size=1, max_size=64)
MARKS = st.builds(Mark, WORDS.map(Digest), WORDS, st.sampled_from(Cause))


@given(MARKS, st.none() | st.text())
@settings(deadline=None, max_examples=100)
def test_a_mark_that_was_written_is_read_again(mark: Mark, reason: str | None) -> None:
    text = description(mark, reason)

    assert mark_in(text) == mark
    assert len(text) <= DESCRIPTION_LIMIT


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "by hand",
        "see trueup release=a commit=b cause=commit",
        "trueup release=a commit=b",
        "trueup release=a commit=b cause=whim",
        "trueup release=a commit=b cause=commitment",
    ],
)
def test_what_somebody_else_wrote_is_no_mark(text: str | None) -> None:
    assert mark_in(text) is None


def test_tags_of_this_service_are_a_mark() -> None:
    tags = {"trueup:owner": "prod/web", "trueup:release": "r", "trueup:commit": "c"}

    assert mark_on(tags, "prod/web") == Mark(Digest("r"), "c", Cause.COMMIT)


@pytest.mark.parametrize("tags", [{}, {"trueup:owner": "prod/web"}, {"trueup:owner": "dev/web", "trueup:release": "r"}])
def test_tags_of_nobody_or_of_another_service_are_no_mark(tags: dict[str, str]) -> None:
    assert mark_on(tags, "prod/web") is None
