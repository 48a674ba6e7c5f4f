"""Writing to somebody who stops reading, as ``head`` does: the command ends without a word."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

CLOSED = 141  # what a shell says of a command that SIGPIPE ended


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
