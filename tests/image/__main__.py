"""``python -m tests.image``: build the image, measure it, and print its figures."""

import sys

from rich.console import Console

from tests.image.building import NoImageError, made
from tests.image.figures import measured
from tests.image.stand_in import NAME


def main() -> None:
    console = Console(width=None if Console().is_terminal else 110)
    try:
        with console.status("Building ..."):
            image = made()
    except NoImageError as reason:
        sys.exit(f"No figures: {reason}")
    with console.status("Starting ..."):
        console.print(measured(image, NAME).shown())


if __name__ == "__main__":
    main()
