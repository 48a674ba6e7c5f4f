"""What an input may take."""

import base64
import resource
import sys
import time
from collections.abc import Callable

MEBI = 1024  # ru_maxrss counts in KiB


def watched(feed: Callable[[bytes], object], within: float, memory: int) -> Callable[[bytes], None]:
    """``feed``, which must take at most so many CPU seconds, and let this process grow by at most so many MiB."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def fed(data: bytes) -> None:
        began = time.process_time()
        try:
            feed(data)
            took = time.process_time() - began
            grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / MEBI
            assert took <= within, f"took {took:.1f} s"
            assert grown <= memory, f"took {grown:.0f} MiB"
        except BaseException as error:
            sys.stderr.write(f"BROKEN {type(error).__name__}: {error!s:.200} by {base64.b64encode(data).decode()}\n")
            raise

    return fed
