"""What happened, line by line."""

import io

from rich.console import Console

from controller.cli.facts import facts
from controller.cli.look import Look
from controller.web.fact_views import FactView


def happened(kind: str, at: float) -> FactView:
    return FactView(id=kind, kind=kind, tone="news", at=at, text="it happened")


def test_what_happened_is_told_oldest_first_and_in_one_moment_as_it_was_learnt() -> None:
    newest_first = (
        happened("cleared", 9.0),
        happened("held", 5.0),
        happened("rolled-back", 5.0),
        happened("started", 1.0),
    )
    said = io.StringIO()
    Console(file=said, width=200).print(facts(newest_first, Look(now=10.0)))
    assert [line.split()[2] for line in said.getvalue().splitlines()] == ["started", "rolled-back", "held", "cleared"]
