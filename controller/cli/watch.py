"""``--watch``: the answer as it changes, drawn in place on a terminal, record after record elsewhere."""

import sys
import threading
import time
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Generic, NoReturn, TypeVar, assert_never

from controller.cli.follow import Heard, Lost, News, Place, follow
from controller.cli.output import Form, for_machines, say
from controller.cli.painter import Painter
from controller.cli.pipe import reader_leaves
from controller.cli.question import Question
from controller.cli.screen import Screen
from controller.cli.showing import Drawing, Printing, Shown
from controller.web.client import DaemonError

R = TypeVar("R")

TICK = 1.0  # seconds in which ages and the time to go are drawn anew, where they are drawn


@dataclass(frozen=True, slots=True)
class Redraw:
    """Nothing is new but the size of the screen."""


@dataclass(frozen=True, slots=True)
class Left:
    """Nobody reads the answer any more."""


def watch(question: Question[R], form: Form, screen: Screen, *, draws: bool = True) -> NoReturn:
    """Show the answer and every change of it, until Ctrl-C. ``DaemonError`` where there is no answer to begin with."""
    first = question.ask()
    news: SimpleQueue[News | Redraw | Left] = SimpleQueue()
    place = Place(question.stream, question.place(first))
    hearing = threading.Thread(
        target=follow, args=(question.daemon, place, news.put, time.sleep), name="stream", daemon=True
    )
    if for_machines(form) or not (screen.lively and draws):
        hearing.start()
        threading.Thread(target=_reading, args=(news,), name="reader", daemon=True).start()
        Watch(question, Printing(question, form, screen), news, None).go_on(first)
    painter = Painter(sys.stdout, lambda: news.put(Redraw()))
    drawing = Drawing(question, form, screen, painter)
    try:
        with painter.screen():
            hearing.start()
            Watch(question, drawing, news, TICK).go_on(first)
    finally:
        say(drawing.last)


def _reading(news: "SimpleQueue[News | Redraw | Left]") -> None:
    if reader_leaves():
        news.put(Left())


@dataclass(slots=True)
class Watch(Generic[R]):
    """Takes what is heard, one after the other. ``tick``: after how many silent seconds it is shown anew, if at all."""

    question: Question[R]
    shown: Shown[R]
    news: "SimpleQueue[News | Redraw | Left]"
    tick: float | None
    settled: float | None = field(default=None, init=False)  # when to ask again, by the monotonic clock

    def go_on(self, first: R) -> NoReturn:
        """Show ``first`` and all that comes of it."""
        known = first
        self.shown.changed(None, known)
        while True:
            after = self._next(known)
            self.shown.changed(known, after)
            known = after

    def _next(self, known: R) -> R:
        """The answer after the next thing that is heard, or after a while."""
        try:
            said = self.news.get(timeout=self._patience())
        except Empty:
            return self._again(known)
        match said:
            case Heard(message):
                self.shown.back()
                if self.question.settles is not None:
                    self.settled = time.monotonic() + self.question.settles
                try:
                    return self.question.heard(known, message)
                except DaemonError:
                    return known  # if it is gone, the stream will say so
            case Lost(why):
                self.shown.lost(why)
            case Left():
                raise BrokenPipeError
            case Redraw():
                pass
            case _:
                assert_never(said)
        return known

    def _patience(self) -> float | None:
        due = None if self.settled is None else max(0.0, self.settled - time.monotonic())
        return min((each for each in (self.tick, due) if each is not None), default=None)

    def _again(self, known: R) -> R:
        if self.settled is None or time.monotonic() < self.settled:
            return known
        self.settled = None
        try:
            return self.question.again(known)
        except DaemonError:
            return known
