"""``trueup logs``: what the tasks of a deployment wrote, also when they are gone."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import typer

from controller.cli.asking import Proving, named, tells_more_than_names
from controller.cli.completing import containers, deployments
from controller.cli.log_following import AskOn, Showing, beside, going_on
from controller.cli.log_lines import Pen, heading, remarks
from controller.cli.one import SERVICE
from controller.cli.options import flags_of
from controller.cli.output import Form, failing_clearly, for_machines, say, written
from controller.cli.pipe import wait
from controller.cli.screen import Screen
from controller.source.durations import seconds
from controller.web.client import Daemon
from controller.web.task_log_views import TaskLogsView

PATIENCE = 60.0  # seconds that the daemon may take: it asks AWS several times
MOST = 2000

Ask = Callable[..., TaskLogsView]


def _since(text: str) -> float:
    found = seconds(text)
    if found is None:
        raise typer.BadParameter(f"{text} is no duration. Write one such as 90s, 10m or 2h.")
    return found


SINCE = Annotated[
    float | None, typer.Option(parser=_since, metavar="DURATION", help="Only lines of the last 90s, 10m, 2h.")
]
DEPLOYMENT = Annotated[
    str,
    typer.Option(metavar="ID", help="Of this deployment, as trueup history names it.", autocompletion=deployments),
]
ATTEMPT = Annotated[int, typer.Option(min=0, metavar="N", help="Of the N-th of trueup history; 1 is the newest.")]
PREVIOUS = Annotated[bool, typer.Option("--previous", "-p", help="Of the deployment before the newest.")]
CONTAINER = Annotated[
    str, typer.Option("--container", "-c", metavar="NAME", help="Only this container.", autocompletion=containers)
]
TASK = Annotated[str, typer.Option(metavar="ID", help="Only this task: its id, or how it begins.")]
TAIL = Annotated[int, typer.Option(min=1, max=MOST, metavar="N", help="At most so many lines, the newest.")]
FOLLOW = Annotated[bool, typer.Option("--follow", "-f", help="The same as --watch: until the tasks have ended.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted(Proving):
    """What is to be read, and how it is written."""

    deployment: DEPLOYMENT = ""
    attempt: ATTEMPT = 0
    previous: PREVIOUS = False
    container: CONTAINER = ""
    task: TASK = ""
    since: SINCE = None
    tail: TAIL = 100
    follow: FOLLOW = False

    @property
    def daemon(self) -> Daemon:
        return Daemon(self.url, self.token, PATIENCE)

    @property
    def goes_on(self) -> bool:
        return self.watch or self.follow

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


@flags_of(Wanted)
def logs(wanted: Wanted, service: SERVICE) -> None:
    """Show what the tasks of SERVICE wrote: of the newest deployment, also when it failed and they are gone.

    It takes the daemon's token, since applications write what not everybody may read.
    """
    if bool(wanted.deployment) + bool(wanted.attempt) + wanted.previous > 1:
        raise typer.BadParameter("Name one of --deployment, --attempt and --previous.")
    if wanted.goes_on:
        tells_more_than_names(wanted.output)
    with failing_clearly():
        ask = _asking(service, wanted)
        first = ask(**wanted.asked(time.time()))
        if for_machines(wanted.output) and not wanted.goes_on:
            say(written(_tasks(first) if wanted.output is Form.NAME else first, wanted.output))
            return
        beside([heading(first)])
        showing = Showing(Pen(Screen.here(wanted.color), wanted.output is Form.WIDE), wanted.output)
        showing.show(first)
        beside(remarks(first, wanted.tail))
        if wanted.goes_on:
            going_on(first, showing, onwards(ask, wanted, first), wait)


def onwards(ask: Ask, wanted: Wanted, first: TaskLogsView) -> AskOn:
    """The same question again, of the deployment that was answered for, also when there is a newer one."""
    pinned = {"deployment": first.deployment, "container": wanted.container, "task": wanted.task}
    said = {name: value for name, value in pinned.items() if value}

    def again(*, after: str) -> TaskLogsView:
        return ask(**said, after=after, limit=MOST)

    return again


def _asking(service: str, wanted: Wanted) -> Ask:
    environment, name = named(service)
    daemon = wanted.daemon

    def ask(**asked: str | int | float) -> TaskLogsView:
        return daemon.logs(environment, name, **asked)

    return ask


def _tasks(answer: TaskLogsView) -> list[str]:
    """The ids of the tasks that are known, and of those that only their lines are left of."""
    return list(dict.fromkeys([*(each.id for each in answer.tasks), *(each.task for each in answer.lines)]))
