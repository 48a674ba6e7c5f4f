"""A stand-in for Slack's incoming webhooks: keeps what it is sent, and when."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Slack:
    """``messages``: when each came (seconds since the epoch), and what it was."""

    url: str
    messages: list[tuple[float, dict[str, Any]]] = field(default_factory=list)

    def texts(self) -> list[str]:
        """Everything that a person reads of each message, as one text."""
        return [json.dumps(message, ensure_ascii=False) for _, message in list(self.messages)]


@contextmanager
def slack() -> Iterator[Slack]:
    """Slack, while it is needed."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            kept.messages.append((time.time(), json.loads(body)))
            self.send_response(200)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the parent's name
            """Nothing to say."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    kept = Slack(f"http://127.0.0.1:{server.server_port}/hook")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
