"""What is wrong with a commit, said so that a person can put it right: where, what, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reconcilers.excerpt import excerpt

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong at one place of a commit.

    `file` is the path inside the repository; `line` and `column` count from 1 and are None where a problem is about the
    whole file. `message` and `remedy` are sentences; the full stop after the message may be left out. Problems sort
    by place. What is longer than an excerpt is cut to one: who writes a commit chooses how long its names are.
    """

    file: str
    line: int | None
    column: int | None
    message: str
    remedy: str
    severity: Severity = "error"

    def __post_init__(self) -> None:
        for name in ("file", "message", "remedy"):
            object.__setattr__(self, name, excerpt(getattr(self, name)))

    def __str__(self) -> str:
        """Give `desired/prod/app.yaml:12:7: What is wrong. What to do`, which editors and terminals can jump to."""
        return f"{self.place}: {_sentence(self.message)}{f' {self.remedy}' if self.remedy else ''}"

    def __lt__(self, other: Problem) -> bool:
        return self._order < other._order

    @property
    def place(self) -> str:
        """`file`, `file:line` or `file:line:column`, as far as it is known."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)

    @property
    def _order(self) -> tuple[str, int, int, str, str, str]:
        return (self.file, self.line or 0, self.column or 0, self.severity, self.message, self.remedy)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."
