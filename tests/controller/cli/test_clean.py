"""Other people's words, before they are shown."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.cli.clean import ascii_only, clean, cleaned, hides, spelled
from controller.web.fact_views import FactView

ANY = st.text(st.characters(codec=None), max_size=40)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("Grüße, 漢字", "Grüße, 漢字"),
        ("\x1b[2Jx", "\\x1b[2Jx"),
        ("\x9b31mx", "\\x9b31mx"),
        ("a\tb\nc\r", "a b c\\x0d"),
        ("txt\u202eexe.", "txt\\u202eexe."),
        ("a\u2028b\x07", "a\\u2028b\\x07"),
        ("\U000e0041", "\\U000e0041"),
        ("\ud800", "\\ud800"),
        ("👩\u200d🚒", "👩\u200d🚒"),
    ],
)
def test_what_is_not_seen_is_spelled(text: str, shown: str) -> None:
    assert clean(text) == shown


@given(ANY)
def test_nothing_that_moves_a_cursor_is_left(text: str) -> None:
    assert not hides(clean(text))
    assert "\n" not in clean(text)
    assert clean(clean(text)) == clean(text)


@given(ANY)
def test_json_is_spelled_without_a_change_of_what_it_says(text: str) -> None:
    written = spelled(json.dumps({"said": text}, ensure_ascii=False))
    assert not hides(written)
    assert json.loads(written) == {"said": text}


@given(ANY)
def test_ascii_is_ascii(text: str) -> None:
    assert ascii_only(text).isascii()


def test_every_text_in_a_record_is_cleaned() -> None:
    fact = FactView(id="a\x1b", kind="held", tone="bad", at=1.0, text="x\x1b[A", paths=("\x07",))
    assert cleaned(fact) == FactView(id="a\\x1b", kind="held", tone="bad", at=1.0, text="x\\x1b[A", paths=("\\x07",))
