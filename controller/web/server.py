"""uvicorn in a thread: started and stopped by the daemon, which owns the signals."""

import socket
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import uvicorn
from fastapi import FastAPI

from controller.web.patience import Connection, Crowd, Limits

LAST_ANSWERS = 2  # seconds to finish what is being answered when the daemon ends
WAITING = 128  # connections that wait to be taken: so many may come beyond the limit before it is looked at


class HttpServer:
    """Serves ``app`` on ``host`` and ``port`` (0: a free one, see ``url``) until ``stop``.

    ``let_go`` is told now and then how many clients were let go that were too slow or too many, by the reason.
    """

    def __init__(
        self,
        app: FastAPI,
        host: str,
        port: int,
        limits: Limits | None = None,
        let_go: Callable[[dict[str, int]], None] = lambda _: None,
    ) -> None:
        self._socket = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        # asyncio leaves it out for such a socket; without it each answer on a kept connection waits 40 ms for an ACK.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        protocol: Any = partial(Connection, Crowd(limits or Limits(), let_go))
        config = uvicorn.Config(
            app,
            http=protocol,
            ws="none",
            log_config=None,
            access_log=False,
            lifespan="off",
            backlog=WAITING,
            timeout_graceful_shutdown=LAST_ANSWERS,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="http", daemon=True)

    @property
    def url(self) -> str:
        """Where it answers."""
        host, port = self._socket.getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def start(self) -> None:
        """Answer from now on; what arrives before waits in the socket's queue."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is being answered, for ``LAST_ANSWERS`` seconds at most, and let the port go."""
        self._server.should_exit = True
        self._thread.join(LAST_ANSWERS + 0.5)
        self._socket.close()
