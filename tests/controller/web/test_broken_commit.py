"""A commit with five thousand broken manifests: what stood stands, and what is told of it has a bound."""

from typing import Any

import pytest

from controller.loop.board import Board
from controller.loop.observers import MOST_PROBLEMS as MOST_LINES
from controller.loop.observers import LogLines
from controller.source.objects import Tree
from controller.source.problem import Problem
from controller.source.rendering import render_in_process
from controller.source.snapshot import Snapshot, compile_tree, kept
from controller.web.showing import MOST_PROBLEMS, source_view
from reconcilers.model import Revision
from tests.controller.builders import NOW, named, snapshot
from tests.controller.web.served import Served
from tests.controller.web.test_app import Client

FLOOD = 5000


class Log:
    """Whoever keeps the lines."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, dict[str, Any]]] = []

    def info(self, line: str, **facts: Any) -> None:
        self.lines.append((line, facts))

    warning = info


@pytest.fixture(scope="module")
def flooded() -> Snapshot:
    """Every manifest is broken, that of a service that stood as well."""
    files = {f"desired/prod/notes-{number:04d}.yaml": b"kind: [" for number in range(FLOOD)}
    stood = snapshot(named("notes-0000", source="desired/prod/notes-0000.yaml"))
    return kept(stood, compile_tree(Tree(files, ()), Revision("flood", NOW), render_in_process))


@pytest.fixture
def served(flooded: Snapshot) -> Served:
    served = Served()
    served.adopt(flooded)
    return served


def test_what_stood_stays_in_force(flooded: Snapshot) -> None:
    assert [str(key) for key in flooded.services] == ["prod/notes-0000"]
    assert flooded.stale == flooded.services.keys()


def test_the_daemon_is_well_and_tells_the_first_hundred_with_their_places(served: Served) -> None:
    client = Client(served.app)
    assert client.get("/readyz").status_code == client.get("/healthz").status_code == 200
    found = client.get("/api/v1/source").json()
    assert (len(found["problems"]), found["moreProblems"]) == (MOST_PROBLEMS, FLOOD - MOST_PROBLEMS)
    assert found["problems"][0]["file"] == "desired/prod/notes-0000.yaml"


def test_a_reader_of_the_fleet_gets_no_more_of_them(served: Served) -> None:
    found = Client(served.app).get("/api/v1/fleet").json()["source"]
    assert (len(found["problems"]), found["moreProblems"]) == (MOST_PROBLEMS, FLOOD - MOST_PROBLEMS)


def test_a_service_is_shown_its_own(served: Served) -> None:
    (found,) = Client(served.app).get("/api/v1/services").json()
    assert [each["file"] for each in found["problems"]] == ["desired/prod/notes-0000.yaml"]


def test_errors_are_told_before_warnings(flooded: Snapshot) -> None:
    warnings = tuple(Problem("a.yaml", line, None, "odd", "", "warning") for line in range(MOST_PROBLEMS))
    found = source_view(Board().source, snapshot(problems=(*warnings, *flooded.problems)))
    assert {each.severity for each in found.problems} == {"error"}


def test_the_log_counts_them_all_and_names_a_few(flooded: Snapshot) -> None:
    log, board = Log(), Board()
    board.adopt(flooded, NOW)
    LogLines(log, board).polled("changed", 1.0)
    assert log.lines[0][0] == "git changed"
    assert log.lines[0][1]["errors"] == FLOOD
    assert len(log.lines) == 1 + MOST_LINES
