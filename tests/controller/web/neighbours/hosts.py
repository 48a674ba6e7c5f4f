"""Hosts that a replica may find at an address: good ones, and all that may be there instead."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Host(ThreadingHTTPServer):
    """Answers by path, and remembers who asked what."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.heard: list[tuple[str, dict[str, str]]] = []
        self.ended = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Host

    def do_GET(self) -> None:
        self.server.heard.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        match self.path.removeprefix("/api/v1/"):
            case "moved":
                self._say(302, b"", location="/api/v1/well")
            case "drips":
                self._drip()
            case "hangs":
                self.server.ended.wait(30)
            case "large":
                self._say(200, b"x" * 5000)
            case "elsewhere":
                self._say(421, b"{}")
            case "not-read":
                self._say(503, b'{"detail": "Not yet.", "code": "not-read-yet"}')
            case "unwell":
                self._say(500, b"oh")
            case _:
                self._say(200, b"well")

    def _say(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {**headers, "content-length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _drip(self) -> None:
        """A byte now and then, for as long as somebody takes them."""
        self.send_response(200)
        self.send_header("content-length", "1000000")
        self.end_headers()
        with suppress(OSError):
            while not self.server.ended.wait(0.05):
                self.wfile.write(b"x")
                self.wfile.flush()
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Nothing to say."""


@contextmanager
def hosting() -> Iterator[Host]:
    host = Host()
    thread = threading.Thread(target=host.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield host
    finally:
        host.ended.set()
        host.shutdown()
        host.server_close()
        thread.join()


def seconds(began: float) -> float:
    """Since a moment of the monotonic clock."""
    return time.monotonic() - began
