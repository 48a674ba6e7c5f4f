"""``trueup validate``, ``render`` and ``schema``: files alone, nobody is asked."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from controller.cli.clean import clean, spelled
from controller.cli.completing import services_in_files
from controller.cli.output import FORM, Form, failing_clearly, for_machines, say, written
from controller.cli.railed import GUARD_RAILS, rails_of, refused

if TYPE_CHECKING:
    from controller.source.problem import Problem
    from controller.source.snapshot import Snapshot

ROOT = Annotated[Path, typer.Argument(help="Folder that holds the repository's files.")]
FOLDER = Annotated[
    str, typer.Option("--path", help="Folder in it that holds the manifests.", envvar="TRUEUP_PATH", show_envvar=True)
]
STRICT = Annotated[bool, typer.Option("--strict", help="Let warnings fail, too.")]


def validate(
    root: ROOT = Path(),
    path: FOLDER = "desired",
    strict: STRICT = False,
    guard_rails: GUARD_RAILS = None,
    form: FORM = Form.TABLE,
) -> None:
    """Check manifests and charts as the daemon would: exit 0 if all is well, 1 if not, every problem with its place."""
    rails, snapshot = rails_of(guard_rails), read(root, path)
    snapshot = replace(snapshot, problems=(*snapshot.problems, *refused(rails, snapshot.services)))
    if form is Form.NAME:
        say(written(map(str, sorted(snapshot.services)), form))
    elif for_machines(form):
        say(written(_answer(snapshot), form))
    else:
        told(snapshot.problems)
        typer.echo(_summary(snapshot))
    raise typer.Exit(1 if snapshot.errors or (strict and snapshot.problems) else 0)


def render(
    service: Annotated[
        str, typer.Argument(help="environment/name; all services if left out.", autocompletion=services_in_files)
    ] = "",
    root: Annotated[Path, typer.Option("--root", help="Folder that holds the repository's files.")] = Path(),
    path: FOLDER = "desired",
) -> None:
    """Print the task definitions that would be registered, as JSON: one object, or a list where no SERVICE is named."""
    snapshot = read(root, path)
    rendered = {str(key): wanted.task_definition for key, wanted in sorted(snapshot.services.items())}
    if service and service not in rendered:
        told(snapshot.problems)
        known = ", ".join(rendered) or "none"
        typer.echo(f"trueup: there is no sound service {service}. Those that render: {known}.", err=True)
        raise typer.Exit(1)
    chosen = rendered[service] if service else list(rendered.values())
    typer.echo(spelled(json.dumps(chosen, indent=2, ensure_ascii=False)))
    if not service and snapshot.errors:
        told(snapshot.errors)
        raise typer.Exit(1)


def schema(
    guard_rails: Annotated[bool, typer.Option("--guard-rails", help="Of the file of guard rails instead.")] = False,
) -> None:
    """Print the JSON Schema of a manifest, for editors: yaml-language-server completes and checks with it."""
    from controller.rules.guard_rails import schema
    from controller.source.schema import manifest_schema

    typer.echo(json.dumps(schema() if guard_rails else manifest_schema(), indent=2, ensure_ascii=False))


def read(root: Path, path: str, commit: str = "") -> "Snapshot":
    """What the files say should run; exit code 1 where they cannot be read. ``commit``: the one that holds them, empty
    where none does or nobody is told of it.
    """
    from controller.source.load import FolderFiles, load_snapshot
    from controller.source.rendering import ChildRenderer
    from reconcilers.model import Revision

    with failing_clearly(OSError):
        return load_snapshot(FolderFiles(root), Revision(commit, None), ChildRenderer(), path)


def told(problems: "Iterable[Problem]") -> None:
    """Whatever a manifest says, in an error's words, it cannot say to the terminal."""
    for problem in problems:
        typer.echo(clean(f"{problem.severity}: {problem}"), err=True)


def _summary(snapshot: "Snapshot") -> str:
    errors = len(snapshot.errors)
    counts = {"service": len(snapshot.services), "error": errors, "warning": len(snapshot.problems) - errors}
    return ", ".join(_count(number, noun) for noun, number in counts.items())


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _answer(snapshot: "Snapshot") -> dict[str, object]:
    return {
        "services": [str(key) for key in sorted(snapshot.services)],
        "problems": [
            {
                "file": each.file,
                "line": each.line,
                "column": each.column,
                "severity": each.severity,
                "message": each.message,
                "remedy": each.remedy,
            }
            for each in snapshot.problems
        ],
    }
