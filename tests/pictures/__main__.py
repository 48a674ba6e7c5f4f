"""Draw what was named, or everything. The exit code: whether all of it could be drawn."""

import sys
from collections.abc import Callable

from tests.pictures import demo, page, terminal

DRAWN: dict[str, Callable[[], bool]] = {"demo": demo.draw, "page": page.draw, "terminal": terminal.draw}


def main(names: list[str]) -> int:
    """Draw the groups ``names``, all of them without a name."""
    unknown = [name for name in names if name not in DRAWN]
    if unknown:
        sys.stderr.write(f"There is no picture {', '.join(unknown)}. There are: {', '.join(DRAWN)}.\n")
        return 2
    return 0 if all(DRAWN[name]() for name in names or DRAWN) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
