"""One question to another replica over HTTP."""

import time
from collections.abc import Callable
from http.client import HTTPException
from typing import Any

import urllib3
from pydantic import ValidationError
from urllib3.exceptions import HTTPError

from controller.timed import over, timed, until
from controller.web.refusals import Code, Refusal

HEADER = "x-trueup-neighbour"  # which replica is meant; who reads it asks no further
MOST = 16 << 20  # bytes of an answer: a thousand services, whole, are five million
_PIECE = 1 << 16
MISDIRECTED = 421


class NoAnswerError(Exception):
    """There is no answer that could be used. The words name no address."""


class NotTheirsError(NoAnswerError):
    """It answers well, and does not keep what it was asked for, or does not know it, or not yet."""


class Wire:
    """Asks over kept connections, for several threads. ``monotonic``: seconds that only go forward."""

    def __init__(self, version: str, monotonic: Callable[[], float] = time.monotonic, most: int = MOST) -> None:
        self._monotonic = monotonic
        self._headers = {"user-agent": f"trueup/{version}"}
        self._most = most
        self._pools = timed(urllib3.PoolManager(num_pools=10, maxsize=4, retries=False))

    def __call__(self, address: str, meant: str, path: str, within: float) -> bytes:
        """What the replica ``meant`` answers to ``GET /api/v1/path``. Raises ``NoAnswerError``."""
        try:
            with over(until(self._monotonic() + within, self._monotonic)):
                response = self._pools.request(
                    "GET",
                    f"{address}/api/v1/{path}",
                    headers={**self._headers, HEADER: meant},
                    timeout=urllib3.Timeout(total=within),
                    redirect=False,
                    preload_content=False,
                    decode_content=False,
                )
        except (HTTPError, HTTPException, OSError, ValueError) as error:
            raise NoAnswerError(type(error).__name__) from None
        return self._answer(response)

    def close(self) -> None:
        """Let the kept connections go."""
        self._pools.clear()

    def _answer(self, response: urllib3.BaseHTTPResponse) -> bytes:
        whole = False
        try:
            body = self._read(response)
            whole = True
        except (HTTPError, HTTPException, OSError, ValueError) as error:
            raise NoAnswerError(type(error).__name__) from None
        finally:
            if whole:
                response.release_conn()
            else:
                response.close()
        if response.status in (404, MISDIRECTED) or (response.status == 503 and _not_read(body)):
            raise NotTheirsError(str(response.status))
        if response.status != 200:
            raise NoAnswerError(f"HTTP {response.status}")
        return body

    def _read(self, response: urllib3.BaseHTTPResponse) -> bytes:
        pieces: list[bytes] = []
        while piece := response.read1(_PIECE):
            pieces.append(piece)
            if sum(map(len, pieces)) > self._most:
                raise ValueError
        return b"".join(pieces)


def _not_read(body: bytes) -> bool:
    """Whether it says that it has not read Git yet."""
    try:
        return Refusal.model_validate_json(body).code is Code.NOT_READ_YET
    except ValidationError:
        return False


Ask = Callable[[str, str, str, float], bytes]


def nobody(*_: Any) -> bytes:
    """Where there is nobody to ask."""
    raise NoAnswerError("nobody")
