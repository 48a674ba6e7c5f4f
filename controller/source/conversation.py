"""Frames to a child process and back over its pipes, with an end to waiting and to what is believed of it."""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
from typing import Any

from controller.source.render_child import LENGTH, packed

_AT_ONCE = 64 * 1024


class Conversation:
    """One question and answer at a time with a child whose standard input and output are pipes.

    `most` bounds an answer, in bytes. Both methods take a `deadline` on the monotonic clock and raise TimeoutError
    past it, and EOFError or another OSError where the child is gone; an answer that is none raises ValueError.
    """

    def __init__(self, child: subprocess.Popen[bytes], most: int) -> None:
        if child.stdin is None or child.stdout is None:
            raise ValueError("The child has no pipes")
        self._to, self._from, self._most = child.stdin.fileno(), child.stdout.fileno(), most
        os.set_blocking(self._to, False)
        os.set_blocking(self._from, False)

    def say(self, message: Any, deadline: float) -> None:
        """Send a message of plain data."""
        rest = memoryview(packed(message))
        while rest:
            _wait(self._to, select.POLLOUT, deadline)
            rest = rest[os.write(self._to, rest[:_AT_ONCE]) :]

    def hear(self, deadline: float) -> Any:
        """Receive a message."""
        (length,) = LENGTH.unpack(self._read(LENGTH.size, deadline))
        if length > self._most:
            raise ValueError(f"An answer of {length} bytes")
        return json.loads(self._read(length, deadline))

    def _read(self, wanted: int, deadline: float) -> bytes:
        parts = bytearray()
        while len(parts) < wanted:
            _wait(self._from, select.POLLIN, deadline)
            part = os.read(self._from, min(wanted - len(parts), _AT_ONCE))
            if not part:
                raise EOFError("The child ended")
            parts += part
        return bytes(parts)


def _wait(pipe: int, event: int, deadline: float) -> None:
    poll = select.poll()
    poll.register(pipe, event)
    if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
        raise TimeoutError("The child did not answer")
