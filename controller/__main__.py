"""``trueup``, and ``python -m controller``: whoever starts the daemon listens before anything large is imported."""

import sys

from controller import ending

_INTERRUPTED = 130  # as a shell says of what Ctrl-C ended: 128 and the signal's number


def main() -> None:
    """The console script. Ctrl-C ends it without a traceback while it is still being imported, too."""
    try:
        if sys.argv[1:2] == ["run"]:
            ending.listen()
        from controller import cli  # noqa: PLC0415 - after the signals

        cli.main()
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
