"""What happened, a line each, in the order in which it happened."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from controller.cli.look import Look
from controller.cli.spans import clock
from controller.loop.author import name
from controller.web.fact_views import FactView

_COLOURS = {"good": "green", "news": "cyan", "warning": "yellow", "bad": "red"}
_NARROW = 140  # columns below which the sentence stands under the moment
_KINDS = 20  # as wide as the longest kind


def facts(found: Sequence[FactView], look: Look) -> RenderableType:
    """Facts, which come newest first, oldest first."""
    told = found[::-1]
    names = max((len(_service(each)) for each in told), default=0)
    return Group(*(fact(each, look, names) for each in told))


def fact(view: FactView, look: Look, names: int = 0) -> RenderableType:
    """One of them: when, what kind, of which service (``names`` columns wide), and the sentence."""
    kind = Text(view.kind, _COLOURS.get(view.tone, ""))
    kind.pad_right(max(0, _KINDS - len(view.kind)))
    service = _service(view)
    title = Text.assemble((clock(view.at), "bright_black"), "  ", kind, "  ", (service, "bold"))
    if look.width is not None and look.width < _NARROW:
        return Group(title, Padding(_said(view, look), (0, 0, 0, 2)))
    return title.append(" " * max(2, names - len(service) + 2)).append_text(_said(view, look))


def _service(view: FactView) -> str:
    return f"{view.environment}/{view.service}" if view.service else "repository"


def _said(view: FactView, look: Look) -> Text:
    said = Text(view.text)
    if not look.wide:
        return said
    more = {
        "who": name(view.who),
        "commit": view.commit or "",
        "release-digest": view.release or "",
        "reason": view.reason,
    }
    more |= {"remedy": view.remedy, "fields": ", ".join(view.paths)}
    return said.append("".join(f"  {key}={value}" for key, value in more.items() if value), "bright_black")
