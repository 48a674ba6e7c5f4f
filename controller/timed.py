"""HTTP answers that are over when their time is, from the question to the last byte, the head included.

A socket's own timeout is for each piece, and somebody may send many.
"""

import io
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from http.client import HTTPResponse
from typing import Any, TypeVar

import urllib3

Left = Callable[[], float]
_Pools = TypeVar("_Pools", bound=urllib3.PoolManager)


def until(end: float, monotonic: Callable[[], float] = time.monotonic) -> Left:
    """What tells the seconds that are left until ``end``, and raises ``TimeoutError`` where there are none."""

    def left() -> float:
        seconds = end - monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds

    return left


class TimedAnswer(HTTPResponse):
    """An answer that is read while there is time ``left``."""

    def __init__(self, left: Left, sock: socket.socket, *more: Any, **named: Any) -> None:
        super().__init__(sock, *more, **named)
        self.fp = io.BufferedReader(_Timed(sock, self.fp.detach(), left))


class _Timed(io.RawIOBase):
    def __init__(self, sock: socket.socket, raw: io.RawIOBase, left: Left) -> None:
        self._sock, self._raw, self._left = sock, raw, left

    def readable(self) -> bool:
        return True

    def readinto(self, room: Any) -> int | None:
        each = self._sock.gettimeout()
        left = self._left()
        self._sock.settimeout(left if each is None else min(each, left))
        return self._raw.readinto(room)

    def close(self) -> None:
        self._raw.close()
        super().close()


_of_this_question: ContextVar[Left] = ContextVar("_of_this_question")


@contextmanager
def over(left: Left) -> Iterator[None]:
    """The answer to what is asked in here, of pools that are ``timed``, is over when no time is left."""
    token = _of_this_question.set(left)
    try:
        yield
    finally:
        _of_this_question.reset(token)


def timed(pools: _Pools) -> _Pools:
    """The same, whose questions have to be asked within ``over``."""
    pools.pool_classes_by_scheme = {"http": _Plain, "https": _Secure}
    return pools


def _answer(sock: socket.socket, *more: Any, **named: Any) -> TimedAnswer:
    return TimedAnswer(_of_this_question.get(), sock, *more, **named)


class _PlainConnection(urllib3.connection.HTTPConnection):
    response_class = staticmethod(_answer)  # type: ignore[assignment]


class _SecureConnection(urllib3.connection.HTTPSConnection):
    response_class = staticmethod(_answer)  # type: ignore[assignment]


class _Plain(urllib3.HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _Secure(urllib3.HTTPSConnectionPool):
    ConnectionCls = _SecureConnection
