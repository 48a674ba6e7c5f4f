"""A service that leaves Git is told once, when a commit that was read names it no more, and in no other case."""

from dataclasses import replace

from controller.loop.departures import MOST
from controller.loop.facts import Fact, Kind
from controller.loop.source_facts import left_git
from controller.source.problem import Problem
from controller.source.recalled import Recalled
from controller.source.snapshot import Snapshot
from reconcilers.model import Revision, ServiceKey
from tests.controller.builders import KEY, NOW, drifted, named, snapshot, wanted
from tests.controller.loop.test_journal import Kept

WEB = named("web")
BY = Revision("f00dfeed01", NOW, "Ada Moreau", "Retire notes")
BROKEN = (Problem("desired/prod/notes.yaml", 1, 1, "No.", "Yes."),)


def without(*services: str) -> Snapshot:
    """A commit that names only web, and these."""
    found = snapshot(WEB, *(named(each) for each in services))
    return replace(found, revision=BY)


class Reading(Kept):
    """A journal of a daemon that reads commits a minute apart."""

    def __init__(self, *first: str) -> None:
        super().__init__()
        self.read(snapshot(wanted("v2"), WEB, *(named(each) for each in first)))

    def read(self, found: Snapshot) -> None:
        self.now += 60
        self.board.adopt(found, self.now)
        self.journal.polled("changed", 0.0)

    def left(self) -> list[Fact]:
        return [each for each in self.journal.after()[1] if each.kind is Kind.LEFT]


def test_it_is_told_with_the_commit_that_names_it_no_more_and_who_wrote_that() -> None:
    reading = Reading()
    reading.read(without())
    (told,) = reading.left()
    assert (told.service, told.at, told.commit, told.subject) == (KEY, NOW + 120, BY.commit, "Retire notes")
    assert (told.who, told.release) == ("Ada Moreau", wanted("v2").release)
    assert told.text == "left Git; its service in ECS is left running, and is looked at no more"


def test_it_is_told_once_however_often_git_is_read_after_it() -> None:
    reading = Reading()
    for _ in range(3):
        reading.read(without())
    reading.journal.polled("unchanged", 0.0)
    assert len(reading.left()) == 1


def test_where_another_manifest_has_its_service_in_ecs_that_is_told_instead() -> None:
    reading = Reading()
    heir = replace(wanted("v2"), key=ServiceKey("prod", "site"))
    reading.read(replace(snapshot(WEB, heir), revision=BY))
    (told,) = reading.left()
    assert (told.service, told.text) == (KEY, "left Git; prod/site has its service in ECS from now on")


def test_it_comes_before_the_ends_that_it_brings() -> None:
    reading = Reading()
    reading.look(drifted(at=NOW + 70))
    reading.read(without())
    assert reading.kinds()[-2:] == [Kind.LEFT, Kind.DRIFT_HEALED]


def test_a_broken_manifest_has_not_left() -> None:
    reading = Reading()
    reading.read(replace(without(), spoiled={KEY: BROKEN}))
    assert reading.left() == []


def test_nothing_has_left_by_what_is_read_first() -> None:
    kept = Kept()
    kept.journal.polled("changed", 0.0)
    assert kept.kinds() == []


def test_nothing_has_left_of_what_an_earlier_process_applied() -> None:
    reading = Reading()
    reading.board = type(reading.board)()
    reading.board.recall(Recalled(snapshot(wanted("v2"), WEB), NOW))
    reading.journal = type(reading.journal)(reading.board, lambda: reading.now)
    reading.read(without())
    assert (reading.left(), reading.board.departures()) == ([], {})


def test_what_another_replica_takes_over_has_not_left() -> None:
    reading = Reading()
    reading.board.shared(lambda _: "b-2")
    reading.journal.polled("unchanged", 0.0)
    assert reading.left() == []


def test_who_comes_back_and_leaves_again_is_told_again() -> None:
    reading = Reading()
    reading.read(without())
    reading.read(snapshot(wanted("v2"), WEB))
    reading.now += 900
    reading.read(without())
    assert [each.at for each in reading.left()] == [NOW + 120, NOW + 1140]


def test_what_a_neighbour_told_of_it_is_the_same_thing() -> None:
    reading, other = Reading(), Reading()
    other.now += 30
    for each in (reading, other):
        each.read(without())
    reading.journal.learn(other.left())
    assert [each.at for each in reading.left()] == [NOW + 120]


def test_what_a_neighbour_told_first_is_not_told_again() -> None:
    reading, other = Reading(), Reading()
    other.read(without())
    reading.now += 30
    reading.journal.learn(other.left())
    reading.read(without())
    assert len(reading.left()) == 1


def test_that_it_left_long_ago_as_a_neighbour_told_hides_not_that_it_leaves_now() -> None:
    reading, other = Reading(), Reading()
    other.read(without())
    reading.journal.learn(other.left())
    reading.now += 900
    reading.read(without())
    assert len(reading.left()) == 2


def test_both_times_are_learnt_from_a_neighbour() -> None:
    reading, fresh = Reading(), Reading()
    reading.read(without())
    reading.read(snapshot(wanted("v2"), WEB))
    reading.now += 900
    reading.read(without())
    fresh.now = reading.now
    fresh.journal.learn(reading.left())
    assert len(fresh.left()) == 2


def test_the_board_remembers_it_until_it_comes_back() -> None:
    reading = Reading()
    reading.read(without())
    assert reading.board.departures()[KEY].commit == BY
    reading.read(replace(without(), spoiled={KEY: BROKEN}))
    assert reading.board.departures() == {}


def test_the_board_remembers_no_more_than_it_has_room_for() -> None:
    reading = Reading(*(f"s{number}" for number in range(MOST + 5)))
    reading.read(without())
    assert len(reading.board.departures()) == MOST


def test_its_name_is_the_same_for_every_replica() -> None:
    reading = Reading()
    reading.read(without())
    (departure,) = reading.board.departures().values()
    assert left_git(replace(departure, at=NOW, commit=Revision("another", NOW))).id == left_git(departure).id
