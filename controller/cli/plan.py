"""``trueup plan``: what would change, against live. Nothing is written."""

import secrets
import time
from dataclasses import replace
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, assert_never

import typer

from controller.cli.completing import services_in_files
from controller.cli.offline import FOLDER, ROOT, read
from controller.cli.output import failing_clearly
from controller.cli.railed import GUARD_RAILS, rails_of, refused

if TYPE_CHECKING:
    from controller.cli.applied import Applied
    from controller.cli.changed import Changed
    from controller.cli.planned import Planned
    from controller.source.snapshot import Snapshot
    from reconcilers.guard_rails.rails import GuardRails


class PlanForm(StrEnum):
    """How a plan is written."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    GITHUB = "github"


FORM = Annotated[
    PlanForm,
    typer.Option(
        "--output", "-o", "--format", help="markdown: a comment on a pull request; github: annotations, and text."
    ),
]
SERVICE = Annotated[str, typer.Option(help="Only this one: environment/name.", autocompletion=services_in_files)]
SINCE = Annotated[
    str, typer.Option("--changed-since", metavar="REF", help="Only services that are otherwise than at REF.")
]
COMMENT = Annotated[
    Path | None, typer.Option(dir_okay=False, metavar="FILE", help="Write the Markdown into this file as well.")
]
FILES_URL = Annotated[
    str, typer.Option(help="Where the files are shown, for links to them.", envvar="TRUEUP_FILES_URL", show_envvar=True)
]


def plan(  # noqa: PLR0913,PLR0917 - a flag each
    root: ROOT = Path(),
    path: FOLDER = "desired",
    service: SERVICE = "",
    changed_since: SINCE = "",
    form: FORM = PlanForm.TEXT,
    comment: COMMENT = None,
    files_url: FILES_URL = "",
    guard_rails: GUARD_RAILS = None,
    endpoint_url: Annotated[
        str | None,
        typer.Option(help="Another AWS: the sandbox.", envvar="TRUEUP_ENDPOINT_URL", show_envvar=True),
    ] = None,
) -> None:
    """Compare files with live AWS and say what the daemon would do: exit 0 nothing, 2 something, 1 error."""
    from controller.cli.besides import besides
    from controller.cli.planned_markdown import markdown
    from controller.source.checkout import committed

    rails, snapshot = rails_of(guard_rails), read(root, path, committed(root))
    if service and service not in map(str, snapshot.services):
        typer.echo(f"trueup: no sound manifest names {service}. trueup validate says what is wrong.", err=True)
        raise typer.Exit(1)
    before = _at(root, path, changed_since, snapshot) if changed_since else None
    found = _of_one(_chosen(snapshot, before), service)
    found = replace(found, problems=(*found.problems, *refused(rails, found.services)))
    planned = _planned(found, rails, endpoint_url, _applied(before, root, path, snapshot))
    if before is not None:
        planned = replace(planned, besides=besides(planned.plans, planned.services, before.services))
    typer.echo(_written(planned, form, root, files_url))
    if comment is not None:
        with failing_clearly(OSError):
            comment.write_text(f"{markdown(planned, files_url)}\n", "utf-8")
    raise typer.Exit(1 if planned.broken else 2 if planned.changes else 0)


def _at(root: Path, path: str, ref: str, now: "Snapshot") -> "Snapshot":
    """What the files said at ``ref``."""
    from controller.source.git_errors import SourceError

    with failing_clearly(SourceError):
        return _read_at(root, path, ref, now)


def _read_at(root: Path, path: str, ref: str, now: "Snapshot") -> "Snapshot":
    from controller.source.checkout import RefFiles
    from controller.source.load import load_snapshot
    from controller.source.rendering import ChildRenderer

    return load_snapshot(RefFiles(root, ref), now.revision, ChildRenderer(), path)


def _applied(before: "Snapshot | None", root: Path, path: str, now: "Snapshot") -> "Applied":
    """What was declared before: at the commit that is named, or else where this one left the default branch."""
    from controller.cli.applied import Applied
    from controller.source.checkout import merge_base

    if before is None:
        return Applied(lambda: _read_at(root, path, merge_base(root), now))
    return Applied(lambda: before, before.services)


def _chosen(snapshot: "Snapshot", before: "Snapshot | None") -> "Changed":
    """What is to be planned: everything, or what is otherwise than it was."""
    from controller.cli.changed import Changed, changed

    if before is None:
        return Changed(dict(sorted(snapshot.services.items())), (), 0, snapshot.problems, 0)
    return changed(before, snapshot)


def _of_one(found: "Changed", service: str) -> "Changed":
    """The same of one service alone, where one is named: the others' problems are not its own."""
    from controller.cli.changed import Changed

    if not service:
        return found
    return Changed({key: each for key, each in found.services.items() if service == str(key)}, (), 0, (), 0)


def _planned(found: "Changed", rails: "GuardRails | None", endpoint_url: str | None, applied: "Applied") -> "Planned":
    from controller.cli.planned import plan_each
    from controller.wiring import reconciler

    preview = reconciler(version("trueup"), endpoint_url, time.time, rails).preview
    planned = plan_each(found.services, preview, found.problems, applied)
    return replace(planned, removed=found.removed, unchanged=found.unchanged, known=found.known)


def _written(planned: "Planned", form: PlanForm, root: Path, files_url: str) -> str:
    from controller.cli.planned import as_json, text
    from controller.cli.planned_annotations import annotations
    from controller.cli.planned_markdown import markdown

    match form:
        case PlanForm.TEXT:
            return text(planned)
        case PlanForm.JSON:
            return as_json(planned)
        case PlanForm.MARKDOWN:
            return markdown(planned, files_url)
        case PlanForm.GITHUB:
            folder = "" if root.is_absolute() or root == Path() else f"{root.as_posix()}/"
            return annotations(planned, folder, secrets.token_hex(16))
        case _:
            assert_never(form)
