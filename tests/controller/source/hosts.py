"""Git hosts on the loopback: one that speaks smart HTTP behind a password, one that never answers."""

from __future__ import annotations

import base64
import os
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass
class Host:
    """What a host does, and what it was sent. `status` other than 0 answers everything; `location` redirects there."""

    root: Path
    username: str = ""
    password: str = ""
    status: int = 0
    location: str = ""
    tls: ssl.SSLContext | None = None
    url: str = ""
    authorizations: list[str] = field(default_factory=list)

    def lets_in(self, authorization: str) -> bool:
        wanted = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        return not self.password or authorization == f"Basic {wanted}"


@contextmanager
def serving(host: Host) -> Iterator[Host]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"host": host}))
    server.daemon_threads = False
    if host.tls is not None:
        server.socket = host.tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    host.url = f"{'https' if host.tls else 'http'}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def silence() -> Iterator[int]:
    """The port of a host that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=8) as listener:
        yield listener.getsockname()[1]


class _Handler(BaseHTTPRequestHandler):
    host: Host

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        authorization = self.headers.get("Authorization", "")
        self.host.authorizations.append(authorization)
        if self.host.location:
            self._send(302, [("Location", self.host.location + self.path)])
        elif self.host.status:
            self._send(self.host.status, [("Content-Type", "text/html")], b"<html>\n<p>Welcome</p>\n")
        elif not self.host.lets_in(authorization):
            self._send(401, [("WWW-Authenticate", 'Basic realm="git"')])
        else:
            self._backend(body)

    def _backend(self, body: bytes) -> None:
        path, _, query = self.path.partition("?")
        surroundings = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self.host.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
        }
        done = subprocess.run(["git", "http-backend"], input=body, env=surroundings, capture_output=True, check=True)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        fields = dict(line.decode().split(": ", 1) for line in head.split(b"\r\n"))
        status = int(fields.pop("Status", "200").split()[0])
        self._send(status, list(fields.items()), content)

    def _send(self, status: int, fields: list[tuple[str, str]], content: bytes = b"") -> None:
        self.send_response(status)
        for name, value in fields:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        with suppress(ConnectionError):  # whoever asked may have been ended
            self.end_headers()
            self.wfile.write(content)
