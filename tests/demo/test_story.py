"""The demo's own story, told fast: real Git, a real daemon process, and the sandbox over HTTP."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.traffic.around import needs_envoy

pytestmark = pytest.mark.timeout(600)  # it plays a story, on cores that others use too


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    folder = tmp_path_factory.mktemp("demo")
    report = folder / "report.json"
    environment = {**os.environ, "TMPDIR": str(folder)}
    command = [sys.executable, "-m", "controller.cli", "demo", "--report", str(report)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=500, check=False, stdin=subprocess.DEVNULL, env=environment
    )
    return done, json.loads(report.read_text("utf-8")) if report.exists() else {}


Told = tuple[subprocess.CompletedProcess[str], dict[str, Any]]


def test_without_a_terminal_it_ends_well(told: Told) -> None:
    assert told[0].returncode == 0, told[0].stdout + told[0].stderr


def test_every_claim_is_true(told: Told) -> None:
    claims = {check["claim"]: check["true"] for step in told[1]["steps"] for check in step["checks"]}
    assert [claim for claim, true in claims.items() if not true] == []


def test_it_tells_six_steps(told: Told) -> None:
    assert len(told[1]["steps"]) == 6


def test_it_tells_where_the_page_is_as_soon_as_there_is_one(told: Told) -> None:
    first = told[0].stdout.partition("services adopted")[0]
    assert re.search(r"^  Its page, as long as this runs: http://127\.0\.0\.1:\d+$", first, re.MULTILINE)


def test_without_a_terminal_nobody_is_invited_to_what_is_gone(told: Told) -> None:
    assert "export" not in told[0].stdout
    assert "stays up" not in told[0].stdout


def test_each_release_has_its_commit_and_its_deployment(told: Told) -> None:
    released = [step for step in told[1]["steps"] if step["commit"]]
    assert len(released) == 4
    assert all(re.fullmatch("[0-9a-f]{40}", step["commit"]) and step["deployments"] for step in released)


def test_the_bad_release_and_its_rollback_are_two_deployments(told: Told) -> None:
    assert len(told[1]["steps"][2]["deployments"]) == 2


def test_the_states_of_a_shift_are_told_with_their_seconds(told: Told) -> None:
    states = told[1]["steps"][1]["states"]
    assert len(states) > 8
    assert all(set(each) == {"at", "state"} for each in states)


def test_it_leaves_no_process_behind(told: Told) -> None:
    folder = str(Path(told[0].args[-1]).parent)
    assert [line for line in _processes() if folder in line] == []


def test_it_leaves_no_file_behind(told: Told) -> None:
    report = Path(told[0].args[-1])
    assert [each.name for each in report.parent.iterdir()] == [report.name]


def _processes() -> list[str]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            found.append(entry.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue  # it ended, or belongs to somebody else
    return found


@needs_envoy
def test_only_the_bad_release_cost_requests(told: Told) -> None:
    failed = [step["visits"]["failed"] for step in told[1]["steps"]]
    assert (failed[:2], failed[3:]) == ([0, 0], [0, 0, 0])
    assert failed[2] > 0


@needs_envoy
def test_both_versions_answered_during_the_shift(told: Told) -> None:
    assert set(told[1]["steps"][1]["visits"]["answered"]) == {"3f2a1bc", "7c31f0e"}
