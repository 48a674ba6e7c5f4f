"""``trueup sandbox``: what it prints works as it stands, and it ends when it is told to."""

import os
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from typer.testing import CliRunner

from controller.cli import app

TRUEUP = Path(sys.executable).with_name("trueup")
LIST_CLUSTERS = "import boto3; print(len(boto3.client('ecs').list_clusters()['clusterArns']))"
# A machine without any AWS configuration.
BARE = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}


class Running:
    """The command in a process of its own, and what it said first."""

    def __init__(self, *arguments: str) -> None:
        command = [str(TRUEUP), "sandbox", "--port", "0", *arguments]
        self.process = subprocess.Popen(command, env=BARE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.said = list(islice(self.process.stdout, 3))

    @property
    def exported(self) -> dict[str, str]:
        """The variables that the second line exports."""
        _export, *settings = shlex.split(self.said[1])
        return dict(setting.split("=", 1) for setting in settings)

    def end(self, by: signal.Signals) -> tuple[int, str, str]:
        """The exit status and what else was said, on both streams."""
        self.process.send_signal(by)
        out, err = self.process.communicate(timeout=10)
        return self.process.returncode, out, err


@pytest.fixture
def running() -> Iterator[Running]:
    one = Running()
    yield one
    if one.process.poll() is None:
        one.end(signal.SIGKILL)


def test_what_it_tells_to_export_is_all_that_a_client_needs(running: Running) -> None:
    asked = subprocess.run(
        [sys.executable, "-c", LIST_CLUSTERS],
        env=BARE | running.exported,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (asked.stdout.strip(), asked.stderr) == ("4", "")  # those of desired/


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_in_peace(by: signal.Signals) -> None:
    assert Running("--empty").end(by) == (0, "Good bye.\n", "")


def said(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["sandbox", *arguments])
    return result.exit_code, result.output


def test_a_port_that_is_taken_is_named_with_the_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, words = said("--empty", "--port", str(port))
    assert code == 1
    assert f"cannot serve on 127.0.0.1:{port}" in words
    assert "--port 0" in words


def test_a_host_that_is_not_there_is_not_mended_by_another_port() -> None:
    code, words = said("--empty", "--host", "256.256.256.256")
    assert code == 1
    assert "--host" in words


@pytest.mark.parametrize("wrong", [("--port", "65536"), ("--port", "-1"), ("--speed", "0"), ("--speed", "nan")])
def test_numbers_that_cannot_be_are_refused_by_name(wrong: tuple[str, str]) -> None:
    code, words = said("--empty", *wrong)
    assert code == 2
    assert wrong[0] in words
