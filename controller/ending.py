"""Being asked to end, heard from the first moment on.

The imports of the daemon take a second, and several on a small share of a CPU. Before a handler stands, SIGTERM ends a
process with an error; process 1 of a container does not hear it at all, and is killed when its time is up.
"""

import signal
import threading

asked = threading.Event()
"""Set once SIGTERM or SIGINT came."""


def listen() -> None:
    """From now on take SIGTERM and SIGINT as a question. To be called from the main thread; twice does no harm."""
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: asked.set())
