"""The health check asks the daemon where its settings say that it is, and says what it found."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from controller import health


class _Answers(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/healthz" else 404)
        self.end_headers()
        self.wfile.write(b"the loop stands still")

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def _daemon(status: int) -> Iterator[int]:
    """The port of something that answers ``/healthz`` with ``status``."""
    with HTTPServer(("127.0.0.1", 0), type("_", (_Answers,), {"status": status})) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join(5)


def _asked(monkeypatch: pytest.MonkeyPatch, port: int) -> str | None:
    """What the check ends with; ``None`` where all is well."""
    monkeypatch.setenv("TRUEUP_HOST", "0.0.0.0")
    monkeypatch.setenv("TRUEUP_PORT", str(port))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    try:
        health.main()
    except SystemExit as ended:
        return str(ended.code)
    return None


def test_a_daemon_that_is_well_is_found_so_whatever_proxy_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    with _daemon(200) as port:
        assert _asked(monkeypatch, port) is None


def test_a_daemon_that_is_not_well_says_what_ails_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with _daemon(503) as port:
        assert _asked(monkeypatch, port) == "trueup-health: 503 the loop stands still"


def test_a_daemon_that_is_gone_is_told_with_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    with _daemon(200) as port:
        pass
    assert str(_asked(monkeypatch, port)).startswith(f"trueup-health: nobody answers at 127.0.0.1:{port}: ")


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({}, ("127.0.0.1", 8080)),
        ({"TRUEUP_HOST": "0.0.0.0", "TRUEUP_PORT": "9000"}, ("127.0.0.1", 9000)),
        ({"TRUEUP_HOST": "::"}, ("::1", 8080)),
        ({"TRUEUP_HOST": "10.0.0.7"}, ("10.0.0.7", 8080)),
        ({"TRUEUP_HOST": "", "TRUEUP_PORT": ""}, ("127.0.0.1", 8080)),
    ],
)
def test_it_asks_where_the_settings_say(settings: dict[str, str], found: tuple[str, int]) -> None:
    assert health.address(settings) == found
