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
    from controller.cli.planned import Planned, as_json, markdown, text
    from controller.wiring import reconciler
    from reconcilers.outcome import Retry, Stalled

    snapshot = read(root, path)
    chosen = {key: wanted for key, wanted in sorted(snapshot.services.items()) if service in ("", str(key))}
    if service and not chosen:
        typer.echo(f"trueup: no sound manifest names {service}. trueup validate says what is wrong.", err=True)
        raise typer.Exit(1)
    planner = reconciler(version("trueup"), endpoint_url, time.time)
    plans, failed = {}, {}
    for key, wanted in chosen.items():
        try:
            plans[key] = planner.preview(wanted)
        except (Retry, Stalled) as error:
            failed[key] = str(error)
    planned = Planned(plans, () if service else snapshot.problems, failed)
    forms = {PlanForm.TEXT: text, PlanForm.JSON: as_json, PlanForm.MARKDOWN: markdown}
    typer.echo(forms[form](planned))
    raise typer.Exit(1 if planned.broken else 2 if planned.changes else 0)
