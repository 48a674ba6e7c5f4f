"""What is at an address: bounded in time and size, no redirect followed."""

import io
import socket
import time
import urllib.request
from collections.abc import Callable
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead
from typing import Any

from controller.web.identity.line import UnavailableError

LARGEST = 1_048_576
PATIENCE = 5.0  # seconds for an answer, from the question to its last byte
Fetch = Callable[[str], bytes]
Left = Callable[[], float]


def fetch(url: str, within: float = PATIENCE) -> bytes:
    """What is at an address, if it is there ``within`` seconds. Raises ``UnavailableError``."""
    left = partial(_left, time.monotonic() + within)
    opener = urllib.request.build_opener(_Straight, _Plain(left), _Secure(left))
    try:
        with opener.open(url, timeout=within) as answer:
            body: bytes = answer.read(LARGEST + 1)
            if len(body) <= LARGEST and answer.length:  # who reads no more than so much is not told that there is less
                raise IncompleteRead(b"", answer.length)
    except (OSError, HTTPException, ValueError) as error:
        raise UnavailableError(f"The keys at {url} could not be fetched ({type(error).__name__}).") from None
    if len(body) > LARGEST:
        raise UnavailableError(f"What is at {url} is too large to be keys.")
    return body


def _left(until: float) -> float:
    """Seconds until then. Raises ``TimeoutError`` where there are none."""
    seconds = until - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


class _Straight(urllib.request.HTTPRedirectHandler):
    """A redirect could lead from https to anywhere."""

    def redirect_request(self, *_: Any) -> None:
        return None


class _Plain(urllib.request.HTTPHandler):
    def __init__(self, left: Left) -> None:
        super().__init__()
        self._left = left

    def http_open(self, req: urllib.request.Request) -> HTTPResponse:
        return self.do_open(partial(_patient, HTTPConnection, self._left), req)


class _Secure(urllib.request.HTTPSHandler):
    def __init__(self, left: Left) -> None:
        super().__init__()
        self._left = left

    def https_open(self, req: urllib.request.Request) -> HTTPResponse:
        return self.do_open(partial(_patient, HTTPSConnection, self._left), req)


def _patient(kind: type[HTTPConnection], left: Left, host: str, **more: Any) -> HTTPConnection:
    """A connection whose answers are over when no time is left."""
    made = kind(host, **more)
    made.response_class = partial(_Answer, left)  # type: ignore[assignment]
    return made


class _Answer(HTTPResponse):
    def __init__(self, left: Left, sock: socket.socket, *more: Any, **named: Any) -> None:
        super().__init__(sock, *more, **named)
        self.fp = io.BufferedReader(_Timed(sock, self.fp.detach(), left))


class _Timed(io.RawIOBase):
    """What comes from a socket. Its own timeout is for each piece, and somebody may send many."""

    def __init__(self, sock: socket.socket, raw: io.RawIOBase, left: Left) -> None:
        self._sock, self._raw, self._left = sock, raw, left

    def readable(self) -> bool:
        return True

    def readinto(self, room: Any) -> int | None:
        self._sock.settimeout(self._left())
        return self._raw.readinto(room)

    def close(self) -> None:
        self._raw.close()
        super().close()
