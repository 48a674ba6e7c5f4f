"""Fetching keys: no redirect, no more and no longer than keys can be, and a clear word where nobody answers."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from controller.web.identity.fetching import LARGEST, fetch
from controller.web.identity.line import UnavailableError
from tests.controller.web.identity.answering import answering


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


NO_HTTP = {
    "no HTTP": b"NONSENSE\r\n\r\n",
    "no status": b"HTTP/1.1 abc\r\n\r\n",
    "a long line": b"HTTP/1.1 200 OK\r\nx: " + b"a" * 70_000 + b"\r\n\r\n",
    "many headers": b"HTTP/1.1 200 OK\r\n" + b"x: a\r\n" * 200 + b"\r\n",
    "half of it": b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{}",
    "a broken chunk": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
}


@pytest.mark.parametrize("said", NO_HTTP.values(), ids=NO_HTTP.keys())
def test_what_is_no_answer_in_http_is_nobody_who_answers(said: bytes) -> None:
    with answering(said) as url, pytest.raises(UnavailableError, match="could not be fetched"):
        fetch(url)


def test_what_is_no_address_is_nowhere() -> None:
    with pytest.raises(UnavailableError, match="could not be fetched"):
        fetch("http://127.0.0.1:1/a b")


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\nx: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_an_answer_that_comes_in_drips_is_waited_for_no_longer_than_said(said: bytes) -> None:
    began = time.monotonic()
    with answering(said, drip=b"H") as url, pytest.raises(UnavailableError, match="TimeoutError"):
        fetch(url, within=0.3)
    assert time.monotonic() - began < 5
