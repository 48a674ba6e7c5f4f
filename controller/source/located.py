"""Data that knows where in the repository each of its parts was written, also where a template wrote it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from controller.source.documents import Document
from controller.source.problem import Problem, Severity

PartPath = tuple[str | int, ...]  # the names and indices that lead to a part


@dataclass(frozen=True, slots=True)
class Located:
    """A document, and for the text of a template the file and line that each line of it came from."""

    document: Document
    origins: Sequence[tuple[str, int]] = field(default=(), repr=False)

    @property
    def data(self) -> Mapping[str, Any]:
        """The document's data: dicts, lists, text, numbers, booleans and None."""
        return self.document.data

    def text(self, path: PartPath) -> str | None:
        """Give the text of a scalar as it stands in the file; None for a list, a mapping, or nothing."""
        return self.document.text(path)

    def problem(
        self, path: PartPath, message: str, remedy: str, *, at_key: bool = False, severity: Severity = "error"
    ) -> Problem:
        """Make a problem of the part at `path`, or of what is nearest around where it should be."""
        place = self.document.key_position(path) if at_key else self.document.position(path)
        written = Problem(self.document.file, place.line, place.column, message, remedy, severity)
        return moved(written, self.origins)


def moved(problem: Problem, origins: Sequence[tuple[str, int]]) -> Problem:
    """Give a problem of a template's text its place in the template. The column of the text means nothing there."""
    if problem.line is None or not origins:
        return problem
    file, line = origins[min(problem.line, len(origins)) - 1]
    return Problem(file, line, None, problem.message, problem.remedy, problem.severity)


def dotted(path: PartPath) -> str:
    """Spell a path for people: spec.images.backend, spec.ignore[2]."""
    spelled = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return spelled.removeprefix(".")
