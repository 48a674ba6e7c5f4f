"""``trueup plan``: what would change, against live. Nothing is written."""

import time
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from controller.cli.offline import FOLDER, ROOT, read


class PlanForm(StrEnum):
    """How a plan is written."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def plan(
    root: ROOT = Path(),
    path: FOLDER = "desired",
    service: Annotated[str, typer.Option(help="Only this one: environment/name.")] = "",
    form: Annotated[PlanForm, typer.Option("--format", help="How it is written.")] = PlanForm.TEXT,
    endpoint_url: Annotated[
        str | None,
        typer.Option(help="Another AWS: the sandbox.", envvar="TRUEUP_ENDPOINT_URL", show_envvar=True),
    ] = None,
) -> None:
    """Compare files with live AWS and say what the daemon would do: exit 0 nothing, 2 something, 1 error."""
    from controller.cli.planned import as_json, markdown, plan_each, text
    from controller.wiring import reconciler

    snapshot = read(root, path)
    chosen = {key: wanted for key, wanted in sorted(snapshot.services.items()) if service in ("", str(key))}
    if service and not chosen:
        typer.echo(f"trueup: no sound manifest names {service}. trueup validate says what is wrong.", err=True)
        raise typer.Exit(1)
    preview = reconciler(version("trueup"), endpoint_url, time.time).preview
    plans = plan_each(chosen, preview, () if service else snapshot.problems)
    forms = {PlanForm.TEXT: text, PlanForm.JSON: as_json, PlanForm.MARKDOWN: markdown}
    typer.echo(forms[form](plans))
    raise typer.Exit(1 if plans.broken else 2 if plans.changes else 0)
