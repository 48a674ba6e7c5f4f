"""Into a pipe that nobody reads any more, as ``trueup get | head -0`` writes."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from controller.cli.pipe import CLOSED
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
