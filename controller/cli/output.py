"""How commands speak: a table for people, JSON for machines, errors as two sentences and exit code 1."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated, Any

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table
from rich.text import Text

from controller.web.client import DaemonError


class Form(StrEnum):
    """How an answer is written."""

    TABLE = "table"
    JSON = "json"


FORM = Annotated[Form, typer.Option("--format", help="How the answer is written.")]

_COLOURS = {
    "in-sync": "green",
    "healthy": "green",
    "done": "green",
    "progressing": "cyan",
    "active": "cyan",
    "waiting": "cyan",
    "outdated": "yellow",
    "drifted": "yellow",
    "differs": "yellow",
    "pending": "bright_black",
    "held": "red",
    "blocked": "red",
    "degraded": "red",
    "failed": "red",
    "missing": "red",
}


def console() -> Console:
    """Standard output; colours only on a terminal, and none where NO_COLOR says so."""
    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())


def state(word: str) -> Text:
    """A state's word in its colour."""
    return Text(word, style=_COLOURS.get(word, ""))


def table(headings: Sequence[str], rows: Sequence[Sequence[str | Text]]) -> Table:
    """Plain columns, fit for a terminal and for grep."""
    made = Table(*headings, box=None, pad_edge=False, header_style="bold", padding=(0, 3, 0, 0))
    for row in rows:
        made.add_row(*row)
    return made


def print_json(answer: Any) -> None:
    """An answer as JSON, names as the API has them."""
    typer.echo(json.dumps(_plain(answer), indent=2, ensure_ascii=False))


@contextmanager
def failing_clearly(*known: type[Exception]) -> Iterator[None]:
    """End with exit code 1 and the error's own words, without a traceback."""
    caught: tuple[type[Exception], ...] = (DaemonError, *known)
    try:
        yield
    except caught as error:
        typer.echo(f"trueup: {_words(error)}", err=True)
        raise typer.Exit(1) from None


def _words(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename} cannot be read: {error.strerror}."
    return str(error)


def _plain(answer: Any) -> Any:
    if isinstance(answer, BaseModel):
        return answer.model_dump(by_alias=True, mode="json")
    return [_plain(each) for each in answer] if isinstance(answer, list | tuple) else answer
