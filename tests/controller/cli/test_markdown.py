"""Other people's words in Markdown: nothing of them is markup, and nobody is notified."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.cli.markdown import BREAK, code, fenced, link, plain
from tests.examples import examples

BREAKS = re.compile(r"&#(\d+);")


def read(text: str) -> str:
    """What a reader sees of character references, without the spaces that have no width."""
    return BREAKS.sub(lambda found: chr(int(found[1])), text).replace("\u200b", "")


@pytest.mark.parametrize("mark", list("|`*_[]~<>\\!{}()"))
def test_no_mark_of_markdown_is_left(mark: str) -> None:
    said = plain(f"a{mark}b")
    assert mark not in said
    assert read(said) == f"a{mark}b"


@pytest.mark.parametrize("html", ["<img src=x onerror=y>", "</details>", "<!-- trueup-plan -->", "a &amp; b"])
def test_html_is_text(html: str) -> None:
    assert "<" not in plain(html)
    assert read(plain(html)) == html
    assert read(code(html)) == f"<code>{html}</code>"


@pytest.mark.parametrize("mention", ["@octocat", "ask @org/team now"])
def test_nobody_is_mentioned(mention: str) -> None:
    assert re.search(r"@(?!&#8203;)", plain(mention)) is None


@pytest.mark.parametrize("reference", ["fixes #12", "org/repo#12", "GH-12", "see https://github.com/o/r/issues/1"])
def test_no_issue_hears_of_it(reference: str) -> None:
    said = plain(reference)
    assert BREAK in said
    assert not re.search(r"#\d|GH-\d|://", re.sub(r"&#\d+;(&#8203;)?", "x", said))


@pytest.mark.parametrize("address", ["https://evil.example", "www.evil.example", "mailto:a@b.example"])
def test_code_has_no_address_in_it_that_becomes_a_link(address: str) -> None:
    assert not re.search(r"://|www\.\w|mailto:\w", code(address))


def test_a_digest_in_code_stays_whole() -> None:
    assert code("web@sha256:abc") == "<code>web@sha256:abc</code>"


def test_lines_become_one_and_long_ones_are_cut() -> None:
    assert plain("a\n\n| b\t c") == "a &#124; b c"
    assert plain("x" * 20, 10) == "x" * 9 + "…"


@pytest.mark.parametrize("unseen", ["\x1b", "\x00", "\u202e", "\u2066", "\x9b", "\u200b"])
def test_what_is_not_seen_is_shown_as_something(unseen: str) -> None:
    for said in (plain(f"a{unseen}b"), code(f"a{unseen}b"), "".join(fenced([f"a{unseen}b"], ""))):
        assert unseen not in said
        assert "\N{REPLACEMENT CHARACTER}" in said


def test_without_an_address_a_link_is_text() -> None:
    assert link("a_b", "") == "a&#95;b"
    assert link("a", "https://x.example/") == "[a](https://x.example/)"


@settings(max_examples=examples(100))
@given(st.lists(st.text(st.sampled_from("`a\n ~"), max_size=12), max_size=4))
def test_a_fence_is_longer_than_any_in_it(lines: list[str]) -> None:
    first, *body, last = fenced(lines, "diff")
    assert first == f"{last}diff"
    assert all(last not in line for line in body)


@settings(max_examples=examples(300))
@given(st.text(max_size=60))
def test_whatever_the_words_are_no_markup_comes_of_them(text: str) -> None:
    said = plain(text)
    assert not set(said) & set("|`*_[]~<>\\\n")
    assert "@" not in said.replace(f"@{BREAK}", "")
