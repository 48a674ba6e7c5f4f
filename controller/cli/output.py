"""How commands speak: for people or for machines on standard output, errors as two sentences elsewhere.

What machines get are the API's own records, with the API's names, and nothing else is written beside them.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated, Any, assert_never

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.text import Text

from controller.cli.clean import clean, hides, spelled
from controller.cli.screen import Screen
from controller.web.client import DaemonError, NoDaemonError


class Form(StrEnum):
    """How an answer is written."""

    TABLE = "table"
    WIDE = "wide"
    JSON = "json"
    YAML = "yaml"
    NAME = "name"


FORM = Annotated[
    Form,
    typer.Option("--output", "-o", "--format", help="For people: table, wide. For programs: json, yaml, name."),
]

REFUSED, DIFFERS, NOBODY = 1, 2, 3  # exit codes: the answer is no; something differs; nobody answers

_COLOURS = {
    "in-sync": "green",
    "healthy": "green",
    "done": "green",
    "succeeded": "green",
    "progressing": "cyan",
    "active": "cyan",
    "running": "cyan",
    "waiting": "cyan",
    "outdated": "yellow",
    "drifted": "yellow",
    "differs": "yellow",
    "stopping": "yellow",
    "pending": "bright_black",
    "held": "red",
    "blocked": "red",
    "degraded": "red",
    "failed": "red",
    "stopped": "red",
    "rolled-back": "red",
    "missing": "red",
}


def console() -> Console:
    """Standard output for whoever draws as it goes: colours only on a terminal, and none where NO_COLOR says so."""
    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())


def state(word: str) -> Text:
    """A state's word in its colour."""
    return Text(word, style=_COLOURS.get(word, ""))


def for_machines(form: Form) -> bool:
    """Whether programs read it."""
    return form not in (Form.TABLE, Form.WIDE)


def written(answer: Any, form: Form, *, line: bool = False) -> str:
    """An answer for machines. ``line``: as one of several that follow each other, JSON a line, YAML a document each."""
    match form:
        case Form.YAML:
            return _yaml(plain(answer), line=line)
        case Form.NAME | Form.TABLE | Form.WIDE:
            return "".join(f"{each}\n" for each in answer)
        case Form.JSON:
            indent = None if line else 2
            return f"{spelled(json.dumps(plain(answer), indent=indent, ensure_ascii=_only_ascii()))}\n"
        case _:
            assert_never(form)


def say(text: str) -> None:
    """Write to standard output, whatever its encoding, now. Colours are in ``text`` only where they are wanted."""
    typer.echo(text, nl=False, color=True)


@contextmanager
def failing_clearly(*known: type[Exception]) -> Iterator[None]:
    """End with the error's own words and its exit code, without a traceback: 3 where nobody answers, 1 otherwise."""
    caught: tuple[type[Exception], ...] = (DaemonError, *known)
    try:
        yield
    except BrokenPipeError:
        raise  # whoever read has read enough, which is no error of ours to be told
    except caught as error:
        complain(_words(error))
        raise typer.Exit(NOBODY if isinstance(error, NoDaemonError) else REFUSED) from None


def complain(text: str) -> None:
    """Write a sentence to standard error."""
    typer.echo(f"trueup: {clean(text)}", err=True)


def plain(answer: Any) -> Any:
    """An answer as JSON knows it."""
    if isinstance(answer, BaseModel):
        return answer.model_dump(by_alias=True, mode="json")
    return [plain(each) for each in answer] if isinstance(answer, list | tuple) else answer


def _words(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename} cannot be read: {error.strerror}."
    return str(error)


def _yaml(answer: Any, *, line: bool) -> str:
    import yaml

    def dumped(*, unicode: bool) -> str:
        return yaml.safe_dump(answer, sort_keys=False, allow_unicode=unicode, explicit_start=line, width=120)

    text = dumped(unicode=not _only_ascii())
    return dumped(unicode=False) if hides(text) else text


def _only_ascii() -> bool:
    return not Screen.here().unicode
