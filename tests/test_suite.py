"""The suite runs every test file, and each in one of its two halves."""

import subprocess
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]


def halves() -> list[list[str]]:
    """What `make test` hands to pytest, the first time round."""
    shown = subprocess.run(["make", "-n", "test"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    runs = [line.split(" || ")[0].split(" -m pytest ")[1] for line in shown.splitlines() if " -m pytest " in line]
    return [run.split() for run in runs]


def files(arguments: list[str]) -> set[Path]:
    """The test files that these arguments make pytest collect."""
    wanted = [each for each in arguments if each.startswith("tests")]
    ignored = [each.removeprefix("--ignore=") for each in arguments if each.startswith("--ignore=")]
    return _below(wanted) - _below(ignored)


def _below(paths: list[str]) -> set[Path]:
    found = [ROOT / each for each in paths]
    assert [each for each in found if not each.exists()] == []
    return {file for each in found for file in (each.rglob("test_*.py") if each.is_dir() else [each])}


def test_every_test_file_is_run_and_once() -> None:
    times = Counter(file for half in halves() for file in files(half))
    assert times == dict.fromkeys((ROOT / "tests").rglob("test_*.py"), 1)
