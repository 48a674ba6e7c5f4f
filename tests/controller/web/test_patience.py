"""Clients that take their time, over real sockets: they are let go, and a health check is heard meanwhile.

The limits are small where something is to end, and an hour where it is not: no test rests on how fast a machine is.
"""

import http.client
import os
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi import Response

from controller.web.patience import REASONS, Limits, places
from controller.web.server import HttpServer
from tests.controller.builders import named, snapshot
from tests.controller.daemons import until
from tests.controller.web.served import TOKEN, Served

FEW = 12
LARGE = 32 << 20  # bytes: more than the buffers of the system between two sockets hold
HOUR = 3600.0


def limits(**some: Any) -> Limits:
    return Limits(**({"head": HOUR, "body": HOUR, "answer": HOUR, "told": 0.0} | some))


class Place:
    """A server, who was let go by it, and the clients that hang on it."""

    def __init__(self, url: str, let_go: Counter[str], clients: ExitStack) -> None:
        self.address = urlsplit(url).hostname or "", urlsplit(url).port or 0
        self.let_go = let_go
        self._clients = clients

    def client(self, said: bytes = b"") -> socket.socket:
        """One who says this, and then nothing, and reads nothing."""
        found = self._clients.enter_context(socket.socket())
        found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        found.settimeout(30)
        found.connect(self.address)
        with suppress(OSError):  # the server may have had enough already
            found.sendall(said)
        return found

    def asked(self, path: str) -> int:
        """The status of a whole question."""
        connection = http.client.HTTPConnection(*self.address, timeout=30)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()

    def well(self) -> bool:
        return self.asked("/healthz") == self.asked("/readyz") == 200

    def until_gone(self, reason: str, count: int = 1) -> None:
        until(f"{count} to be let go for {reason}", lambda: self.let_go[reason] >= count)


@contextmanager
def place(served: Served, limits: Limits) -> Iterator[Place]:
    let_go: Counter[str] = Counter()
    server = HttpServer(served.app, "127.0.0.1", 0, limits, let_go.update)
    with ExitStack() as clients:
        there = Place(server.url, let_go, clients)
        server.start()
        try:
            yield there
            assert set(let_go) <= set(REASONS)
        finally:
            clients.close()
            served.hub.close()
            server.stop()


def fleet(size: int = 1) -> Served:
    served = Served(secret="s3cret")
    served.adopt(snapshot(*(named(f"notes-{number}") for number in range(size))))
    return served


def routes() -> list[tuple[str, str]]:
    """Method and address of all that the app answers, the page's with it."""
    found = [(method, path) for path, ways in fleet().app.openapi()["paths"].items() for method in ways]
    page = [("get", path) for path in ("/", "/activity", "/services/prod/notes", "/static/0/app.js")]
    return [(way.upper(), path.format(environment="prod", name="notes-0")) for way, path in (*found, *page)]


def head(method: str, path: str, *more: str) -> bytes:
    lines = (f"{method} {path} HTTP/1.1", "host: trueup", f"authorization: Bearer {TOKEN}", *more)
    return "".join(f"{line}\r\n" for line in lines).encode()


def closed(client: socket.socket) -> bool:
    """Read until the other end lets go."""
    with suppress(ConnectionError):
        while client.recv(65536):
            pass
    return True


def undelayed(server: tuple[str, int]) -> list[bool]:
    """Of each connection of this server, which is in this process, whether its end sends at once."""
    found: list[bool] = []
    for each in Path("/proc/self/fd").iterdir():
        with suppress(OSError), socket.socket(fileno=os.dup(int(each.name))) as end:
            end.getpeername()
            if end.getsockname() == server:
                found.append(end.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0)
    return found


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux tells of what is open in /proc")
def test_an_answer_on_a_kept_connection_waits_for_no_acknowledgement() -> None:
    with place(Served(), limits()) as there:
        connection = http.client.HTTPConnection(*there.address, timeout=30)
        connection.request("GET", "/healthz")
        connection.getresponse().read()
        assert undelayed(there.address) == [True]
        connection.close()


