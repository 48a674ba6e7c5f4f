"""``trueup logs``: what the tasks of a deployment wrote, also when they are gone."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

import typer

from controller.cli.asking import COLOR, named
from controller.cli.clean import spelled
from controller.cli.daemon import DEFAULT_URL, TOKEN, URL
from controller.cli.log_lines import Pen, ended, heading, remarks
from controller.cli.one import SERVICE
from controller.cli.options import flags_of
from controller.cli.output import failing_clearly, print_json, say
from controller.cli.screen import Color, Screen
from controller.source.durations import seconds
from controller.web.client import Daemon
from controller.web.task_log_views import TaskLogsView

PATIENCE = 60.0  # seconds that the daemon may take: it asks AWS several times
LOOK = 2.0  # seconds between two looks of whoever follows
MOST = 2000

Ask = Callable[..., TaskLogsView]


class LogForm(StrEnum):
    """How lines are written."""

    TEXT = "text"
    JSON = "json"


def _since(text: str) -> float:
    found = seconds(text)
    if found is None:
        raise typer.BadParameter(f"{text} is no duration. Write one such as 90s, 10m or 2h.")
    return found


SINCE = Annotated[
    float | None, typer.Option(parser=_since, metavar="DURATION", help="Only lines of the last 90s, 10m, 2h.")
]
DEPLOYMENT = Annotated[str, typer.Option(metavar="ID", help="Of this deployment, as trueup history names it.")]
ATTEMPT = Annotated[int, typer.Option(min=0, metavar="N", help="Of the N-th of trueup history; 1 is the newest.")]
PREVIOUS = Annotated[bool, typer.Option("--previous", "-p", help="Of the deployment before the newest.")]
CONTAINER = Annotated[str, typer.Option("--container", "-c", metavar="NAME", help="Only this container.")]
TASK = Annotated[str, typer.Option(metavar="ID", help="Only this task: its id, or how it begins.")]
TAIL = Annotated[int, typer.Option(min=1, max=MOST, metavar="N", help="At most so many lines, the newest.")]
FOLLOW = Annotated[bool, typer.Option("--follow", "-f", help="Go on until the tasks have ended.")]
LOG_FORM = Annotated[
    LogForm, typer.Option("--output", "-o", "--format", help="text; or json: an object, with --follow one for a line.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be read, and how it is written."""

    deployment: DEPLOYMENT = ""
    attempt: ATTEMPT = 0
    previous: PREVIOUS = False
    container: CONTAINER = ""
    task: TASK = ""
    since: SINCE = None
    tail: TAIL = 100
    follow: FOLLOW = False
    output: LOG_FORM = LogForm.TEXT
    color: COLOR = Color.AUTO
    url: URL = DEFAULT_URL
    token: TOKEN = field(default=None, repr=False)

    def asked(self, now: float) -> dict[str, str | int | float]:
        """The question as the route takes it."""
        said: dict[str, str | int | float] = {
            "deployment": self.deployment,
            "attempt": self.attempt,
            "previous": "true" if self.previous else "",
            "container": self.container,
            "task": self.task,
            "limit": self.tail,
        }
        since = {} if self.since is None else {"since": max(0.0, now - self.since)}
        return {name: value for name, value in said.items() if value} | since


@dataclass(slots=True)
class Showing:
    """What is on the screen already. ``told``: the tasks whose end was."""

    pen: Pen
    form: LogForm
    told: set[str] = field(default_factory=set)

    def show(self, answer: TaskLogsView) -> None:
        """Write an answer's lines, and why tasks ended since the last: beside the lines, where programs read these."""
        new = [each for each in answer.tasks if each.stop_code and each.id not in self.told]
        self.told |= {each.id for each in new}
        if self.form is LogForm.TEXT:
            say(self.pen.lines(answer.lines))
            say(self.pen.ends(new))
            return
        plain = (each.model_dump(by_alias=True, mode="json") for each in answer.lines)
        say("".join(f"{spelled(json.dumps(each, ensure_ascii=False))}\n" for each in plain))
        for each in new:
            _beside(ended(each))


@flags_of(Wanted)
def logs(wanted: Wanted, service: SERVICE) -> None:
    """Show what the tasks of SERVICE wrote: of the newest deployment, also when it failed and they are gone.

    It takes the daemon's token, since applications write what not everybody may read.
    """
    if bool(wanted.deployment) + bool(wanted.attempt) + wanted.previous > 1:
        raise typer.BadParameter("Name one of --deployment, --attempt and --previous.")
    with failing_clearly():
        ask = _asking(service, wanted)
        asked = wanted.asked(time.time())
        first = ask(**asked)
        if wanted.output is LogForm.JSON and not wanted.follow:
            print_json(first)
            return
        _beside(heading(first))
        showing = Showing(Pen(Screen.here(wanted.color)), wanted.output)
        showing.show(first)
        for remark in remarks(first, wanted.tail):
            _beside(remark)
        if wanted.follow:
            going_on(first, showing, onwards(ask, wanted, first), lambda: time.sleep(LOOK))


def going_on(first: TaskLogsView, showing: Showing, ask: Ask, wait: Callable[[], None]) -> None:
    """Show what is written from ``first`` on, until nothing can be any more. Ctrl-C ends it well."""
    answer = first
    try:
        while answer.live:
            wait()
            answer = ask(after=answer.cursor)
            showing.show(answer)
        wait()  # what was written last may arrive a little later
        showing.show(ask(after=answer.cursor))
    except KeyboardInterrupt:
        return


def _asking(service: str, wanted: Wanted) -> Ask:
    environment, name = named(service)
    daemon = Daemon(wanted.url, wanted.token, PATIENCE)

    def ask(**asked: str | int | float) -> TaskLogsView:
        return daemon.logs(environment, name, **asked)

    return ask


def onwards(ask: Ask, wanted: Wanted, first: TaskLogsView) -> Ask:
    """The same question again, of the deployment that was answered for, also when there is a newer one."""
    pinned = {"deployment": first.deployment, "container": wanted.container, "task": wanted.task}
    said = {name: value for name, value in pinned.items() if value}

    def again(*, after: str) -> TaskLogsView:
        return ask(**said, after=after, limit=MOST)

    return again


def _beside(text: str) -> None:
    typer.echo(f"-- {text}", err=True)
