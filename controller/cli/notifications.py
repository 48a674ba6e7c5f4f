"""``trueup notifications``: whether the file is right, and whether each channel hears us."""

import json
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from controller.notify.courier import Channel

app = typer.Typer(
    help="Who is told what happens: check FILE, with --send-test also whether each channel hears.", no_args_is_help=True
)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="The file that the daemon is given as --notifications.")],
    repository: Annotated[
        str, typer.Option(help="URL of the Git repository.", envvar="TRUEUP_REPOSITORY", show_envvar=True)
    ] = "",
    send_test: Annotated[bool, typer.Option("--send-test", help="Send every channel a test message.")] = False,
) -> None:
    """Check the file as the daemon would: exit 0 if all is well, 1 if not, every problem with its place."""
    from controller.notify.building import configured
    from controller.rules.reading import MisconfiguredError

    try:
        found, channels = configured(file, repository)
    except MisconfiguredError as error:
        for problem in error.problems:
            typer.echo(f"{problem.severity}: {problem}", err=True)
        raise typer.Exit(1) from None
    for each in found.channels:
        typer.echo(f"{each.name}: {each.kind}")
    failed = [each.name for each in channels if not _sent(each)] if send_test else []
    raise typer.Exit(1 if failed else 0)


@app.command()
def schema() -> None:
    """Print the JSON Schema of the file, for editors."""
    from controller.notify.configuration import schema

    typer.echo(json.dumps(schema(), indent=2, ensure_ascii=False))


def _sent(channel: "Channel") -> bool:
    """Whether the channel took a message. A commit is shown nothing that is not so: there, only access is tried."""
    from controller.notify.client import HttpClient
    from controller.notify.told import Later, Refused

    try:
        channel.voice.test(HttpClient(version("trueup")), time.time())
    except (Later, Refused) as error:
        typer.echo(f"{channel.name}: not taken: {error.reason}", err=True)
        return False
    typer.echo(f"{channel.name}: taken")
    return True
