"""The commit that was applied last, as a note in the lease table: what a replica whose disk is new goes on from.

Whichever replica applied a commit writes it. Where one is behind another the older commit may stand there for a while,
and then more is asked of the next, never less.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

from controller.source.git_errors import SourceError
from controller.source.remote import Remote
from reconcilers.outcome import Retry, Stalled

_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class Noted(Protocol):
    """The notes. Each raises ``Retry`` or ``Stalled``."""

    def read(self) -> Mapping[str, str]: ...
    def write(self, name: str, text: str) -> None: ...


class AppliedNote:
    """The one commit of a remote's branch. Every method raises SourceError `unreachable`: unknown is not none."""

    def __init__(self, notes: Noted, origin: Remote) -> None:
        self._notes = notes
        self._name = f"applied/{origin.digest}"
        self._known: str | None = None

    def read(self) -> str | None:
        """Give its id; None where none was ever kept, or what was kept is no commit's id."""
        try:
            said = self._notes.read().get(self._name, "")
        except (Retry, Stalled) as error:
            raise _unanswered(error) from None
        self._known = said
        return said if _ID.fullmatch(said) else None

    def keep(self, commit: str) -> None:
        """Put it in the place of the one before, once."""
        if commit == self._known:
            return
        try:
            self._notes.write(self._name, commit)
        except (Retry, Stalled) as error:
            raise _unanswered(error) from None
        self._known = commit


def _unanswered(error: Retry | Stalled) -> SourceError:
    message = f"The lease table, which keeps the commit that was applied last, cannot be used: {error}."
    return SourceError("unreachable", message, "See that it is there and that Trueup may scan it and write to it.")
