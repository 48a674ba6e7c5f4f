"""``python -m tests.crash [--jobs N] [--story N]``: a kill at every call of every story, in each of three ways.

Prints a table, and ends with 1 where one did not converge, or something was done twice.
"""

import argparse
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.crash.door import Point
from tests.crash.life import Life
from tests.crash.nursery import Nursery
from tests.crash.points import Chapter
from tests.crash.stories import STORIES, Story

COLUMNS = ("Story", "Calls", "Points", "Not reached", "Converged", "Deployed twice", "Registered twice")


@dataclass
class Figures:
    """Of one story: so many calls, and what came of the points."""

    title: str
    calls: int
    lives: list[Life | None] = field(default_factory=list)  # None: it did not converge
    amiss: list[str] = field(default_factory=list)

    def numbers(self) -> tuple[int, ...]:
        ended = [each for each in self.lives if each is not None]
        return (
            self.calls,
            len(self.lives),
            sum(not each.died for each in ended),
            len(ended),
            sum(each.deployments > 1 for each in ended),
            sum(each.revisions > 1 for each in ended),
        )


def main(arguments: list[str]) -> int:
    """Kill, print, and say whether all is well."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--jobs", type=int, default=6, help="lives at a time; most of one is waiting")
    parser.add_argument("--story", type=int, choices=range(1, len(STORIES) + 1), help="one alone")
    chosen = parser.parse_args(arguments)
    stories = STORIES if chosen.story is None else (STORIES[chosen.story - 1],)
    with Nursery() as nursery:
        figures = [_told(story, nursery, chosen.jobs) for story in stories]
    _print(figures)
    return 1 if any(each.amiss for each in figures) else 0


def _told(story: Story, nursery: Nursery, jobs: int) -> Figures:
    with TemporaryDirectory(prefix="trueup-crash-") as folder, ThreadPoolExecutor(jobs) as pool:
        chapter = Chapter(story, Path(folder), nursery)
        figures = Figures(story.title, len(chapter.operations))

        def kill(point: Point) -> tuple[Life | None, list[str]]:
            try:
                life = chapter.killed(point)
            except AssertionError as error:
                return None, [f"{story.title}, {point.fate} call {point.number}: {error}"]
            return life, chapter.amiss(point, life)

        for life, amiss in pool.map(kill, chapter.points()):
            figures.lives.append(life)
            figures.amiss += amiss
        return figures


def _print(figures: Iterable[Figures]) -> None:
    rows = [(each.title, each.numbers()) for each in figures]
    rows.append(("All", tuple(map(sum, zip(*(numbers for _, numbers in rows), strict=True)))))
    sys.stdout.write(f"| {' | '.join(COLUMNS)} |\n|---{'|--:' * (len(COLUMNS) - 1)}|\n")
    for title, numbers in rows:
        sys.stdout.write(f"| {' | '.join((title, *map(str, numbers)))} |\n")
    for complaint in (complaint for each in figures for complaint in each.amiss):
        sys.stdout.write(f"{complaint}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
