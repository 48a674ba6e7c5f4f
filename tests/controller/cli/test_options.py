"""A record's fields as a command's flags."""

from dataclasses import dataclass, field
from typing import Annotated

import typer
from typer.testing import CliRunner

from controller.cli.options import flags_of


@dataclass(frozen=True, slots=True)
class Record:
    place: Annotated[str, typer.Option(help="Where.", envvar="SOME_PLACE")]
    times: Annotated[int, typer.Option(help="How often.")] = 2
    secret: Annotated[str | None, typer.Option(envvar="SOME_SECRET")] = field(default=None, repr=False)


app = typer.Typer()


@app.command()
@flags_of(Record)
def show(record: Record, loud: Annotated[bool, typer.Option()] = False) -> None:
    typer.echo(f"{record} {record.secret} {loud}")


def said(*arguments: str, **environment: str) -> str:
    return CliRunner().invoke(app, list(arguments), env=environment).output.strip()


def test_a_flag_fills_its_field() -> None:
    assert said("--place", "here", "--times", "3") == "Record(place='here', times=3) None False"


def test_a_variable_fills_its_field() -> None:
    assert said(SOME_PLACE="there", SOME_SECRET="x") == "Record(place='there', times=2) x False"


def test_a_flag_wins_over_its_variable() -> None:
    assert said("--place", "here", SOME_PLACE="there").startswith("Record(place='here'")


def test_a_field_without_a_default_is_required() -> None:
    assert "--place" in said()


def test_the_commands_own_flags_stay() -> None:
    assert said("--place", "here", "--loud").endswith("True")
