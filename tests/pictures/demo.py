"""The README's picture of the demo: the story is told once, and what was printed is kept."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.text import Text

from controller.demo.story import tell
from controller.demo.teller import Shift, Teller, said
from controller.demo.witness import Seen

PICTURE = Path(__file__).parents[2] / "docs" / "pictures" / "demo.svg"


class Drawn(Teller):
    """Draws a bar once, as it was at the end: a picture does not move."""

    def __init__(self, console: Console) -> None:
        super().__init__(console, lively=True)
        self._paper = console

    @contextmanager
    def shift(self, deployment: str) -> Iterator[Shift]:
        shown: list[Seen] = []

        def show(seen: Seen) -> None:
            shown.append(seen)

        yield show
        if shown:
            done = round(shown[-1].traffic * 0.4)
            bar = Text.assemble(("━" * done, "green"), ("━" * (40 - done), "bright_black"))
            share = f" {shown[-1].traffic:>3} % green  "
            self._paper.print(Text.assemble(f"  {deployment} ", bar, share, (said(shown[-1]), "cyan")))


def draw() -> bool:
    """Tell the story to a console that records. Whether all of it was true: only then the picture is kept."""
    console = Console(record=True, width=118, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    good = tell(console, speed=90, teller=Drawn(console))
    if good:
        console.save_svg(str(PICTURE), title="trueup demo")
    return good
