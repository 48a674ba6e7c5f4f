"""What the log says of what happened, and what it does not say twice."""

from dataclasses import replace
from typing import Any

import pytest

from controller.loop.board import Board, Told
from controller.loop.learnt import after_report
from controller.loop.observers import LogLines, Several
from controller.loop.status import ServiceStatus
from controller.loop.surroundings import Swept
from controller.source.problem import Problem
from reconcilers.actions import UpdateService
from reconcilers.model import Cluster, Scope
from reconcilers.outcome import Failed, Progressing
from reconcilers.progress import Progress
from reconcilers.report import Report
from tests.controller.builders import BLOCKED, HELD, NOW, drifted, named, observed, report, snapshot, status, wanted
from tests.reconcilers.builders import registered

CLUSTER = Cluster(Scope("eu-west-1"), "prod")
BROKEN = Problem("desired/prod/web.yaml", 3, 7, "There is no field imagez", "Did you mean images?")


class Lines:
    """A logger that keeps what it is told: (level, event, fields)."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str, dict[str, Any]]] = []

    def __getattr__(self, level: str) -> Any:
        return lambda event, **fields: self.said.append((level, event, fields))

    @property
    def events(self) -> list[tuple[str, str]]:
        return [(level, event) for level, event, _ in self.said]


class Seat:
    """A log over a board, and what it wrote."""

    def __init__(self) -> None:
        self.board = Board()
        self.lines = Lines()
        self.log = LogLines(self.lines, self.board)

    def look(self, before: ServiceStatus, seen: Report) -> ServiceStatus:
        after = after_report(before, seen)
        self.log.told(Told(before, after, ()))
        return after

    def commit(self, *services: Any, **more: Any) -> None:
        self.board.adopt(snapshot(*services, **more), NOW)
        self.log.polled("changed", 0.1)

    def fail(self, reason: str) -> None:
        self.board.source_failed(reason, "git.example did not answer.", "Check the network.", NOW)
        self.log.polled(reason, 0.1)


@pytest.fixture
def seat() -> Seat:
    return Seat()


def test_an_outcome_is_one_line_with_all_that_is_known(seat: Seat) -> None:
    seat.look(status(), report())
    [(level, event, fields)] = seat.lines.said
    assert (level, event) == ("info", "prod/notes in-sync")
    assert fields["service"] == "prod/notes"
    assert fields["commit"] == "commit-v2"
    assert (fields["sync"], fields["health"], fields["outcome"]) == ("in-sync", "healthy", "in-sync")
    assert fields["seconds"] == 0.5


def test_the_same_outcome_is_not_said_again(seat: Seat) -> None:
    seat.look(seat.look(status(), report()), report(at=NOW + 60))
    assert len(seat.lines.said) == 1


def test_how_far_a_shift_is_by_now_is_not_worth_a_line(seat: Seat) -> None:
    first = Progressing("d-v2 goes on", 15.0, "d-v2", Progress(30.0, 2, 2))
    shifting = seat.look(status(), report(first))
    seat.look(shifting, report(replace(first, progress=Progress(40.0, 2, 2))))
    assert len(seat.lines.said) == 1


def test_what_was_done_is_always_said(seat: Seat) -> None:
    heal = UpdateService("prod", "notes", {"desiredCount": 2})
    once = seat.look(status(), report(None, heal))
    seat.look(once, report(None, heal, at=NOW + 60))
    assert [fields["did"] for _, _, fields in seat.lines.said] == [["UpdateService"]] * 2


@pytest.mark.parametrize("outcome", [HELD, BLOCKED, Failed("Throttled", "too many calls")])
def test_what_somebody_should_see_is_a_warning(seat: Seat, outcome: Any) -> None:
    seat.look(status(), report(outcome))
    assert seat.lines.said[0][0] == "warning"


def test_a_block_says_what_to_do(seat: Seat) -> None:
    seat.look(status(), report(BLOCKED))
    assert seat.lines.said[0][2]["remedy"] == "Wait for it to end."


def test_drift_is_named_with_who_registered_it_and_without_its_values(seat: Seat) -> None:
    by_hand = replace(observed(), running=registered("v1", registered_by="arn:aws:iam::1:user/mallory"))
    seat.look(status(), replace(drifted(), observed=by_hand))
    fields = seat.lines.said[0][2]
    assert fields["drift"] == ["/taskDefinition/containerDefinitions/proxy/environment/DEBUG"]
    assert fields["by"] == "arn:aws:iam::1:user/mallory"
    assert "'1'" not in str(fields)


def test_a_commit_is_one_line_with_what_it_holds(seat: Seat) -> None:
    seat.commit(wanted("v2"), commit="0123456789abcdef")
    [(level, event, fields)] = seat.lines.said
    assert (level, event, fields["commit"]) == ("info", "git changed", "0123456789ab")
    assert (fields["services"], fields["errors"], fields["warnings"]) == (1, 0, 0)


def test_each_problem_of_a_commit_is_a_line_with_its_place_and_remedy(seat: Seat) -> None:
    seat.commit(wanted("v2"), problems=(BROKEN,))
    level, event, fields = seat.lines.said[-1]
    assert (level, event) == ("warning", "error in desired/prod/web.yaml:3:7")
    assert (fields["text"], fields["remedy"]) == (BROKEN.message, BROKEN.remedy)


def test_a_commit_of_a_thousand_problems_does_not_flood_the_log(seat: Seat) -> None:
    seat.commit(problems=tuple(replace(BROKEN, line=line) for line in range(1000)))
    assert seat.lines.said[0][2]["errors"] == 1000
    assert len(seat.lines.said) == 21


def test_a_service_that_left_git_is_said_to_run_on(seat: Seat) -> None:
    seat.commit(wanted("v2"), named("web"))
    seat.commit(wanted("v2"), commit="c2")
    assert seat.lines.said[-1] == (
        "warning",
        "prod/web left Git",
        {"service": "prod/web", "text": "Its service in ECS is left running."},
    )


def test_a_change_without_a_snapshot_says_nothing(seat: Seat) -> None:
    seat.log.polled("changed", 0.1)
    assert seat.lines.said == []


def test_a_repository_that_cannot_be_read_is_said_once_with_the_remedy(seat: Seat) -> None:
    seat.fail("timeout")
    seat.fail("timeout")
    assert seat.lines.events == [("warning", "git timeout"), ("debug", "git timeout")]
    assert seat.lines.said[0][2]["remedy"] == "Check the network."


def test_another_reason_is_said_again(seat: Seat) -> None:
    seat.fail("timeout")
    seat.fail("wrong-credentials")
    assert [level for level, _ in seat.lines.events] == ["warning", "warning"]


def test_a_repository_that_answers_again_is_worth_a_line(seat: Seat) -> None:
    seat.fail("timeout")
    seat.log.polled("unchanged", 0.1)
    seat.log.polled("unchanged", 0.1)
    assert seat.lines.events[1:] == [("info", "git unchanged"), ("debug", "git unchanged")]


def test_the_end_of_the_daemon_is_no_trouble_with_git(seat: Seat) -> None:
    seat.fail("stopped")
    assert seat.lines.events == [("debug", "git stopped")]


def test_a_sweep_that_fails_is_said_once_and_so_is_its_recovery(seat: Seat) -> None:
    for failed in ("Throttled", "Throttled", "", ""):
        seat.log.swept(Swept(CLUSTER, 3, 0, 0.2, failed))
    assert [level for level, _ in seat.lines.events] == ["warning", "debug", "info", "debug"]
    assert seat.lines.said[0][2]["failed"] == "Throttled"


def test_a_defect_is_said_by_its_place_and_not_by_its_words(seat: Seat) -> None:
    seat.log.broke("sweep of prod", ValueError("PASSWORD=hunter2"))
    [(level, _, fields)] = seat.lines.said
    assert level == "error"
    assert "ValueError" in fields["error"]
    assert "hunter2" not in str(fields)


def test_everybody_is_told_everything() -> None:
    seats = (Seat(), Seat())
    several = Several(tuple(seat.log for seat in seats))
    several.told(Told(status(), status(report()), ()))
    several.swept(Swept(CLUSTER, 3, 0, 0.2))
    several.polled("unchanged", 0.1)
    several.broke("source", ValueError())
    assert [len(seat.lines.said) for seat in seats] == [4, 4]
