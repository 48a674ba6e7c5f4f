"""Drawing the same screen again and again without a flicker, and giving the terminal back as it was."""

import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TextIO

HOME, REST_OF_LINE, REST_OF_SCREEN = "\x1b[H", "\x1b[K", "\x1b[J"
ENTER, LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"  # another screen, without a cursor
BEGIN, END = "\x1b[?2026h", "\x1b[?2026l"  # a terminal that knows these shows all between them at once


def painted(lines: list[str], foot: str, height: int) -> str:
    """One frame: over what is there, line by line, nothing cleared before. What is too much is counted instead."""
    room = max(1, height - 2)
    if len(lines) > room:
        lines = [*lines[: room - 1], f"... {len(lines) - room + 1} more lines"]
    shown = [*lines, "", foot]
    return BEGIN + HOME + "\r\n".join(f"{line}{REST_OF_LINE}" for line in shown) + REST_OF_SCREEN + END


class Painter:
    """Paints on ``terminal``, a screen of its own while the block lasts. ``resized`` is called on a new size."""

    def __init__(self, terminal: TextIO, resized: Callable[[], None]) -> None:
        self._terminal = terminal
        self._resized = resized

    def paint(self, text: str, foot: str) -> None:
        """Show ``text``, and ``foot`` below it."""
        height = shutil.get_terminal_size().lines
        self._write(painted(text.rstrip("\n").split("\n"), foot, height))

    @contextmanager
    def screen(self) -> Iterator["Painter"]:
        """Take the screen, and give it back whatever happens: Ctrl-C and SIGTERM end the block as exceptions do."""
        before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGWINCH)}
        signal.signal(signal.SIGTERM, _ended)
        signal.signal(signal.SIGWINCH, lambda *_: self._resized())
        try:
            self._write(ENTER)
            yield self
        finally:
            self._write(LEAVE)
            for each, handler in before.items():
                signal.signal(each, handler)

    def _write(self, text: str) -> None:
        self._terminal.write(text)
        self._terminal.flush()


def _ended(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
