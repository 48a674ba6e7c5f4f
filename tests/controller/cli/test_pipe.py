"""Into a pipe that nobody reads any more, as ``trueup get | head -0`` writes."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from controller.cli.pipe import CLOSED, reader_leaves, wait
from tests.controller.cli.filled import filled
from tests.controller.cli.terminal import ROOT_ENVIRONMENT
from tests.controller.web.served import TOKEN, serving

VERBS = (
    ("get",),
    ("get", "-o", "yaml"),
    ("get", "--watch", "-o", "json"),
    ("describe", "prod/web"),
    ("diff", "prod/notes"),  # it would end with 2
    ("events", "--follow"),
    ("retry", "prod/shop"),
    ("schema",),
    ("validate", "."),
    ("demo", "--once"),
    ("get", "--help"),
    ("--version",),
)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving(filled()) as url:
        yield url


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_a_closed_pipe_ends_a_command_without_a_word_as_the_signal_would(url: str, verb: tuple[str, ...]) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    told = ROOT_ENVIRONMENT | {"TRUEUP_URL": url, "TRUEUP_API_TOKEN": TOKEN, "LANG": "C.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-m", "controller.cli", *verb],
        stdout=writes,
        stderr=subprocess.PIPE,
        env=told,
        timeout=60,
        check=False,
    )
    os.close(writes)
    assert (done.returncode, done.stderr) == (CLOSED, b"")


@pytest.mark.parametrize(
    "verb", [("get", "--watch"), ("get", "--watch", "-o", "json"), ("events", "--follow")], ids=" ".join
)
def test_what_has_nothing_more_to_say_ends_as_well_when_nobody_reads(url: str, verb: tuple[str, ...]) -> None:
    told = ROOT_ENVIRONMENT | {"TRUEUP_URL": url, "TRUEUP_API_TOKEN": TOKEN, "LANG": "C.UTF-8"}
    with subprocess.Popen(
        [sys.executable, "-m", "controller.cli", *verb], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=told
    ) as command:
        assert command.stdout is not None
        assert command.stderr is not None
        command.stdout.readline()
        command.stdout.close()
        assert (command.wait(60), command.stderr.read()) == (CLOSED, b"")


def test_whoever_waits_is_told_when_the_reader_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    reads, writes = os.pipe()
    with os.fdopen(writes, "w", encoding="utf-8") as stdout:
        monkeypatch.setattr(sys, "stdout", stdout)
        wait(0.0)
        os.close(reads)
        with pytest.raises(BrokenPipeError):
            wait(60.0)


def test_a_file_is_read_by_nobody_and_written_to_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "out").open("w", encoding="utf-8") as stdout:
        monkeypatch.setattr(sys, "stdout", stdout)
        assert not reader_leaves(0.0)


def test_where_there_is_no_such_file_nobody_can_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert not reader_leaves()
