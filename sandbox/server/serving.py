"""Starting and stopping door two."""

import logging
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from sandbox.answering import Answering
from sandbox.server.admin import PREFIX, Admin
from sandbox.server.front import Front
from sandbox.server.http import Listener
from sandbox.server.permissions.guard import Guard, Policies
from sandbox.server.tally import Tally
from sandbox.wire.messages import Request, Response

_log = logging.getLogger(__name__)
# How often the world moves on by itself, in seconds of the host: often enough to watch, too seldom to cost anything.
TICK = 0.2


def serve(
    world: Answering,
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    traffic: Callable[[], Any] | None = None,
    policies: Policies | None = None,
) -> "Server":
    """Serve ``world`` on ``host`` and ``port`` (0: a free one) in threads of this process, until ``stop``.

    ``traffic`` is what ``/_sandbox/traffic`` answers. ``policies``: who may do only what, as ``Guard`` takes it.

    ``OSError`` when the address cannot be had, ``PolicyError`` when a policy is not understood.
    The world moves on between calls, too, as its clock says.
    """
    return Server(world, (host, port), traffic, Guard(policies))


class Server:
    """A running door two; a context manager that stops it."""

    def __init__(
        self,
        world: Answering,
        address: tuple[str, int],
        traffic: Callable[[], Any] | None = None,
        guard: Guard | None = None,
    ) -> None:
        guard = guard or Guard()
        front = Front(world, guard)
        admin = Admin(world, front.calls, guard, traffic)
        self._world = world
        self._calls = front.calls
        self._stopping = threading.Event()

        def handle(request: Request) -> Response:
            return admin.handle(request) if request.path.startswith(PREFIX) else front.handle(request)

        self._listener = Listener(address, handle)
        shown = f"[{address[0]}]" if ":" in address[0] else address[0]
        self.url = f"http://{shown}:{self._listener.server_port}"
        self._threads = [
            threading.Thread(target=self._listener.serve_forever, args=(0.1,), name="sandbox-http", daemon=True),
            threading.Thread(target=self._tick, name="sandbox-clock", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    @property
    def calls(self) -> Tally:
        """How often each operation was called at this door."""
        return self._calls

    def stop(self) -> None:
        """Stop listening, hang up, and wait for the threads; a second call does nothing."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._listener.shutdown()
        self._listener.server_close()
        self._listener.hang_up()
        for thread in self._threads:
            thread.join(timeout=10)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _tick(self) -> None:
        while not self._stopping.wait(TICK):
            try:
                self._world.run()
            except Exception:  # noqa: BLE001 - the next call shows it to whoever asked
                _log.exception("the world could not move on")
