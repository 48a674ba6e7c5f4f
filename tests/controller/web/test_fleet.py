"""The fleet in lines: what changed, and what did not."""

from dataclasses import replace

from controller.loop.board import Board
from controller.source.problem import Problem
from controller.web.fleet import Fleet
from controller.web.fleet_views import FleetView
from reconcilers.verdict import Order
from tests.controller.builders import HELD, KEY, NOW, named, observed, report, snapshot, wanted


class Kept:
    def __init__(self) -> None:
        self.board = Board()
        self.board.adopt(snapshot(wanted("v2"), named("other")), NOW)
        self.fleet = Fleet(self.board, lambda: NOW, acting=True)
        self.place = self.fleet.view().version

    def changed(self) -> FleetView:
        view = self.fleet.view(self.place)
        self.place = view.version
        return view

    def names(self) -> list[str]:
        return [row.name for row in self.changed().rows]


def test_at_first_all_lines_come() -> None:
    view = Kept().fleet.view()
    assert (view.whole, [row.name for row in view.rows]) == (True, ["notes", "other"])


def test_nothing_new_is_no_line() -> None:
    kept = Kept()
    assert kept.names() == []


def test_a_service_that_was_looked_at_comes_alone() -> None:
    kept = Kept()
    kept.board.reported(report(HELD), Order())
    assert kept.names() == ["notes"]


def test_a_look_that_finds_the_same_changes_nothing() -> None:
    kept = Kept()
    kept.board.reported(report(), Order())
    kept.changed()
    kept.board.reported(report(at=NOW + 60), Order())
    before = kept.place
    view = kept.changed()
    assert (view.rows, view.version) == ((), before)


def test_a_sweep_that_finds_the_same_changes_nothing() -> None:
    kept = Kept()
    kept.board.reported(report(), Order())
    kept.changed()
    kept.board.glanced(KEY, observed(at=NOW + 60))
    assert kept.names() == []


def test_a_service_that_left_git_is_named() -> None:
    kept = Kept()
    kept.board.adopt(snapshot(wanted("v2")), NOW)
    assert kept.changed().removed == ("prod/other",)


def test_a_service_that_came_back_is_no_longer_gone() -> None:
    kept = Kept()
    place = kept.place
    kept.board.adopt(snapshot(wanted("v2")), NOW)
    kept.changed()
    kept.board.adopt(snapshot(wanted("v2"), named("other")), NOW)
    view = kept.fleet.view(place)
    assert (view.removed, [row.name for row in view.rows]) == ((), ["other"])


def test_a_manifest_that_never_could_be_read_has_a_line() -> None:
    kept = Kept()
    broken = replace(snapshot(), spoiled={replace(KEY, name="bad"): (Problem("a.yaml", 1, 1, "No.", "Yes."),)})
    kept.board.adopt(broken, NOW)
    assert kept.names() == ["bad"]


def test_a_broken_manifest_whose_service_stands_marks_its_line() -> None:
    kept = Kept()
    problem = Problem("a.yaml", 1, 1, "No.", "Yes.")
    stale = replace(snapshot(wanted("v2"), named("other")), spoiled={KEY: (problem,)}, stale=frozenset({KEY}))
    kept.board.adopt(stale, NOW)
    assert [(row.name, row.stale) for row in kept.changed().rows] == [("notes", True)]


def test_that_git_was_asked_again_is_no_change() -> None:
    kept = Kept()
    kept.board.source_unchanged(NOW + 30)
    before = kept.place
    assert kept.changed().version == before


def test_that_git_does_not_answer_is_a_change_without_lines() -> None:
    kept = Kept()
    before = kept.place
    kept.board.source_failed("timeout", "It did not answer.", "Look.", NOW)
    view = kept.changed()
    assert (view.rows, view.version > before, view.source.reason) == ((), True, "timeout")


def test_a_version_of_another_process_gets_everything() -> None:
    kept = Kept()
    assert kept.fleet.view(17).whole
    assert kept.fleet.view(10**15).whole


def test_only_so_many_that_left_are_remembered() -> None:
    kept = Kept()
    kept.board.adopt(snapshot(*(named(f"s{number}") for number in range(1100))), NOW)
    kept.changed()
    place = kept.place
    kept.board.adopt(snapshot(wanted("v2")), NOW)
    assert len(kept.fleet.view(place).removed) == 1000
