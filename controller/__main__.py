"""``trueup``, and ``python -m controller``: whoever starts the daemon listens before anything large is imported."""

import sys

from controller import ending


def main() -> None:
    """The console script."""
    if sys.argv[1:2] == ["run"]:
        ending.listen()
    from controller import cli  # noqa: PLC0415 - after the signals

    cli.main()


if __name__ == "__main__":
    main()
