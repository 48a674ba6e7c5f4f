"""HTTP to receivers: bounded in time and in size, nothing followed, nothing repeated by itself."""

import os
import time
from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import Any

import urllib3
from urllib3.exceptions import HTTPError

from controller.notify.proxies import Proxy, proxy_for
from controller.notify.told import Answer, Later, Request
from controller.timed import over, timed, until

CONNECT, READ, WHOLE = 5.0, 10.0, 20.0  # seconds
MOST = 1 << 20  # bytes of an answer that are read
_PIECE = 1 << 14


class HttpClient:
    """For several threads. Certificates are checked against the system's, behind a proxy as well.

    ``environment`` says which proxy leads where, as to any other program.
    """

    def __init__(
        self,
        version: str,
        monotonic: Callable[[], float] = time.monotonic,
        read: float = READ,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self._monotonic = monotonic
        self._headers = {"user-agent": f"trueup/{version}"}
        self._environment = environment
        timeout = urllib3.Timeout(connect=CONNECT, read=read)
        self._bounds: dict[str, Any] = {
            "num_pools": 20,
            "maxsize": 32,  # as many as ask one host at once, which is a thread a channel
            "timeout": timeout,
            "retries": False,
        }
        self._ways: dict[Proxy | None, urllib3.PoolManager] = {None: timed(urllib3.PoolManager(**self._bounds))}

    def __call__(self, request: Request) -> Answer:
        """Ask once. Raises ``Later`` where there was no answer: nobody knows then whether it was heard."""
        try:
            with over(until(self._monotonic() + WHOLE, self._monotonic)):
                response = self._way(proxy_for(request.url, self._environment)).request(
                    request.method,
                    request.url,
                    headers={**self._headers, **request.headers},
                    body=request.body or None,
                    redirect=False,
                    preload_content=False,
                )
            try:
                body = _read(response)
            finally:
                response.close()
        except (HTTPError, HTTPException, OSError, ValueError) as error:
            # The words of the error may hold the address, and the address a secret.
            raise Later(f"no answer ({type(error).__name__})") from None
        return Answer(response.status, {name.lower(): value for name, value in response.headers.items()}, body)

    def _way(self, proxy: Proxy | None) -> urllib3.PoolManager:
        if proxy not in self._ways:
            headers = urllib3.make_headers(proxy_basic_auth=proxy.credentials) if proxy and proxy.credentials else None
            way = urllib3.ProxyManager(proxy.url if proxy else "", proxy_headers=headers, **self._bounds)
            self._ways[proxy] = timed(way)
        return self._ways[proxy]


def _read(response: urllib3.BaseHTTPResponse) -> bytes:
    body = b""
    while len(body) < MOST and (piece := response.read1(_PIECE)):
        body += piece
    return body
