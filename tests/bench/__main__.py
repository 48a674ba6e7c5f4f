"""``python -m tests.bench [--json FILE]``: measure, print, and end with 1 where a budget is missed."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tests.bench.daemon import ENVIRONMENT
from tests.bench.lead import lead
from tests.bench.report import Figures
from tests.bench.speed import diffs, renders
from tests.bench.sweep import swept

SIZES = (10, 100, 1000)
REPOSITORIES = (10, 100)


def bench(
    report: Annotated[Path | None, typer.Option("--json", help="Write the figures to FILE as well.")] = None,
) -> None:
    """Measure what Trueup costs. Exit 1 where a budget is missed. Takes about a minute."""
    os.environ.update(ENVIRONMENT)
    console = Console(width=None if Console().is_terminal else 110)
    with console.status("Comparing and rendering ..."):
        speeds = (renders(), diffs())
    with console.status("Committing ..."):
        leads = tuple(lead(size) for size in REPOSITORIES)
    with console.status("Sweeping ..."):
        sweeps = tuple(swept(size) for size in SIZES)
    figures = Figures(sweeps, leads, *speeds)
    console.print(figures.shown())
    if report is not None:
        report.write_text(json.dumps(figures.data(), indent=2) + "\n", "utf-8")
    for each in figures.missed():
        console.print(f"[red]{each}[/red]")
    if figures.missed():
        raise typer.Exit(1)
    console.print("Every budget is kept.")


if __name__ == "__main__":
    typer.run(bench)
