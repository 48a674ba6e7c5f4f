"""Writing to somebody who stops reading, as ``head`` does: the command ends without a word."""

import os
import select
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

CLOSED = 141  # what a shell says of a command that SIGPIPE ended


def wait(seconds: float) -> None:
    """Let time pass. ``BrokenPipeError`` as soon as nobody reads standard output any more."""
    until = time.monotonic() + seconds
    if reader_leaves(seconds):
        raise BrokenPipeError
    time.sleep(max(0.0, until - time.monotonic()))


def reader_leaves(within: float | None = None) -> bool:
    """Whether whoever reads standard output leaves within so many seconds, or ever. ``False`` where nobody can tell.

    To write is no way to find out: what has nothing to say for hours would be waited for for hours.
    """
    try:
        place = sys.stdout.fileno()
    except (OSError, ValueError):
        return False
    if os.isatty(place):
        return False  # its end is a signal's business
    watched = select.poll()
    watched.register(place, 0)  # of an end one is told in any case
    told = watched.poll(None if within is None else within * 1000)
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in told)


@contextmanager
def quiet_pipe() -> Iterator[None]:
    """End with ``CLOSED`` where nobody reads standard output any more.

    The signal itself is left alone: it would end the daemon, too, when one of its sockets is closed. Typer and rich
    each make an exit of 1 of the error, and what is left in the buffer would be complained about as Python ends.
    """
    try:
        yield
    except (BrokenPipeError, SystemExit) as end:
        if not isinstance(end, BrokenPipeError) and not isinstance(end.__context__, BrokenPipeError):
            raise
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (sys.__stdout__, sys.__stderr__):
            if stream is not None:
                os.dup2(nowhere, stream.fileno())
        raise SystemExit(CLOSED) from None
