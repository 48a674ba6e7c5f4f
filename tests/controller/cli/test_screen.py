"""What standard output can do, by what it is and by what the environment says."""

import io

import pytest
from rich.text import Text

from controller.cli.screen import Color, Screen

PLAIN = Screen(lively=False, coloured=False, unicode=True, width=None)
TERM = {"TERM": "xterm", "LANG": "en_US.UTF-8"}


class Stream(io.TextIOWrapper):
    def __init__(self, encoding: str = "utf-8", *, tty: bool = True) -> None:
        super().__init__(io.BytesIO(), encoding=encoding)
        self._tty = tty

    def isatty(self) -> bool:
        return self._tty


def test_a_pipe_has_no_width_and_no_colour() -> None:
    screen = Screen.of(Stream(tty=False), TERM)
    assert screen == Screen(lively=False, coloured=False, unicode=True, width=None)


@pytest.mark.parametrize("environment", [{"TERM": "dumb"}, {"TERM": "unknown"}])
def test_a_dumb_terminal_is_as_wide_as_it_is_and_no_more(environment: dict[str, str]) -> None:
    screen = Screen.of(Stream(), TERM | environment)
    assert (screen.lively, screen.coloured, screen.width is None) == (False, False, False)


@pytest.mark.parametrize(
    ("color", "no_color", "tty", "coloured"),
    [
        (Color.AUTO, None, True, True),
        (Color.AUTO, "", True, True),
        (Color.AUTO, "1", True, False),
        (Color.AUTO, None, False, False),
        (Color.ALWAYS, "1", False, True),
        (Color.NEVER, None, True, False),
    ],
)
def test_colours_are_for_terminals_and_no_color_turns_them_off(
    color: Color, no_color: str | None, tty: bool, coloured: bool
) -> None:
    told = {} if no_color is None else {"NO_COLOR": no_color}
    assert Screen.of(Stream(tty=tty), TERM | told, color).coloured is coloured


@pytest.mark.parametrize(
    ("told", "unicode"),
    [
        ({"LANG": "de_DE.UTF-8"}, True),
        ({}, True),
        ({"LANG": "C.UTF-8"}, True),
        ({"LANG": "C"}, False),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, False),  # as Python leaves it
        ({"LC_ALL": "C", "LANG": "de_DE.UTF-8"}, False),
        ({"LC_ALL": "POSIX"}, False),
        ({"LC_CTYPE": "de_DE.UTF-8", "LANG": "C"}, True),
    ],
)
def test_a_locale_that_knows_ascii_alone_is_believed(told: dict[str, str], unicode: bool) -> None:
    assert Screen.of(Stream(), {"TERM": "xterm", **told}).unicode is unicode


def test_an_encoding_that_cannot_draw_is_not_drawn_with() -> None:
    assert not Screen.of(Stream("ascii"), TERM).unicode
    assert not Screen.of(Stream("latin-1"), TERM).unicode


def test_what_is_piped_is_never_cut() -> None:
    assert PLAIN.text(Text("word " * 500)) == f"{('word ' * 500).rstrip()}\n"


def test_a_line_ends_where_its_last_word_does_whatever_its_style() -> None:
    coloured = Screen(lively=True, coloured=True, unicode=True, width=20)
    assert coloured.text(Text("held     ", "red")) == "\x1b[31mheld\x1b[0m\n"
    assert PLAIN.text(Text("held     ", "red")) == "held\n"


def test_without_unicode_every_character_keeps_its_place() -> None:
    ascii_alone = Screen(lively=True, coloured=False, unicode=False, width=40)
    assert ascii_alone.text(Text("✓ ━━── é 漢 …")) == "+ ==-- e ?? .\n"


def test_what_is_not_markup_is_not_read_as_markup() -> None:
    assert PLAIN.text("[red]x[/red] :smile:") == "[red]x[/red] :smile:\n"
