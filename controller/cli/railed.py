"""Guard rails on the command line: what they refuse of files, as problems of the files."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from controller.cli.clean import clean

if TYPE_CHECKING:
    from controller.source.problem import Problem
    from reconcilers.guard_rails.rails import GuardRails
    from reconcilers.model import Service, ServiceKey

GUARD_RAILS = Annotated[
    Path | None,
    typer.Option(
        dir_okay=False,
        metavar="FILE",
        help="Hold services against the operator's guard rails, too.",
        envvar="TRUEUP_GUARD_RAILS",
        show_envvar=True,
    ),
]


def rails_of(file: Path | None) -> "GuardRails | None":
    """What a file allows, exit code 1 with every problem where it cannot be used; ``None`` where none is named."""
    from controller.rules.guard_rails import guard_rails
    from controller.rules.reading import MisconfiguredError

    try:
        return guard_rails(file)
    except MisconfiguredError as error:
        for problem in error.problems:
            typer.echo(clean(f"{problem.severity}: {problem}"), err=True)
        raise typer.Exit(1) from None


def refused(rails: "GuardRails | None", services: "Mapping[ServiceKey, Service]") -> "tuple[Problem, ...]":
    """What the rails refuse of services, each as a problem of its manifest."""
    from controller.source.problem import Problem
    from reconcilers.guard_rails import judging

    found = (
        Problem(each.source, None, None, f"{finding.code}: {finding.message}", finding.remedy)
        for each in services.values()
        for finding in judging.findings(rails, each, each.task_definition)
    )
    return tuple(sorted(dict.fromkeys(found)))
