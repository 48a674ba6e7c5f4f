"""The commit that was applied last, kept beside the mirror: what `every` goes on from after a restart.

A file for each remote and branch, of one line. It is replaced whole and reaches the disk before it counts, so that a
process or a machine that dies leaves the one before. What it holds otherwise counts as none; a file that is there and
cannot be read is an error, since without it less would be asked of the next commit. When the branch was last looked at
well is the time of the file itself: a second line would make it none to an earlier version.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from controller.source.git_errors import unusable
from controller.source.remote import Remote

_ID = re.compile(r"([0-9a-f]{40}|[0-9a-f]{64})\n")
_APART = 5.0  # seconds between two notes of a look


class LastApplied:
    """The one commit of a remote's branch below `home`. `read` and `keep` raise SourceError `local`.

    `clock`: seconds since the epoch.
    """

    def __init__(self, home: Path, origin: Remote, clock: Callable[[], float] = time.time) -> None:
        self._place = home / f"{origin.digest}.applied"
        self._clock = clock

    def read(self) -> str | None:
        """Give its id; None where none was ever kept, or what was kept is no commit's id."""
        try:
            found = _ID.fullmatch(self._place.read_text("ascii", "replace"))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise unusable(str(self._place), error) from None
        return found[1] if found else None

    def keep(self, commit: str) -> None:
        """Put it in the place of the one before."""
        if self.read() == commit:
            return
        beside = self._place.with_suffix(".new")
        try:
            with beside.open("w", encoding="ascii") as file:
                file.write(f"{commit}\n")
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._place)
        except OSError as error:
            raise unusable(str(self._place), error) from None

    def looked(self) -> None:
        """Keep that the branch was looked at well just now. A disk that takes no note of it is no error."""
        with suppress(OSError):
            now = self._clock()
            if not 0 <= now - self._place.stat().st_mtime < _APART:
                os.utime(self._place, (now, now))

    def looked_at(self) -> float | None:
        """When that was, never in the future, whatever became of the clock; None where it is not known."""
        try:
            return min(self._place.stat().st_mtime, self._clock())
        except OSError:
            return None
