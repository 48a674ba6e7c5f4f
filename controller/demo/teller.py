"""How the story is told: bars that move on a terminal, plain lines in a log."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.rule import Rule
from rich.text import Text

from controller.demo.record import Check, Record, Step
from controller.demo.witness import Seen


class Shift(Protocol):
    """Somebody who shows how a deployment goes."""

    def __call__(self, seen: Seen) -> None: ...


class Teller:
    """Speaks to ``console``; ``lively`` where somebody watches."""

    def __init__(self, console: Console, lively: bool) -> None:
        self._console = console
        self._lively = lively

    def act(self, number: int, title: str) -> None:
        self._console.print()
        if self._lively:
            self._console.print(Rule(Text(f"{number}  {title}", style="bold"), align="left", style="bright_black"))
        else:
            self._console.print(f"== {number}. {title}", markup=False)

    def say(self, text: str, style: str = "") -> None:
        self._console.print(Text(f"  {text}", style=style))

    def typed(self, command: str) -> None:
        """Something to type: on one line, however wide the terminal is, or it could not be copied."""
        self._console.print(Text(f"  {command}", style="cyan"), soft_wrap=True)

    def checked(self, check: Check) -> None:
        sign, style = ("✓", "green") if check.true else ("✗", "bold red")
        seen = f"  [{check.seen}]" if check.seen else ""
        self._console.print(Text.assemble(("    " + sign, style), f" {check.claim}", (seen, "bright_black")))

    @contextmanager
    def shift(self, deployment: str) -> Iterator[Shift]:
        """Show one deployment while it goes."""
        if not self._lively:
            yield self._line
            return
        columns = (
            TextColumn("  {task.description}"),
            BarColumn(bar_width=32, complete_style="green", finished_style="green"),
            TextColumn("{task.percentage:>3.0f} % green"),
            TextColumn("[cyan]{task.fields[what]}"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self._console) as progress:
            bar = progress.add_task(deployment, total=100, what="Created")

            def show(seen: Seen) -> None:
                progress.update(bar, completed=seen.traffic, what=said(seen))

            yield show

    def end(self, record: Record, report: str) -> None:
        """What was checked, in short."""
        true = sum(check.true for check in record.checks)
        self._console.print()
        style = "bold green" if record.true else "bold red"
        where = "AWS's API and from visitors" if any(step.visits for step in record.steps) else "AWS's API"
        text = f"{true} of {len(record.checks)} claims read back from {where} are true, in {record.seconds:.0f} s"
        self._console.print(Text(f"{text}{report}", style=style))
        for step in record.steps:
            for check in step.checks:
                if not check.true:
                    self._console.print(Text(f"  {step.name}: {check.claim}  [{check.seen}]", style="red"))

    def _line(self, seen: Seen) -> None:
        self._console.print(f"  {seen.deployment} {said(seen)}, {seen.traffic} % green", markup=False)


def noted(step: Step, at: float, seen: Seen) -> bool:
    """Write down how a deployment stands, if that is new."""
    return step.saw(at, f"{seen.deployment} {said(seen)} {seen.traffic}%")


def said(seen: Seen) -> str:
    """How a deployment stands, in a few words."""
    if seen.error:
        return f"{seen.status} ({seen.error})"
    if seen.shift_over and seen.status != "Succeeded":
        return "shifted; the old task set goes later"
    return f"{seen.status} {seen.event}".strip()
