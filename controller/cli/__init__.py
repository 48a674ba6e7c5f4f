"""What is typed: one file per verb.

``run`` is the daemon. ``validate``, ``render``, ``schema`` and ``iam-policy`` read files and ask nobody;
``plan`` asks AWS and changes nothing. ``get``, ``describe``, ``why``, ``history``, ``events``, ``diff``, ``logs`` and
``status`` ask a daemon what it knows, ``sync`` and ``retry`` ask it to act; ``sandbox`` and
``demo`` bring an AWS of their own.

What asks is made of three things: a ``Question`` (what is asked, what a message changes, what it looks like), the
drawing of each record in a module of its own, and ``answer``, which asks once or watches. Other people's words are
cleaned before they are drawn; programs get the API's records as they are.
A verb's heavy imports wait until it is used, so that the daemon does not carry the demo.
"""

import os
from collections.abc import Callable
from importlib.metadata import version
from typing import Annotated

import typer

from controller.cli.demo import demo
from controller.cli.describe import describe
from controller.cli.diff import diff
from controller.cli.events import events
from controller.cli.get import get, status
from controller.cli.history import history
from controller.cli.iam_policy import iam_policy
from controller.cli.logs import logs
from controller.cli.notifications import app as notifications
from controller.cli.offline import render, schema, validate
from controller.cli.orders import retry, sync
from controller.cli.pipe import quiet_pipe
from controller.cli.plan import plan
from controller.cli.run import run
from controller.cli.sandbox import sandbox
from controller.cli.why import why

app = typer.Typer(
    name="trueup",
    help="Trueup keeps Amazon ECS services true to a Git repository.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"trueup {version('trueup')}")
        raise typer.Exit


@app.callback()
def _main(
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False,
) -> None:
    """Trueup keeps Amazon ECS services true to a Git repository."""


VERBS: dict[str, dict[Callable[..., None], str]] = {
    "See": {
        get: "Services in lines, chosen by state, environment, cluster.",
        describe: "All that is known of one service, on a screen.",
        why: "From commit to traffic, and the one link that blocks.",
        history: "What was tried with a service, and how it ended.",
        events: "What happened, across services.",
        diff: "What differs between Git and live, and who made it so.",
        logs: "What the tasks of a deployment wrote.",
        status: "Every service in a line, and how Git is.",
    },
    "Act": {
        sync: "Ship what Git wants, now.",
        retry: "Try a held release once more.",
    },
    "Files, before they are committed": {
        plan: "What would change, against live AWS.",
        validate: "Check manifests and charts; nobody is asked.",
        render: "The task definitions that would be registered.",
        schema: "The JSON Schema of a manifest, for editors.",
        iam_policy: "The least that Trueup must be allowed, for these manifests.",
    },
    "Run": {
        run: "The daemon.",
        demo: "The whole story, on an AWS of its own.",
        sandbox: "An AWS to try things on.",
    },
}

for _panel, _verbs in VERBS.items():
    for _verb, _short in _verbs.items():
        app.command(rich_help_panel=_panel, short_help=_short)(_verb)
app.add_typer(notifications, name="notifications", rich_help_panel="Run", short_help="Who is told what happens.")


def main() -> None:
    """The console script."""
    if os.environ.get("NO_COLOR"):
        _without_styles()
    with quiet_pipe():
        app()


def _without_styles() -> None:
    """rich takes NO_COLOR for colours alone, and leaves help and usage errors in bold."""
    from typer import rich_utils

    rich_utils.COLOR_SYSTEM = None
