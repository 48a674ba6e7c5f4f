"""Hosts that answer with whatever bytes there may be, at once or one after another."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_A_DRIP = 0.05  # seconds from one byte to the next


@contextmanager
def answering(said: bytes, drip: bytes = b"") -> Iterator[str]:
    """An address where each who asks is told ``said``, and then ``drip`` now and then, until this ends."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_serve, args=(listening, said, drip, ended), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            ended.set()
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve(listening: socket.socket, said: bytes, drip: bytes, ended: threading.Event) -> None:
    while not ended.is_set():
        with suppress(OSError), listening.accept()[0] as asking:
            asking.recv(4096)
            asking.sendall(said)
            while drip and not ended.wait(_A_DRIP):
                asking.sendall(drip)
