"""Draws the README's picture of the demo: ``make pictures`` tells the story once and keeps what was printed."""

import io
import sys
from pathlib import Path

from rich.console import Console

from controller.demo.story import tell

PICTURE = Path(__file__).parent.parent / "docs" / "pictures" / "demo.svg"


def main() -> int:
    """Tell the story to a console that records. The exit code: whether all of it was true."""
    console = Console(record=True, width=118, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    good = tell(console, speed=90, report=None, stay=False)
    console.save_svg(str(PICTURE), title="trueup demo")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
