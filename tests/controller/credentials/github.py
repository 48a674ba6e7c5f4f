"""GitHub's API on the loopback: it checks who the App says it is, and gives tokens."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa


@cache
def app_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem() -> str:
    """The key as GitHub's page gives it."""
    made = app_key().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return made.decode()


@dataclass
class GitHub:
    """What it knows and was asked. ``now`` is its clock; ``status`` and ``body`` answer instead of a token."""

    now: float
    status: int = 201
    body: bytes | None = None
    location: str = ""
    url: str = ""
    given: list[str] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, path: str, authorization: str, body: bytes) -> tuple[int, bytes]:
        claims = _checked(authorization.removeprefix("Bearer "))
        self.asked.append({"path": path, "claims": claims, "body": json.loads(body)})
        if claims is None or not claims["iat"] <= self.now < claims["exp"] <= claims["iat"] + 600:
            return 401, b'{"message": "s3cret"}'
        if self.status != 201 or self.body is not None:
            return self.status, self.body or b'{"message": "s3cret"}'
        self.given.append(f"ghs_s3cret{len(self.given)}")
        ends = datetime.fromtimestamp(self.now + 3600, UTC).isoformat().replace("+00:00", "Z")
        return 201, json.dumps({"token": self.given[-1], "expires_at": ends}).encode()


@contextmanager
def github(now: float, **more: Any) -> Iterator[GitHub]:
    host = GitHub(now, **more)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"host": host}))
    host.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _checked(token: str) -> dict[str, Any] | None:
    said, _, signature = token.rpartition(".")
    head, _, claims = said.partition(".")
    try:
        app_key().public_key().verify(_decoded(signature), said.encode(), padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        return None
    assert json.loads(_decoded(head)) == {"alg": "RS256", "typ": "JWT"}
    found: dict[str, Any] = json.loads(_decoded(claims))
    return found


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class _Handler(BaseHTTPRequestHandler):
    host: GitHub

    def do_GET(self) -> None:
        self.host.asked.append({"path": self.path})  # nobody but a redirected client would
        self.send_error(404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status, answer = self.host.answer(self.path, self.headers["Authorization"], body)
        self.send_response(status)
        if self.host.location:
            self.send_header("Location", self.host.location)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
