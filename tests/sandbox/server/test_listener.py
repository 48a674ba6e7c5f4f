"""The sockets alone, for who decides about single answers."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from sandbox.server.http import Handle, Listener, Sent
from sandbox.wire.messages import Request, Response


@contextmanager
def listening(handle: Handle, sent: Sent) -> Iterator[http.client.HTTPConnection]:
    listener = Listener(("127.0.0.1", 0), handle, sent)
    thread = threading.Thread(target=listener.serve_forever, args=(0.01,))
    thread.start()
    line = http.client.HTTPConnection("127.0.0.1", listener.server_port, timeout=10)
    try:
        yield line
    finally:
        line.close()
        listener.shutdown()
        listener.server_close()
        listener.hang_up()
        thread.join(10)


def test_whoever_wants_to_know_hears_that_an_answer_has_left() -> None:
    sent, heard = threading.Event(), []

    def hear(request: Request) -> None:
        heard.append(request.path)
        sent.set()

    with listening(lambda _: Response(200, b"there"), hear) as line:
        line.request("GET", "/asked")
        assert line.getresponse().read() == b"there"
        assert sent.wait(10)
    assert heard == ["/asked"]


def test_an_exception_hangs_up_without_a_byte_of_an_answer() -> None:
    heard: list[Request] = []

    def refuse(_: Request) -> Response:
        raise ConnectionAbortedError

    with listening(refuse, heard.append) as line:
        line.request("GET", "/asked")
        with pytest.raises(http.client.RemoteDisconnected):
            line.getresponse()
    assert heard == []
