"""A cursor is packed, kept by somebody else, and read again."""

import base64
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcilers.log_cursor import MOST, packed, unpacked
from tests.examples import examples

words = st.text(max_size=60)
tokens = st.dictionaries(st.tuples(words, words), words, max_size=30)


@settings(max_examples=examples(60))
@given(tokens)
def test_what_is_packed_is_unpacked(said: dict[tuple[str, str], str]) -> None:
    if len(packed(said)) <= MOST:
        assert unpacked(packed(said)) == said


def test_a_cursor_of_many_streams_fits_into_an_address() -> None:
    many = {(f"{number:032x}", "backend"): f"f/{number * 10**50:056}/s" for number in range(24)}
    assert len(packed(many)) < 1500


def cursor(text: bytes) -> str:
    return base64.urlsafe_b64encode(zlib.compress(text)).decode()


@pytest.mark.parametrize(
    "strange",
    [
        "",
        "%%%",
        "é",
        "YWJj",
        cursor(b"{}"),
        cursor(b"[1]"),
        cursor(b'[["a", "b"]]'),
        cursor(b'[["a", "b", 3]]'),
        cursor(b"[" * 100_000),
        cursor(b"\xff"),
        cursor(b" " * 10_000_000),
        "A" * (MOST + 1),
    ],
)
def test_what_is_no_cursor_is_refused(strange: str) -> None:
    with pytest.raises(ValueError, match="cursor"):
        unpacked(strange)


@settings(max_examples=examples(200))
@given(st.text(max_size=200))
def test_whatever_comes_is_read_or_refused(strange: str) -> None:
    try:
        unpacked(strange)
    except ValueError as error:
        assert "cursor" in str(error)  # noqa: PT017 - it may also be read


@pytest.mark.parametrize("text", [b"{}", b"1", b"[1]", b'[["a", "b"]]', b'[["a", "b", 1]]'])
def test_what_is_json_and_no_list_of_tokens_is_no_cursor(text: bytes) -> None:
    with pytest.raises(ValueError, match="no cursor"):
        unpacked(cursor(text))
