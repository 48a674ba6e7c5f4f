"""What is at an address: bounded in time and size, no redirect followed."""

import time
import urllib.request
from collections.abc import Callable
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead
from typing import Any

from controller.timed import Left, TimedAnswer, until
from controller.web.identity.line import UnavailableError

LARGEST = 1_048_576
PATIENCE = 5.0  # seconds for an answer, from the question to its last byte
Fetch = Callable[[str], bytes]


def fetch(url: str, within: float = PATIENCE) -> bytes:
    """What is at an address, if it is there ``within`` seconds. Raises ``UnavailableError``."""
    left = until(time.monotonic() + within)
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
    made.response_class = partial(TimedAnswer, left)  # type: ignore[assignment]
    return made
