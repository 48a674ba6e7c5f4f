"""Asking a daemon that answers, and what answers instead."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from prometheus_client import CollectorRegistry

from controller.loop.board import Board
from controller.loop.journal import Journal
from controller.web.app import build
from controller.web.client import Daemon, DaemonError, NoDaemonError
from controller.web.face import Face
from controller.web.server import HttpServer
from controller.web.stream import Hub
from reconcilers.history import History
from reconcilers.model import ServiceKey
from reconcilers.verdict import Order
from tests.controller.builders import NOW, report, snapshot
from tests.controller.daemons import silence
from tests.controller.web.strangers import answering

TOKEN = "t0ken"


class Asked:
    def __init__(self, board: Board) -> None:
        self._board = board
        self.orders: list[Order] = []

    def look_at_source(self) -> None:
        """Nothing to look at."""

    def ask(self, key: ServiceKey, order: Order) -> bool:
        self.orders.append(order)
        return self._board.ask(key, order)


@contextmanager
def serving(token: str | None) -> Iterator[tuple[str, Asked]]:
    board = Board()
    board.adopt(snapshot(), NOW)
    board.reported(report(), Order())
    asked = Asked(board)
    journal = Journal(board, lambda: NOW)
    face = Face(
        board,
        asked,
        CollectorRegistry(),
        lambda: True,
        lambda: True,
        lambda: NOW,
        "1.2.3",
        journal,
        Hub(),
        lambda *_: History(),
    )
    server = HttpServer(build(face, token, None), "127.0.0.1", 0)
    server.start()
    try:
        yield server.url, asked
    finally:
        server.stop()


@pytest.fixture(scope="module")
def guarded() -> Iterator[tuple[str, Asked]]:
    with serving(TOKEN) as (url, asked):
        yield url, asked


@pytest.fixture(scope="module")
def open_handed() -> Iterator[str]:
    with serving(None) as (url, _):
        yield url


def test_services_and_the_source_are_read(guarded: tuple[str, Asked]) -> None:
    daemon = Daemon(guarded[0] + "/")
    assert [each.name for each in daemon.services()] == ["notes"]
    assert daemon.service("prod", "notes").ready
    assert daemon.source().commit == "c1"


def test_orders_arrive(guarded: tuple[str, Asked]) -> None:
    url, asked = guarded
    Daemon(url, TOKEN).sync("prod", "notes", "INC-42")
    Daemon(url, TOKEN).sync("prod", "notes", None)
    Daemon(url, TOKEN).retry("prod", "notes")
    kinds = [(order.sync, order.retry, order.despite_alarm) for order in asked.orders[-3:]]
    assert kinds == [(True, False, "INC-42"), (True, False, None), (False, True, None)]


def refusal(daemon: Daemon, name: str = "notes") -> str:
    with pytest.raises(DaemonError) as refused:
        daemon.sync("prod", name, None)
    return str(refused.value)


def test_without_a_token_one_is_told_to_set_it(guarded: tuple[str, Asked]) -> None:
    assert "Set TRUEUP_API_TOKEN" in refusal(Daemon(guarded[0]))


def test_a_wrong_token_is_refused_and_not_repeated(guarded: tuple[str, Asked]) -> None:
    said = refusal(Daemon(guarded[0], "hunter2"))
    assert said == (
        "The daemon does not know this token. Set TRUEUP_API_TOKEN, or --api-token, to a token that it knows."
    )


def test_an_unknown_service_is_said_to_be_unknown(guarded: tuple[str, Asked]) -> None:
    assert refusal(Daemon(guarded[0], TOKEN), "zzz") == (
        "No manifest names prod/zzz. trueup get lists those that exist."
    )
    assert "Did you mean prod/notes?" in refusal(Daemon(guarded[0], TOKEN), "note")


def test_a_reason_that_is_too_long_is_refused_in_a_sentence(guarded: tuple[str, Asked]) -> None:
    with pytest.raises(DaemonError, match="despiteAlarm"):
        Daemon(guarded[0], TOKEN).sync("prod", "notes", "x" * 300)


def test_a_daemon_without_a_token_takes_no_orders(open_handed: str) -> None:
    assert "runs without TRUEUP_API_TOKEN" in refusal(Daemon(open_handed, TOKEN))


@pytest.mark.parametrize("url", ["nonsense", "ftp://127.0.0.1", "file:///etc/passwd", ""])
def test_what_is_no_address_of_a_daemon_is_said_to_be_none(url: str) -> None:
    with pytest.raises(DaemonError, match="no daemon's address"):
        Daemon(url).services()


def test_nobody_there_is_said_with_what_to_do() -> None:
    with pytest.raises(DaemonError, match=r"No daemon answers at http://127\.0\.0\.1:1 .*trueup run.*--url"):
        Daemon("http://127.0.0.1:1").services()


def test_an_address_is_shown_without_its_credentials() -> None:
    with pytest.raises(DaemonError) as refused:
        Daemon("http://ann:hunter2@127.0.0.1:1").services()
    assert "hunter2" not in str(refused.value)


def test_a_daemon_that_hangs_is_not_waited_for_for_ever() -> None:
    with silence() as host, pytest.raises(DaemonError, match="No daemon answers"):
        Daemon(host.url, timeout=0.2).services()


@pytest.mark.parametrize("body", [b"<html>Welcome</html>", b'{"hello": "world"}', b"[7]", b"7", b"[{}]"])
def test_something_else_that_answers_is_said_to_be_something_else(body: bytes) -> None:
    with answering(200, body) as url, pytest.raises(DaemonError, match="--url"):
        Daemon(url).services()


NOT_OURS = [
    b"",
    b"oops",
    b"<html>oops</html>",
    json.dumps(["oops"]).encode(),
    b'{"message": "oops"}',
    b'{"detail": [7]}',
]


@pytest.mark.parametrize("body", NOT_OURS)
@pytest.mark.parametrize("status", [400, 404, 500, 501])
def test_an_error_that_no_daemon_words_so_is_no_daemons(status: int, body: bytes) -> None:
    with (
        answering(status, body) as url,
        pytest.raises(NoDaemonError, match=f"is no daemon of Trueup: it says {status} "),
    ):
        Daemon(url).services()


@pytest.mark.parametrize("body", NOT_OURS)
@pytest.mark.parametrize("status", [401, 403, 502, 503, 504])
def test_what_may_stand_before_a_daemon_is_not_said_to_be_none(status: int, body: bytes) -> None:
    said = f"No answer of a daemon came from http://.*: what answers there says {status} .*--url"
    with answering(status, body) as url, pytest.raises(NoDaemonError, match=said):
        Daemon(url).services()


def test_an_error_that_breaks_off_is_no_daemons() -> None:
    with answering(500, b'{"detail": "oo', length=100) as url, pytest.raises(NoDaemonError, match="it says 500 "):
        Daemon(url).services()


def test_an_error_in_a_daemons_own_form_is_told_in_its_words() -> None:
    with answering(502, b'{"detail": "AWS does not answer."}') as url, pytest.raises(DaemonError) as refused:
        Daemon(url).services()
    assert (str(refused.value), isinstance(refused.value, NoDaemonError)) == ("AWS does not answer.", False)


def test_who_has_no_such_route_is_no_daemon_of_this_version() -> None:
    with answering(404, b'{"detail": "Not Found"}') as url, pytest.raises(NoDaemonError, match="speaks otherwise"):
        Daemon(url).services()


@pytest.mark.parametrize("body", [b'{"message": "no"}', b"[1, 2]", b'{"accepted": false}', b"true"])
def test_an_order_is_noted_only_where_a_daemon_says_so(body: bytes) -> None:
    with answering(200, body) as url:
        with pytest.raises(NoDaemonError, match="speaks otherwise"):
            Daemon(url).sync("prod", "web", None)
        with pytest.raises(NoDaemonError, match="speaks otherwise"):
            Daemon(url).retry("prod", "web")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_whoever_leads_elsewhere_is_not_followed_and_the_way_is_told(status: int) -> None:
    with (
        answering(200, b"[]") as there,
        answering(status, b"", location=f"{there}/api/v1/services") as url,
    ):
        said = f"leads elsewhere. Name that with --url: {there}$"
        with pytest.raises(NoDaemonError, match=said):
            Daemon(url).services()
        with pytest.raises(NoDaemonError, match=said):
            Daemon(url, TOKEN).retry("prod", "web")
