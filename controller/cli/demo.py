"""``trueup demo``: the whole story on an AWS of its own."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from controller.cli.output import console, failing_clearly
from controller.cli.sandbox import need_sandbox


def demo(
    once: Annotated[
        bool, typer.Option("--once", help="End when the story is told; so it does without a terminal.")
    ] = False,
    report: Annotated[Path | None, typer.Option(help="Write what happened to this file, as JSON.")] = None,
    speed: Annotated[float, typer.Option(min=1, max=600, help="How many times as fast AWS's durations pass.")] = 90.0,
) -> None:
    """Watch a release, a rollback, drift healed and a crash survived: a real daemon, Git and a sandboxed AWS."""
    need_sandbox()
    from controller.demo.story import tell

    with failing_clearly(OSError, RuntimeError):
        good = tell(console(), speed=speed, report=report, stay=sys.stdout.isatty() and not once)
    raise typer.Exit(0 if good else 1)
