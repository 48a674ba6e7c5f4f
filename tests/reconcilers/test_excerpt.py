import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcilers.excerpt import LONGEST, LONGEST_SENTENCE, excerpt, sentences


@pytest.mark.parametrize("text", ["", "a", "a" * LONGEST])
def test_a_text_that_is_short_enough_is_whole(text: str) -> None:
    assert excerpt(text) == text


def test_of_a_long_text_the_beginning_and_the_end_are_told() -> None:
    assert excerpt("abcdefghijk", 8) == "abcde…jk"


@given(st.text(), st.integers(4, 50))
def test_an_excerpt_is_never_longer_than_it_may_be(text: str, most: int) -> None:
    found = excerpt(text, most)
    assert len(found) <= most
    assert found == text or "…" in found


def test_messages_are_told_as_one_text_with_a_bound() -> None:
    assert sentences(["One.", "Two."]) == "One. Two."
    assert len(sentences(["a" * LONGEST] * 100)) == LONGEST_SENTENCE
