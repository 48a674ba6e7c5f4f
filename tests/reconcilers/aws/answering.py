"""An AWS of canned answers, on loopback."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Canned = tuple[int, str]


class Answering(ThreadingHTTPServer):
    """``answers`` by operation; ``heard`` are the requests: target or action, headers, body."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.heard: list[tuple[str, dict[str, str], str]] = []
        self.answers: dict[str, Canned | Callable[[], Canned]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def operations(self) -> list[str]:
        return [operation for operation, _, _ in self.heard]


class _Handler(BaseHTTPRequestHandler):
    server: Answering

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        target = self.headers.get("X-Amz-Target", "")
        operation = target.rsplit(".", 1)[-1] or body.split("Action=", 1)[-1].split("&", 1)[0]
        self.server.heard.append((operation, dict(self.headers), body))
        canned = self.server.answers[operation]
        status, answer = canned() if callable(canned) else canned
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer.encode())

    def log_message(self, *_: Any) -> None:
        """Nothing on the terminal."""


def answering() -> Iterator[Answering]:
    """One that serves, for a fixture."""
    with Answering() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def refused(code: str, status: int = 400) -> Canned:
    return status, json.dumps({"__type": code, "message": "no"})


def assumed(key: str, lasts: timedelta) -> Canned:
    until = (datetime.now(UTC) + lasts).strftime("%Y-%m-%dT%H:%M:%SZ")
    return 200, (
        '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>'
        f"<AccessKeyId>{key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
        f"<Expiration>{until}</Expiration></Credentials><AssumedRoleUser><AssumedRoleId>a:b</AssumedRoleId>"
        "<Arn>arn:x</Arn></AssumedRoleUser></AssumeRoleResult></AssumeRoleResponse>"
    )
