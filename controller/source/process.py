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
        headway: Callable[[], float] = lambda: 0.0,
    ) -> Completed:
        """Give `stdin` to the command and collect what it says; `timeout` in seconds.

        Where that is over, `headway` is asked for how many seconds more are worth waiting. It goes without `stdin`.

        Raises TimedOutError, and OSError where the command cannot be started at all.
        """
        process = self._start(command, environment)
        try:
            output, errors = _patient(process, stdin, timeout, headway)
        finally:
            with self._guard:
                self._running = None
            _end(process)
        return Completed(process.returncode, output, errors)

    def _start(self, command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        with self._guard:
            if self._stopped:
                raise InterruptedError("the daemon is stopping")
            self._running = subprocess.Popen(
                list(command),
                cwd=self._directory,
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
            return self._running


def _patient(
    process: subprocess.Popen[bytes], stdin: bytes, timeout: float, headway: Callable[[], float]
) -> tuple[bytes, bytes]:
    while True:
        try:
            return process.communicate(stdin, timeout=max(timeout, 0))
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
    for stream in (process.stdin, process.stdout, process.stderr):
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
