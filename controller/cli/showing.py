"""Where the changes of an answer are shown: drawn anew on a terminal, written one after the other elsewhere."""

import time
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from rich.console import RenderableType
from rich.text import Text

from controller.cli.clean import clean
from controller.cli.look import Look
from controller.cli.output import Form, complain, for_machines, say, written
from controller.cli.painter import Painter
from controller.cli.question import Question
from controller.cli.screen import Screen
from controller.cli.spans import clock

R = TypeVar("R")
R_contra = TypeVar("R_contra", contravariant=True)


class Shown(Protocol[R_contra]):
    """Where changes are shown."""

    def changed(self, before: R_contra | None, after: R_contra) -> None:
        """Show the answer; ``before`` is what was shown last."""

    def lost(self, why: str) -> None:
        """Say that what is shown is not followed for now."""

    def back(self) -> None:
        """Say that it is followed again."""


@dataclass(slots=True)
class Drawing(Generic[R]):
    """The newest answer on a screen of its own. ``last``: what stays when that screen is given back."""

    question: Question[R]
    form: Form
    screen: Screen
    painter: Painter
    last: str = field(default="", init=False)
    _lost: str = field(default="", init=False)
    _since: float = field(default=0.0, init=False)

    def changed(self, _before: R | None, after: R) -> None:
        now = time.time()
        # One column stays free: a terminal that has just filled its last one erases it with the rest of the line.
        screen = self.screen.resized(spare=1)
        self.last = screen.text(self.question.drawn(after, Look.on(screen, self.form, now)))
        self.painter.paint(self.last, screen.text(self._foot(now)).split("\n")[0])

    def lost(self, why: str) -> None:
        self._lost, self._since = why, self._since or time.time()

    def back(self) -> None:
        self._lost, self._since = "", 0.0

    def _foot(self, now: float) -> Text:
        if self._lost:
            ago = f"Not followed since {clock(self._since)}, trying again: {clean(self._lost)}"
            return Text(ago, "yellow", no_wrap=True, overflow="ellipsis")
        return Text(f"{clock(now)}  Ctrl-C ends", "bright_black", no_wrap=True, overflow="ellipsis")


@dataclass(slots=True)
class Connection:
    """Says once on standard error that the daemon is lost, and once that it is back."""

    _lost: bool = field(default=False, init=False)

    def lost(self, why: str) -> None:
        if not self._lost:
            complain(f"{why} Trying again; what came so far is not followed meanwhile.")
        self._lost = True

    def back(self) -> None:
        if self._lost:
            complain("Connected again.")
        self._lost = False


@dataclass(slots=True)
class Printing(Connection, Generic[R]):
    """Every change, one after the other."""

    question: Question[R]
    form: Form
    screen: Screen

    def changed(self, before: R | None, after: R) -> None:
        if for_machines(self.form):
            records = self.question.first(after) if before is None else self.question.records(before, after)
            for each in records:
                say(written(each, self.form, line=True))
            return
        look = Look.on(self.screen, self.form, time.time())
        news: RenderableType | None = (
            self.question.drawn(after, look) if before is None else self.question.news(before, after, look)
        )
        if news is not None:
            say(self.screen.text(news))
