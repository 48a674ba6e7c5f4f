"""What is typed: one file per verb.

``run`` is the daemon. ``validate``, ``render`` and ``schema`` read files and ask nobody; ``plan`` asks AWS and changes
nothing; ``status``, ``why``, ``sync`` and ``retry`` ask a daemon; ``sandbox`` and ``demo`` bring an AWS of their own.
A verb's heavy imports wait until it is used, so that the daemon does not carry the demo.
"""

from importlib.metadata import version
from typing import Annotated

import typer

from controller.cli.demo import demo
from controller.cli.offline import render, schema, validate
from controller.cli.orders import retry, sync
from controller.cli.plan import plan
from controller.cli.run import run
from controller.cli.sandbox import sandbox
from controller.cli.status import status
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


THE_DAEMON, FILES, ASK, SANDBOX = "The daemon", "Files, before they are committed", "Ask the daemon", "The sandbox"

for _panel, _verbs in {
    THE_DAEMON: (run,),
    FILES: (plan, validate, render, schema),
    ASK: (status, why, sync, retry),
    SANDBOX: (demo, sandbox),
}.items():
    for _verb in _verbs:
        app.command(rich_help_panel=_panel)(_verb)


def main() -> None:
    """The console script."""
    app()
