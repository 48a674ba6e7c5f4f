"""The fleet in lines, with versions: whoever has seen one asks for what changed since.

A line is made anew only when its service's record was replaced, and counts as changed only when it reads otherwise: a
thousand services that were looked at again and found as before change nothing.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from controller.loop.board import Board
from controller.loop.status import ServiceStatus
from controller.source.snapshot import Snapshot
from controller.web.rows import broken_row, row
from controller.web.showing import broken_view, source_view
from controller.web.views import FleetRow, FleetView, SourceView
from reconcilers.model import ServiceKey

REMEMBERED = 1000  # of the services that left Git


@dataclass(frozen=True, slots=True)
class _Line:
    """A line, what it was made from, and the version at which it last changed."""

    status: ServiceStatus | None
    stale: bool
    row: FleetRow
    version: int


class Fleet:
    """All lines, as of the last look at the board."""

    def __init__(self, board: Board, now: Callable[[], float], *, acting: bool) -> None:
        self._board = board
        self._now = now
        self._acting = acting
        self._lock = threading.Lock()
        self._first = self._version = round(now() * 1000)  # later than any that an earlier process gave
        self._lines: dict[ServiceKey, _Line] = {}
        self._gone: dict[ServiceKey, int] = {}
        self._source: SourceView | None = None

    def view(self, after: int | None = None) -> FleetView:
        """All lines, or those that changed after version ``after``; a version that this process never had: all."""
        with self._lock:
            source = self._refresh()
            since = after if after is not None and self._first <= after <= self._version else None
            whole, since = since is None, since or 0
            lines = [line.row for _, line in sorted(self._lines.items()) if line.version > since]
            gone = [str(key) for key, version in self._gone.items() if not whole and version > since]
            return FleetView(
                version=self._version,
                whole=whole,
                now=self._now(),
                rows=tuple(lines),
                removed=tuple(gone),
                source=source,
                acting=self._acting,
            )

    def _refresh(self) -> SourceView:
        snapshot = self._board.snapshot
        statuses = {status.wanted.key: status for status in self._board.services()}
        next_version = self._version + 1
        changed = [*self._changes(statuses, snapshot, next_version), *self._broken(statuses, snapshot, next_version)]
        known = statuses.keys() | (snapshot.spoiled.keys() if snapshot is not None else set())
        left = self._lines.keys() - known
        for key in left:
            del self._lines[key]
            self._gone[key] = next_version
        while len(self._gone) > REMEMBERED:
            del self._gone[next(iter(self._gone))]
        source = source_view(self._board.source, snapshot)
        settled = source.model_copy(update={"good_at": None})  # that Git was asked again is no change
        if changed or left or settled != self._source:
            self._version = next_version
        self._source = settled
        return source

    def _changes(
        self, statuses: dict[ServiceKey, ServiceStatus], snapshot: Snapshot | None, version: int
    ) -> Iterator[ServiceKey]:
        for key, status in statuses.items():
            stale = snapshot is not None and key in snapshot.stale
            line = self._lines.get(key)
            if line is not None and line.status is status and line.stale == stale:
                continue
            if self._put(key, _Line(status, stale, row(status, stale=stale), version)):
                yield key

    def _broken(
        self, statuses: dict[ServiceKey, ServiceStatus], snapshot: Snapshot | None, version: int
    ) -> Iterator[ServiceKey]:
        if snapshot is None:
            return
        for key in snapshot.spoiled.keys() - statuses.keys():
            if self._put(key, _Line(None, True, broken_row(broken_view(key, snapshot)), version)):
                yield key

    def _put(self, key: ServiceKey, line: _Line) -> bool:
        """Keep a line. Whether it reads otherwise than before."""
        self._gone.pop(key, None)
        before = self._lines.get(key)
        if before is not None and before.row == line.row:
            line = _Line(line.status, line.stale, line.row, before.version)
        self._lines[key] = line
        return before is None or before.version != line.version
