"""What tasks wrote, on a screen or in a pipe, and what they write from then on."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

import typer

from controller.cli.follow import FIRST_PAUSE, LONGEST_PAUSE
from controller.cli.log_lines import Pen, ended
from controller.cli.output import Form, for_machines, say, written
from controller.cli.showing import Connection
from controller.web.client import DaemonError
from controller.web.task_log_views import TaskLogsView

LOOK = 2.0  # seconds between two looks

Wait = Callable[[float], object]


class AskOn(Protocol):
    """Asks for what came after a cursor. Raises ``DaemonError``."""

    def __call__(self, *, after: str) -> TaskLogsView: ...


@dataclass(slots=True)
class Showing:
    """What is on the screen already. ``told``: the tasks whose end was."""

    pen: Pen
    form: Form
    told: set[str] = field(default_factory=set)

    def show(self, answer: TaskLogsView) -> None:
        """Write an answer's lines, and why tasks ended since the last: beside the lines, where programs read these."""
        new = [each for each in answer.tasks if each.stop_code and each.id not in self.told]
        self.told |= {each.id for each in new}
        if not for_machines(self.form):
            say(self.pen.lines(answer.lines))
            say(self.pen.ends(new))
            return
        say("".join(written(each, self.form, line=True) for each in answer.lines))
        beside(ended(each) for each in new)


def going_on(first: TaskLogsView, showing: Showing, ask: AskOn, wait: Wait) -> None:
    """Show what is written from ``first`` on, until nothing can be any more. Ctrl-C ends it well."""
    answer = first
    try:
        while answer.live:
            wait(LOOK)
            answer = _next(ask, answer.cursor, wait)
            showing.show(answer)
        wait(LOOK)  # what was written last may arrive a little later
        showing.show(_next(ask, answer.cursor, wait))
    except KeyboardInterrupt:
        return


def beside(lines: Iterable[str]) -> None:
    """Write what is no line of a task's to standard error."""
    for each in lines:
        typer.echo(f"-- {each}", err=True)


def _next(ask: AskOn, cursor: str, wait: Wait) -> TaskLogsView:
    """What came after a cursor, however long the daemon is away."""
    connection, pause = Connection(), FIRST_PAUSE
    while True:
        try:
            answer = ask(after=cursor)
        except DaemonError as error:
            connection.lost(str(error))
            wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        else:
            connection.back()
            return answer
