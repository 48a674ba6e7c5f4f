"""A terminal to run commands in: a pty of a given size, and what they wrote to it."""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Mapping
from types import TracebackType

from tests.controller.daemons import until

STYLE = re.compile(r"\x1b\[[0-9;]*m")
ROOT_ENVIRONMENT = {"PATH": os.environ.get("PATH", ""), "HOME": "/nonexistent", "PYTHONUNBUFFERED": "1"}


Environment = Mapping[str, str]
USUAL: Environment = {}


class Terminal:
    """``trueup`` with ``arguments`` on a terminal of its own, asking the daemon at ``url``.

    ``size``: its columns and lines. ``told``: what its environment says beside the usual.
    """

    def __init__(self, url: str, *arguments: str, size: tuple[int, int] = (100, 40), told: Environment = USUAL) -> None:
        columns, lines = size
        given = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "TRUEUP_URL": url, **told}
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self._written = bytearray()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "controller.cli", *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=ROOT_ENVIRONMENT | given,
            start_new_session=True,
        )
        os.close(slave)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)
        self._reader.join(10)
        os.close(self._master)

    @property
    def raw(self) -> str:
        """What was written so far, byte by byte."""
        return self._written.decode("utf-8", "replace")

    @property
    def text(self) -> str:
        """What was written so far, without styles."""
        return STYLE.sub("", self.raw).replace("\r\n", "\n")

    def shows(self, words: str, within: float = 20.0) -> "Terminal":
        """Wait until these words were written."""
        until(f"{words!r} on the terminal", lambda: words in self.text, within)
        return self

    def resize(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.process.send_signal(signal.SIGWINCH)  # it has no controlling terminal that would

    def interrupted(self) -> int:
        """Press Ctrl-C. The exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(10)

    def ended(self) -> str:
        """Wait until the command has ended; what it wrote, without styles."""
        self.process.wait(30)
        self._reader.join(10)
        return self.text

    def _read(self) -> None:
        while True:
            try:
                part = os.read(self._master, 65536)
            except OSError:  # the last that had the other side open is gone
                return
            if not part:
                return
            self._written += part
