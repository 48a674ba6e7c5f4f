"""How the daemon is asked, and how its answer is shown: the options of every verb that asks."""

from dataclasses import dataclass, field
from typing import Annotated, TypeVar

import typer

from controller.cli.daemon import DEFAULT_URL, TOKEN, URL
from controller.cli.look import Look
from controller.cli.output import FORM, Form, failing_clearly, for_machines, say, written
from controller.cli.question import Question
from controller.cli.screen import Color, Screen
from controller.web.client import Daemon, DaemonError

R = TypeVar("R")

COLOR = Annotated[Color, typer.Option("--color", help="When to use colours; NO_COLOR turns them off, too.")]
WATCH = Annotated[bool, typer.Option("--watch", "-w", help="Go on, and show what changes as it changes.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What every verb that asks takes."""

    url: URL = DEFAULT_URL
    output: FORM = Form.TABLE
    color: COLOR = Color.AUTO

    @property
    def daemon(self) -> Daemon:
        return Daemon(self.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching(Asking):
    """What every verb takes that may go on."""

    watch: WATCH = False

    @property
    def goes_on(self) -> bool:
        """Whether the answer is followed."""
        return self.watch

    @property
    def draws(self) -> bool:
        """Whether a terminal is drawn anew; else what is new is written below what was there."""
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Proving(Watching):
    """What a verb takes whose answer depends on who asks."""

    token: TOKEN = field(default=None, repr=False)

    @property
    def daemon(self) -> Daemon:
        return Daemon(self.url, self.token)


def tells_more_than_names(form: Form) -> None:
    """Refuse to watch names."""
    if form is Form.NAME:
        raise typer.BadParameter("--watch tells what changes, which a name alone does not.", param_hint="-o")


def named(service: str) -> tuple[str, str]:
    """``prod/notes-app`` as environment and name."""
    environment, slash, name = service.partition("/")
    if not slash or not environment or not name or "/" in name:
        raise DaemonError(f"{service} is not a service's name. Write environment/name, as trueup get shows it.")
    return environment, name


def answer(question: Question[R], asking: Asking) -> None:
    """Ask once, or watch, and end with the verb's exit code."""
    with failing_clearly():
        if isinstance(asking, Watching) and asking.goes_on:
            from controller.cli.watch import watch

            tells_more_than_names(asking.output)
            try:
                watch(question, asking.output, Screen.here(asking.color), draws=asking.draws)
            except KeyboardInterrupt:
                raise typer.Exit from None  # it is how a watch ends
        found = question.ask()
        if why := question.unanswered(found):
            raise DaemonError(why)
    show(question, found, asking)
    code = question.code(found)
    if code:
        raise typer.Exit(code)


def show(question: Question[R], found: R, asking: Asking) -> None:
    """Write an answer to standard output."""
    if asking.output is Form.NAME:
        say(written(question.names(found), Form.NAME))
    elif for_machines(asking.output):
        say(written(question.record(found), asking.output))
    else:
        import time

        screen = Screen.here(asking.color)
        say(screen.text(question.drawn(found, Look.on(screen, asking.output, time.time()))))
