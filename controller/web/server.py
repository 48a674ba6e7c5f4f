"""uvicorn in a thread: started and stopped by the daemon, which owns the signals."""

import socket
import threading

import uvicorn
from fastapi import FastAPI

LAST_ANSWERS = 2  # seconds to finish what is being answered when the daemon ends


class HttpServer:
    """Serves ``app`` on ``host`` and ``port`` (0: a free one, see ``url``) until ``stop``."""

    def __init__(self, app: FastAPI, host: str, port: int) -> None:
        self._socket = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        config = uvicorn.Config(
            app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=LAST_ANSWERS
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
