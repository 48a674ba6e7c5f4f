"""``python -m tests.replicas [--rounds N] [--ttl SECONDS]``: how long a hand-over takes, with real processes."""

import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tests.controller.daemons import until
from tests.replicas.fleet import REGIONS, Fleet, fleet

KILLED, ENDED = 15.0, 2.0  # seconds, at most


@dataclass(frozen=True, slots=True)
class HandOver:
    """Seconds from the end of one replica: until its shards are another's, and until the first sweep there."""

    taken: float
    swept: float


def main(rounds: int = 5, ttl: float = 10.0, implementation: Annotated[str, typer.Option()] = "roto") -> None:
    """Measure hand-overs after a kill and after a clean stop. Exit 1 where one took longer than it may."""
    with TemporaryDirectory() as folder, fleet(implementation, Path(folder), REGIONS[:2], ttl) as made:
        made.start("r0", "r1")
        made.until_shared(2)
        kills = [_hand_over(made, f"k{number}", kill=True) for number in range(rounds)]
        stops = [_hand_over(made, f"s{number}", kill=False) for number in range(rounds)]
    table = Table(title=f"Hand-over, lease of {ttl:g} s, {rounds} each, on {implementation}", title_justify="left")
    for heading in ("after", "taken: median s", "longest s", "swept: median s", "longest s", "at most s"):
        table.add_column(heading, justify="left" if heading == "after" else "right")
    for name, found, most in (("kill -9", kills, KILLED), ("SIGTERM", stops, ENDED)):
        table.add_row(
            name, *_figures([each.taken for each in found]), *_figures([each.swept for each in found]), f"{most:g}"
        )
    Console(width=110).print(table)
    if max(each.swept for each in kills) > KILLED or max(each.swept for each in stops) > ENDED:
        raise typer.Exit(1)


def _hand_over(made: Fleet, successor: str, *, kill: bool) -> HandOver:
    """End one of two replicas, and start another for the next time."""
    leaver, stayer = list(made.replicas)[-2:]
    region = next(region for region, holder in made.kept().items() if holder == made.id_of(leaver))
    gone, before = made.id_of(leaver), made.aws.world.reads.get((stayer, region), 0)
    began = time.monotonic()
    if kill:
        made.kill(leaver)
    else:
        made.replicas[leaver].process.terminate()
    until("the shard to be taken", lambda: made.kept().get(region, gone) != gone, 60)
    taken = time.monotonic() - began
    until("a sweep", lambda: made.aws.world.reads.get((stayer, region), 0) > before, 60)
    swept = time.monotonic() - began
    made.replicas.pop(leaver).process.wait(20)
    made.start(successor)
    made.until_shared(2)
    return HandOver(taken, swept)


def _figures(seconds: list[float]) -> tuple[str, str]:
    return f"{sorted(seconds)[len(seconds) // 2]:.1f}", f"{max(seconds):.1f}"


if __name__ == "__main__":
    typer.run(main)
