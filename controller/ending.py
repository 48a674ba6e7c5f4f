"""Being asked to end, heard from the first moment on.

The imports of the daemon take a second, and several on a small share of a CPU. Before a handler stands, SIGTERM ends a
process with an error; process 1 of a container does not hear it at all, and is killed when its time is up.
"""

import signal
from queue import SimpleQueue

# Its put() may be called while the same thread is anywhere in its get(). An Event's set() may not: where a signal meets
# the moment in which wait() holds the lock, the handler waits for it for ever, and so does everybody else.
_asked: SimpleQueue[None] = SimpleQueue()


def listen() -> None:
    """From now on take SIGTERM and SIGINT as a question. To be called from the main thread; twice does no harm."""
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: _asked.put(None))


def wait() -> None:
    """Return once somebody asked, or has asked before."""
    _asked.get()
