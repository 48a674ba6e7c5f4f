"""Fetching keys: no redirect, no more than keys can be, and a clear word where nobody answers."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from controller.web.identity.keys import LARGEST, UnavailableError, fetch


class _Host(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/keys")
            self.end_headers()
            return
        body = b"x" * (LARGEST + 1) if self.path == "/large" else b"keys"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing to say."""


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Host)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_what_is_there_is_fetched(host: str) -> None:
    assert fetch(f"{host}/keys") == b"keys"


@pytest.mark.parametrize("path", ["/moved", "/large"])
def test_a_redirect_is_not_followed_and_too_much_is_not_taken(host: str, path: str) -> None:
    with pytest.raises(UnavailableError):
        fetch(f"{host}{path}")


def test_where_nobody_answers_it_is_said_where() -> None:
    with pytest.raises(UnavailableError, match=r"http://127\.0\.0\.1:1/keys could not be fetched"):
        fetch("http://127.0.0.1:1/keys")
