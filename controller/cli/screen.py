"""What standard output can do, and text written as it can take it."""

import io
import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TextIO

from rich.console import Console, RenderableType

from controller.cli.clean import ascii_only

_DRAWS_WITH = "━✓▶✗…→"
_PYTHONS_OWN = ("C.UTF-8", "C.utf8", "UTF-8")  # what Python puts into LC_CTYPE by itself where LANG is C
_SPACES = re.compile(r" +(?=(?:\x1b\[[0-9;]*m)*$)")  # at a line's end, whatever their style
_ENDLESS = 100_000  # columns: what is piped is never cut


class Color(StrEnum):
    """When colours are used."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Screen:
    """``lively``: a terminal with a cursor that can be moved. ``width`` in columns, ``None`` without an end."""

    lively: bool
    coloured: bool
    unicode: bool
    width: int | None

    @staticmethod
    def of(stream: TextIO, environment: Mapping[str, str], color: Color = Color.AUTO) -> "Screen":
        """What ``stream`` can do, by what it is and by what the environment says of it."""
        lively = stream.isatty() and environment.get("TERM", "") not in ("dumb", "unknown")
        allowed = lively and not environment.get("NO_COLOR")
        return Screen(
            lively=lively,
            coloured=color is Color.ALWAYS or (color is Color.AUTO and allowed),
            unicode=_knows_unicode(stream, environment),
            width=_columns() if stream.isatty() else None,
        )

    @staticmethod
    def here(color: Color = Color.AUTO) -> "Screen":
        """What standard output can do."""
        return Screen.of(sys.stdout, os.environ, color)

    def resized(self, spare: int = 0) -> "Screen":
        """The same as wide as it is by now, but for so many columns."""
        return self if self.width is None else replace(self, width=_columns() - spare)

    def text(self, shown: RenderableType) -> str:
        """What is written for ``shown``, without a space at the end of a line, with a line end at the end."""
        paper = io.StringIO()
        console = Console(
            file=paper,
            width=self.width or _ENDLESS,
            force_terminal=self.coloured,
            color_system="standard" if self.coloured else None,
            no_color=False,
            legacy_windows=False,
            highlight=False,
            markup=False,
            emoji=False,
        )
        console.print(shown)
        text = "".join(f"{_SPACES.sub('', line)}\n" for line in paper.getvalue().removesuffix("\n").split("\n"))
        return text if self.unicode else ascii_only(text)


def _columns() -> int:
    return max(20, shutil.get_terminal_size().columns)


def _knows_unicode(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether both sides do: Python writes UTF-8 even where the locale says that the terminal knows ASCII alone."""
    named = (environment.get(each, "") for each in ("LC_ALL", "LC_CTYPE", "LANG"))
    if next((each for each in named if each and each not in _PYTHONS_OWN), "") in ("C", "POSIX"):
        return False
    try:
        _DRAWS_WITH.encode(getattr(stream, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
