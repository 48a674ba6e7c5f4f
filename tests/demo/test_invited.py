"""What one may type while the demo stays up."""

import io
import shlex
import shutil
import subprocess

import pytest
from rich.console import Console
from typer.testing import CliRunner

from controller.cli import app
from controller.demo.invited import commands
from controller.demo.teller import Teller

NOBODY = "http://127.0.0.1:1"
LINES = commands(NOBODY, "http://127.0.0.1:2", "file:///tmp/gitops.git", "http://127.0.0.1:3")
VERBS = [line for line in LINES if line.startswith("trueup ")]


def test_get_and_describe_are_named() -> None:
    assert [line.split()[1] for line in VERBS] == ["get", "describe", "history", "events", "logs"]


@pytest.mark.parametrize("line", VERBS)
def test_each_verb_is_understood_as_it_stands_there_and_asks_the_demos_daemon(line: str) -> None:
    told = dict(part.split("=", 1) for part in shlex.split(LINES[0]) if part.startswith("TRUEUP_"))
    said = CliRunner().invoke(app, shlex.split(line)[1:], env=told)
    assert (said.exit_code, f"No daemon answers at {NOBODY}" in said.stderr) == (3, True)


def test_a_shell_finds_trueup_after_the_first_line() -> None:
    shell = shutil.which("sh") or "sh"
    found = subprocess.run(
        [shell, "-c", f"{LINES[0]}\ncommand -v trueup"], capture_output=True, text=True, check=True, env={"PATH": ""}
    )
    assert found.stdout.strip().endswith("/trueup")


def test_where_production_answers_is_told_only_where_it_does() -> None:
    assert "curl http://127.0.0.1:3" in LINES
    assert not any(":3" in line for line in commands(NOBODY, "http://127.0.0.1:2", "file:///tmp/gitops.git"))


def test_what_is_to_be_typed_stays_on_one_line_of_a_narrow_terminal() -> None:
    paper = io.StringIO()
    teller = Teller(Console(file=paper, width=40, force_terminal=True, color_system=None), lively=True)
    teller.typed(LINES[0])
    assert paper.getvalue() == f"  {LINES[0]}\n"
