"""A channel's ledgers on disk: what was told last, known again by the next process on the same disk, and by it alone.

Written within a moment of a receiver's answer, and so what closes the gap between that answer and AWS's tag. With it
stands what waits to be told and is in nobody else's record: a drift that came and went, an order.
"""

import fcntl
import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

from pydantic import TypeAdapter, ValidationError

from controller.loop.facts import Fact
from controller.notify.ledger import Entry, Ledger
from controller.notify.writing import read, written
from reconcilers.model import ServiceKey

_FACTS = TypeAdapter(tuple[Fact, ...])
SOURCE = "source"  # where a service's key would stand, of what happened to the repository


class Book:
    """One channel's file. ``path`` is ``None`` where another process keeps that disk: then nothing is kept.

    A file that cannot be read or written is one that is not there: AWS's tags are the record that counts.
    """

    def __init__(self, path: Path | None, close: Callable[[], None] = lambda: None) -> None:
        self._path = path
        self.close = close  # the shelf's: it is kept for as long as one of its books is
        self._told = dict(_kept(path)) if path is not None else {}  # as it is written: the file is written whole

    def ledger(self, key: ServiceKey | None) -> Ledger:
        """What is kept of a service, or of the repository."""
        return read(self._told.get(_name(key), "")).ledger

    def waiting(self, key: ServiceKey | None) -> tuple[Fact, ...]:
        """What was still to be told of it; nothing where that cannot be read."""
        with suppress(ValidationError):
            return _FACTS.validate_json(self._told.get(_waiting(key), "[]"))
        return ()

    def keep(self, key: ServiceKey | None, ledger: Ledger, waiting: tuple[Fact, ...] = ()) -> None:
        """Keep both, whole or not at all."""
        self._told[_name(key)] = written(Entry(ledger))
        self._wait(key, waiting)
        self._write()

    def note(self, key: ServiceKey | None, waiting: tuple[Fact, ...]) -> None:
        """Keep what waits, where that is something new."""
        if self._wait(key, waiting):
            self._write()

    def _wait(self, key: ServiceKey | None, waiting: tuple[Fact, ...]) -> bool:
        name, text = _waiting(key), _FACTS.dump_json(waiting).decode() if waiting else None
        before = self._told.pop(name, None)
        if text is not None:
            self._told[name] = text
        return text != before

    def _write(self) -> None:
        if self._path is not None:
            with suppress(OSError):
                _replace(self._path, json.dumps(self._told))


class Shelf:
    """The folder of all channels' books. ``holder`` names this installation: the same after a restart on this disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock: IO[str] | None = None
        with suppress(OSError):
            folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # as the mirror's would make it
            folder.mkdir(mode=0o700, exist_ok=True)
            self._lock = _locked(folder / "lock")
        self.holder = _holder(folder / "holder") if self._lock is not None else secrets.token_hex(3)

    def book(self, channel: str) -> Book:
        return Book(self._folder / f"{channel}.json" if self._lock is not None else None, self.close)

    def close(self) -> None:
        """Let another process have it."""
        if self._lock is not None:
            self._lock.close()


def _locked(path: Path) -> IO[str] | None:
    """The file, locked until it is closed or the process ends; ``None`` where another process has it."""
    file = path.open("a", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def _holder(path: Path) -> str:
    with suppress(OSError, UnicodeDecodeError):
        known = path.read_text("utf-8").strip()
        if len(known) == 6 and known.isalnum():
            return known
    made = secrets.token_hex(3)
    with suppress(OSError):
        _replace(path, made)
    return made


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    beside = path.with_suffix(".new")
    beside.write_text(text, "utf-8")
    beside.replace(path)


def _kept(path: Path) -> Iterator[tuple[str, str]]:
    found: object = None
    with suppress(OSError, ValueError):
        found = json.loads(path.read_text("utf-8"))
    if isinstance(found, dict):
        for name, text in found.items():
            if isinstance(text, str):
                yield name, text


def _waiting(key: ServiceKey | None) -> str:
    return f"{_name(key)} waiting"


def _name(key: ServiceKey | None) -> str:
    return SOURCE if key is None else str(key)
