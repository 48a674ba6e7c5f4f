"""What the operator can say, and what is never said back."""

import re
from dataclasses import fields

import pytest
from typer.testing import CliRunner, Result

from controller.cli import app
from controller.settings import Settings, transports

SECRETS = {
    "TRUEUP_REPOSITORY": "https://ann:hunter2@git.example/x.git",
    "TRUEUP_GIT_TOKEN": "hunter2",
    "TRUEUP_API_TOKEN": "hunter2",
    "TRUEUP_WEBHOOK_SECRET": "hunter2",
}


def asked(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(app, ["run", *arguments], env={"COLUMNS": "200", "TERM": "dumb", **environment})


@pytest.mark.parametrize("name", [each.name for each in fields(Settings)])
def test_every_setting_is_a_flag_and_a_variable_in_the_help(name: str) -> None:
    said = asked("--help").output
    assert re.search(rf"--{name.replace('_', '-')}\b", said)
    assert f"TRUEUP_{name.upper()}" in said


def test_the_help_says_no_secret_of_the_environment() -> None:
    answer = asked("--help", **SECRETS)
    assert answer.exit_code == 0
    assert "hunter2" not in answer.output


def test_a_wrong_setting_says_no_secret_of_the_environment() -> None:
    answer = asked("--workers", "none", **SECRETS)
    assert answer.exit_code == 2
    assert "hunter2" not in answer.output


def test_settings_print_without_their_secrets() -> None:
    settings = Settings(
        "https://ann:hunter2@git.example/x.git", git_token="hunter2", api_token="hunter2", webhook_secret="hunter2"
    )
    assert "hunter2" not in repr(settings)


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("--workers", "0"),
        ("--port", "65536"),
        ("--poll-interval", "0"),
        ("--sweep-interval", "-1"),
        ("--shift-interval", "0"),
        ("--git-timeout", "0"),
        ("--log-level", "loud"),
        ("--log-format", "xml"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_by_name(flag: str, value: str) -> None:
    answer = asked("--repository", "x", flag, value)
    assert answer.exit_code == 2
    assert flag in answer.output
    assert f"TRUEUP_{flag[2:].upper().replace('-', '_')}" in answer.output


def test_a_repository_must_be_named() -> None:
    answer = asked(TRUEUP_REPOSITORY="")
    assert answer.exit_code == 2
    assert "TRUEUP_REPOSITORY" in answer.output


@pytest.mark.parametrize("flag", ["--git-token", "--api-token", "--webhook-secret"])
def test_a_secret_on_the_command_line_is_refused_since_ps_shows_it(flag: str) -> None:
    answer = asked("--repository", "https://h/x", flag, "hunter2")
    assert answer.exit_code == 2
    assert f"TRUEUP_{flag[2:].upper().replace('-', '_')}" in answer.output
    assert "hunter2" not in answer.output


@pytest.mark.parametrize("url", ["https://ann:hunter2@h/x", "https://hunter2@h/x", "ssh://ann:hunter2@h/x"])
def test_an_address_with_a_secret_is_refused_on_the_command_line(url: str) -> None:
    answer = asked("--repository", url)
    assert (answer.exit_code, "hunter2" in answer.output) == (2, False)


@pytest.mark.parametrize(
    "url", ["https://u:hunter2/z@h/x", "https://u:hunter2 z@h/x", "https:/u:hunter2@h/x", "https//u:hunter2@h/x"]
)
def test_an_address_that_a_password_breaks_is_refused_at_the_start_and_not_repeated(url: str) -> None:
    for answer in (asked("--repository", url), asked(TRUEUP_REPOSITORY=url)):
        assert (answer.exit_code, "hunter2" in answer.output) == (2, False)
        assert "TRUEUP_GIT_TOKEN" in answer.output


def test_a_transport_that_nobody_can_allow_is_refused() -> None:
    answer = asked("--repository", "x", "--git-allow", "file,ext")
    assert answer.exit_code == 2
    assert "ext: only file, git, http can be allowed" in re.sub(r"\s+", " ", answer.output.replace("│", " "))


@pytest.mark.parametrize("setting", ["GIT_TOKEN_FROM", "GITHUB_APP_KEY"])
def test_a_secret_where_its_place_is_asked_for_is_refused_and_not_repeated(setting: str) -> None:
    answer = asked(TRUEUP_REPOSITORY="https://h/x", **{f"TRUEUP_{setting}": "ghp_hunter2"})
    assert answer.exit_code == 2
    assert "names no secret" in answer.output
    assert "hunter2" not in answer.output


def test_transports_are_read_with_commas_and_blanks() -> None:
    assert transports("file, http,") == {"file", "http"}
    assert transports("") == frozenset()
