"""What is told where Trueup itself fails at something that a commit holds: what it was, and that it is ours to mend."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from controller.source.git_errors import SourceError
from controller.source.problem import Problem

T = TypeVar("T")
BY_DEFECT = "This could not be compiled because of a defect of Trueup"


def guarded(file: str, do: Callable[[], T]) -> T | tuple[Problem, ...]:
    """Give what `do` gives of `file`; where it fails by a defect, the problem of that. Raises MemoryError only."""
    try:
        return do()
    except MemoryError:  # whatever comes next would fail too
        raise
    except Exception as error:  # noqa: BLE001 - a defect at one file must not keep the rest of a commit away
        return (_unmade(file, error),)


def _unmade(file: str, error: Exception) -> Problem:
    """Make the problem of a file at which Trueup failed. The error's words may hold values: only its kind is told."""
    remedy = "Please report it, with the file if it may be shown. Undoing the file's last change gets round it."
    return Problem(file, None, None, f"{BY_DEFECT} ({type(error).__name__})", remedy)


def unread(error: Exception) -> SourceError:
    """Say that a whole commit could not be read because of us, without the error's words either."""
    message = f"A defect of Trueup ({type(error).__name__}) keeps the newest commit from being read."
    remedy = "Please report it, with what the log says of it. If it began with a commit, reverting that gets round it."
    return SourceError("defect", message, remedy)
