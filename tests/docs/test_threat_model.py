"""Each line of the threat model names the tests that show it, and they are there."""

import re
from pathlib import Path

import pytest

DOCUMENT = Path(__file__).parents[2] / "docs" / "threat-model.md"
ROWS = [line for line in DOCUMENT.read_text("utf-8").splitlines() if line.startswith("| ") and "Shown by" not in line]
LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")


def cited(row: str) -> list[tuple[str, str]]:
    """Each test of a row, with the file in which it is said to be."""
    return [(name, where) for names, where in LINK.findall(row.rpartition(" | ")[2]) for name in names.split(", ")]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2:60])
def test_a_line_names_a_test_that_shows_it(row: str) -> None:
    assert cited(row)


@pytest.mark.parametrize(("name", "where"), sorted({each for row in ROWS for each in cited(row)}))
def test_a_test_that_is_named_is_there(name: str, where: str) -> None:
    assert f"\ndef {name}(" in (DOCUMENT.parent / where).read_text("utf-8")


def test_all_six_are_thought_of() -> None:
    chapters = re.findall(r"^## (.*)$", DOCUMENT.read_text("utf-8"), re.MULTILINE)
    for word in ("repository", "chart", "webhooks", "API", "VPC", "image"):
        assert any(word in each for each in chapters)
