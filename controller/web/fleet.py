"""The fleet in lines, with versions: whoever has seen one asks for what changed since.

A line is made anew only when its service's record was replaced, and counts as changed only when it reads otherwise: a
thousand services that were looked at again and found as before change nothing.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from controller.loop.board import Board
from controller.loop.journal import first_place
from controller.loop.status import ServiceStatus
from controller.source.snapshot import Snapshot
from controller.web.fleet_views import FleetRow, FleetView
from controller.web.rows import broken_row, row
from controller.web.showing import broken_view, source_view
from controller.web.views import SourceView
from reconcilers.model import ServiceKey

REMEMBERED = 1000  # of the services that left Git
Elsewhere = Callable[[ServiceStatus], FleetRow | None]


def _unknown(_: ServiceStatus) -> None:
    """There are no others."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line, what it was made from, and the version at which it last changed."""

    status: ServiceStatus | None
    stale: bool
    row: FleetRow
    version: int
    theirs: FleetRow | None = None  # as another replica said it


class Fleet:
    """All lines, as of the last look at the board.

    ``elsewhere`` gives those of services that another replica keeps, where it is known. ``None`` for it: only what is
    kept here has a line, which is what the other replicas ask for.
    """

    def __init__(
        self, board: Board, now: Callable[[], float], elsewhere: Elsewhere | None = _unknown, *, acting: bool
    ) -> None:
        self._board = board
        self._now = now
        self._elsewhere = elsewhere
        self._acting = acting
        self._lock = threading.Lock()
        self._first = self._version = first_place(now())
        self._lines: dict[ServiceKey, _Line] = {}
        self._gone: dict[ServiceKey, int] = {}
        self._source: SourceView | None = None
        self._read = False

    def view(self, after: int | None = None) -> FleetView:
        """All lines, or those that changed after version ``after``. All, too, where this process never had that
        version, or had not read Git by then.
        """
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
        statuses = {status.wanted.key: status for status in self._board.services() if self._tells(status)}
        next_version = self._version + 1
        broken = snapshot if self._elsewhere is not None else None  # every replica knows of those
        changed = [*self._changes(statuses, snapshot, next_version), *self._broken(statuses, broken, next_version)]
        known = statuses.keys() | (broken.spoiled.keys() if broken is not None else set())
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
        if snapshot is not None and not self._read:
            # Who asked before knows a fleet from another process, of which nobody here can say what left it.
            self._read, self._first = True, self._version
        return source

    def _tells(self, status: ServiceStatus) -> bool:
        return status.kept_by is None or self._elsewhere is not None

    def _changes(
        self, statuses: dict[ServiceKey, ServiceStatus], snapshot: Snapshot | None, version: int
    ) -> Iterator[ServiceKey]:
        for key, status in statuses.items():
            stale = snapshot is not None and key in snapshot.stale
            theirs = self._elsewhere(status) if self._elsewhere is not None else None
            line = self._lines.get(key)
            if line is not None and line.status is status and line.stale == stale and line.theirs is theirs:
                continue
            if self._put(key, _Line(status, stale, theirs or row(status, stale=stale), version, theirs)):
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
            line = replace(line, version=before.version)
        self._lines[key] = line
        return before is None or before.version != line.version