def test_the_routes_are_all_there() -> None:
    found = {path for _, path in routes()}
    assert {"/webhook", "/metrics", "/api/v1/fleet", "/api/v1/stream", "/api/v1/services/prod/notes-0/logs"} <= found


@pytest.mark.parametrize(("method", "path"), routes())
def test_a_route_that_is_full_of_slow_clients_keeps_nobody_from_being_heard(method: str, path: str) -> None:
    signed = "x-hub-signature-256: sha256=00"
    with place(fleet(), limits(connections=FEW)) as there:
        for _ in range(FEW):
            there.client(head(method, path))
            there.client(head(method, path, signed, "content-type: application/json", "content-length: 9") + b"\r\n{")
            there.client(head(method, path) + b"\r\n")
        assert there.well()
        there.until_gone("too-many", 2 * FEW)


def test_a_head_that_does_not_end_has_its_time() -> None:
    with place(fleet(), limits(head=0.05)) as there:
        assert closed(there.client(b"GET /healthz HTTP/1.1\r\nhost: tr"))
        there.until_gone("slow-head")
        assert there.well()


def test_who_says_nothing_has_the_time_of_a_head() -> None:
    with place(fleet(), limits(head=0.05)) as there:
        assert closed(there.client())
        there.until_gone("slow-head")


@pytest.mark.parametrize("path", ["/webhook", "/api/v1/source/sync"])
def test_a_body_that_does_not_end_has_its_time(path: str) -> None:
    with place(fleet(), limits(body=0.05)) as there:
        said = head("POST", path, "x-hub-signature-256: sha256=00", "content-length: 9") + b"\r\n{"
        assert closed(there.client(said))
        there.until_gone("slow-body")
        assert there.well()


@pytest.mark.parametrize("path", ["/api/v1/fleet", "/api/v1/services"])
def test_who_reads_nothing_of_an_answer_is_let_go(path: str) -> None:
    with place(fleet(1000), limits(answer=0.05)) as there:
        there.client((head("GET", path) + b"\r\n") * 200)
        there.until_gone("slow-reader")
        assert there.well()


def test_a_stream_that_nobody_reads_is_let_go() -> None:
    served = fleet(1000)
    with place(served, limits(answer=0.05)) as there:
        there.client(head("GET", "/api/v1/stream") + b"\r\n")
        until("the stream to be taken", lambda: served.hub.readers)
        number = 0
        while not there.let_go["slow-reader"]:
            served.adopt(snapshot(*(named(f"notes-{each}-{number}") for each in range(1000))))
            number += 1
            assert there.well()


def test_a_reader_who_is_slow_but_makes_headway_gets_the_whole_answer() -> None:
    served = fleet()

    @served.app.get("/large")
    async def large() -> Response:
        return Response(b"x" * LARGE)

    with place(served, limits(answer=0.0, headway=-LARGE)) as there:
        client = there.client(head("GET", "/large", "connection: close") + b"\r\n")
        assert there.well()
        size = sum(map(len, iter(lambda: client.recv(1 << 20), b"")))
    assert size > LARGE
    assert there.let_go == {}


def test_answers_that_nobody_reads_have_a_bound_together() -> None:
    with place(fleet(1000), limits(unsent=1)) as there:
        for _ in range(3):
            there.client((head("GET", "/api/v1/fleet") + b"\r\n") * 200)
        there.until_gone("too-much-unread", 2)
        assert there.well()


def test_hundreds_of_connections_that_say_nothing_are_held_to_the_limit() -> None:
    with place(fleet(), limits(connections=FEW)) as there:
        for _ in range(300):
            there.client()
        assert there.well()
        there.until_gone("too-many", 300 - FEW)


@pytest.mark.parametrize(("files", "connections"), [(1_048_576, 500), (1024, 500), (256, 128), (1, 2), (-1, 500)])
def test_half_of_the_files_that_may_be_open_are_left_for_everything_else(files: int, connections: int) -> None:
    assert places(files) == connections
