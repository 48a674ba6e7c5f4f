"""How records are looked at, and the few things that every drawing of one needs."""

from dataclasses import dataclass

from rich.text import Text

from controller.cli.output import Form
from controller.cli.screen import Screen


@dataclass(frozen=True, slots=True)
class Look:
    """``width`` in columns, ``None`` without an end; ``bars`` where they are drawn; ``wide``: with all there is.

    ``now`` in seconds since the epoch: what ages are counted from.
    """

    now: float
    width: int | None = None
    bars: bool = False
    wide: bool = False

    @staticmethod
    def on(screen: Screen, form: Form, now: float) -> "Look":
        """What suits a screen."""
        return Look(now, screen.width, screen.lively, form is Form.WIDE)

    @property
    def whole(self) -> bool:
        """Whether values are shown however long they are: where all is asked for, and where nothing ends a line."""
        return self.wide or self.width is None


def bar(percent: float, cells: int = 20, style: str = "green") -> Text:
    """A share as a bar of so many cells."""
    done = round(max(0.0, min(100.0, percent)) * cells / 100)
    return Text.assemble(("━" * done, style), ("─" * (cells - done), "bright_black"))


def titled(environment: str, name: str) -> Text:
    """A service's name, to head what is told of it."""
    return Text.assemble((f"{environment}/{name}", "bold"))
