"""``trueup notifications``: whether the file is right, and whether each channel hears us."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner, Result

from controller.cli import app
from tests.controller.notify.receivers import (
    SECRET,
    GitHubReceiver,
    Receiver,
    Reply,
    SlackReceiver,
    WebhookReceiver,
    serving,
)

ENVIRONMENT = {"HOOK": SECRET, "TOKEN": "ghp_test", "BOT": "xoxb-test"}


def typed(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["notifications", *arguments], env=ENVIRONMENT)


@pytest.fixture
def slack() -> Iterator[Receiver]:
    with serving(SlackReceiver()) as made:
        yield made


@pytest.fixture
def webhook() -> Iterator[Receiver]:
    with serving(WebhookReceiver()) as made:
        yield made


@pytest.fixture
def github() -> Iterator[Receiver]:
    with serving(GitHubReceiver()) as made:
        yield made


@pytest.fixture
def file(tmp_path: Path, slack: Receiver, webhook: Receiver, github: Receiver) -> str:
    made = tmp_path / "notifications.yaml"
    made.write_text(
        f"""\
channels:
- {{name: deploys, kind: slack, url: "{slack.url}/services/T/B/x"}}
- {{name: bot, kind: slack, tokenFrom: {{env: BOT}}, channel: "#deploys", apiUrl: "{slack.url}"}}
- {{name: events, kind: webhook, url: "{webhook.url}", secretsFrom: [{{env: HOOK}}]}}
- {{name: commits, kind: github, tokenFrom: {{env: TOKEN}}, apiUrl: "{github.url}"}}
"""
    )
    return str(made)


OWN = ("--repository", "git@github.com:you/gitops.git")


def test_a_file_that_is_right_names_its_channels_and_nobody_is_asked(file: str, slack: Receiver) -> None:
    done = typed("check", file, *OWN)
    assert (done.exit_code, done.stdout) == (0, "deploys: slack\nbot: slack\nevents: webhook\ncommits: github\n")
    assert slack.seen == []


def test_a_test_message_goes_to_every_channel(file: str, slack: Receiver, webhook: Receiver, github: Receiver) -> None:
    done = typed("check", file, *OWN, "--send-test")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[4:] == [f"{name}: taken" for name in ("deploys", "bot", "events", "commits")]
    assert [each.body["text"] for each in slack.taken] == [
        "This is a test: Trueup can tell deploys.",
        "This is a test: Trueup can tell bot.",
    ]
    assert [each.body["type"] for each in webhook.taken] == ["dev.trueup.test"]
    assert [each.method for each in github.taken] == ["GET"]


def test_a_channel_that_does_not_hear_is_said_and_the_others_are_tried(
    file: str, slack: Receiver, webhook: Receiver
) -> None:
    slack.trouble = lambda _: Reply(403, "invalid_token")
    done = typed("check", file, *OWN, "--send-test")
    assert done.exit_code == 1
    assert done.stderr.splitlines() == [
        "deploys: not taken: HTTP 403 invalid_token",
        "bot: not taken: HTTP 403 invalid_token",
    ]
    assert len(webhook.taken) == 1


def test_every_problem_of_a_file_is_said_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "n.yaml"
    file.write_text("channels:\n- name: a\n  kind: slack\n  url: nowhere\n- name: b\n  kind: teams\n")
    done = typed("check", str(file))
    assert (done.exit_code, len(done.stderr.splitlines())) == (1, 2)
    assert f"error: {file}:4:8" in done.stderr


def test_a_channel_without_a_repository_is_said(file: str) -> None:
    done = typed("check", file, "--repository", "/srv/gitops")
    assert done.exit_code == 1
    assert "The channel commits names no repository" in done.stderr


def test_the_schema_is_one(file: str) -> None:
    done = typed("schema")
    assert done.exit_code == 0
    Draft202012Validator.check_schema(json.loads(done.stdout))


def test_a_daemon_whose_file_is_wrong_does_not_start(tmp_path: Path) -> None:
    file = tmp_path / "n.yaml"
    file.write_text("channels: []\n")
    arguments = ["--repository", tmp_path.as_uri(), "--notifications", str(file), "--port", "0"]
    done = subprocess.run(  # in a process of its own: it takes the signals
        [sys.executable, "-m", "controller.cli", "run", *arguments, "--state-dir", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "channels cannot be used" in done.stderr
    assert "Traceback" not in done.stderr
