"""What differs, field by field: what is live, what Git says, and who made it so."""

from itertools import chain
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from controller.cli.look import Look
from controller.cli.made import how, maker
from controller.cli.sheet import stacked
from controller.cli.spans import clock, since
from controller.web.views import ChangeView
from reconcilers.json_value import written

MOST = 200  # characters of a value on a terminal, where not everything was asked for


def fields(changes: tuple[ChangeView, ...], look: Look) -> RenderableType:
    """Each field that differs: its path, ``-`` what is live, ``+`` what Git says, and by whom, when and how."""
    return stacked(*(_field(each, look) for each in changes))


def _field(change: ChangeView, look: Look) -> RenderableType:
    values = list(chain(_lines("-", change.live, "red", look), _lines("+", change.declared, "green", look)))
    if change.kind == "added":
        values = _lines("-", change.live, "red", look)
    if change.kind == "removed":
        values = _lines("+", change.declared, "green", look)
    by = _by(change, look)
    said = [Padding(Text(by, "bright_black"), (0, 0, 0, 2))] if by else []
    return Group(Text(change.path, "bold"), *values, *said)


def _lines(sign: str, value: Any, colour: str, look: Look) -> list[RenderableType]:
    text = written(value)
    if not look.whole and len(text) > MOST:
        text = f"{text[: MOST - 1]}…"
    return [Text(f"{sign} {text}", colour)]


def _by(change: ChangeView, look: Look) -> str:
    """Who, since when, and how; empty where nobody is known and nothing was seen."""
    at = change.at if change.at is not None else change.since
    if at is None and change.by is None and not change.pending:
        return ""
    more = "" if change.by is not None or not change.at_least else "before " if look.wide else "more than "
    ago = "" if at is None else f"since {more}{clock(at)}" if look.wide else f"{more}{since(at, look.now)} ago"
    by = maker(change.by, pending=change.pending)
    who = "AWS does not tell who" if by == "-" else change.by if look.wide and change.by else by
    return ", ".join(each for each in (who, ago, how(change)) if each)
