"""Run one command that cannot outlive its time: it and all that it started end together."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_GRACE = 1.0
_KEPT = 64 << 10  # bytes of what a command says on its error stream: why it failed is said last
_PIECE = 16 << 10


@dataclass(frozen=True, slots=True)
class Completed:
    """What a command answered."""

    code: int
    output: bytes
    errors: bytes


class TimedOutError(Exception):
    """The command had not ended when its time was over; it and its children are gone."""


class Runner:
    """Runs commands one at a time, with no other environment than the given one.

    `stop` may be called from another thread: it ends the running command and lets no other begin.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._stopped = False
        self._running: subprocess.Popen[bytes] | None = None
        self._guard = threading.Lock()

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stopped

    def stop(self) -> None:
        """End the running command, if any, and refuse every later one."""
        with self._guard:
            self._stopped = True
            if self._running is not None:
                _signal(self._running, signal.SIGKILL)

    def run(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        timeout: float,
        stdin: bytes = b"",
        headway: Callable[[bytes], float] = lambda _: 0.0,
    ) -> Completed:
        """Give `stdin` to the command and collect what it says, of its errors the last; `timeout` in seconds.

        Where that is over, `headway` is told the errors so far, and says how many seconds more are worth waiting. It
        goes without `stdin`.

        Raises TimedOutError, and OSError where the command cannot be started at all.
        """
        errors = _Errors()
        try:
            process = self._start(command, environment, errors.sink)
        finally:
            errors.listen()
        try:
            output = _patient(process, stdin, timeout, lambda: headway(errors.last))
        finally:
            with self._guard:
                self._running = None
            _end(process)
            errors.end()
        return Completed(process.returncode, output, errors.last)

    def _start(self, command: Sequence[str], environment: Mapping[str, str], errors: int) -> subprocess.Popen[bytes]:
        with self._guard:
            if self._stopped:
                raise InterruptedError("the daemon is stopping")
            self._running = subprocess.Popen(
                list(command),
                cwd=self._directory,
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
            )
            return self._running


class _Errors:
    """The error stream of a command, read as it comes: whoever fetches for an hour says a lot on it."""

    def __init__(self) -> None:
        self._source, self.sink = os.pipe()
        self._last = bytearray()
        self._reader = threading.Thread(target=self._read, name="errors", daemon=True)

    @property
    def last(self) -> bytes:
        """The last of what was said."""
        return bytes(self._last)

    def listen(self) -> None:
        """Begin to read; only the command may hold the other end from now on."""
        os.close(self.sink)
        self._reader.start()

    def end(self) -> None:
        """Wait for what is on its way. Somebody who left the group may keep the stream open: not for him."""
        self._reader.join(_GRACE)

    def _read(self) -> None:
        with os.fdopen(self._source, "rb", buffering=0) as source:
            while piece := source.read(_PIECE):
                self._last += piece
                del self._last[:-_KEPT]


def _patient(process: subprocess.Popen[bytes], stdin: bytes, timeout: float, headway: Callable[[], float]) -> bytes:
    while True:
        try:
            return process.communicate(stdin, timeout=max(timeout, 0))[0]
        except subprocess.TimeoutExpired:
            timeout = headway()
            if not timeout:
                raise TimedOutError from None


def _end(process: subprocess.Popen[bytes]) -> None:
    """Leave nothing of the command behind: asked first, since git then takes its own children with it."""
    if process.poll() is None:
        _signal(process, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE)
    _signal(process, signal.SIGKILL)
    process.wait()
    for stream in (process.stdin, process.stdout):
        _close(stream)
    # As process 1 of a container this process inherits the orphans of the group, and nobody else would bury them.
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-process.pid, 0)


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _close(stream: IO[bytes] | None) -> None:
    if stream is not None:
        with contextlib.suppress(OSError):
            stream.close()
