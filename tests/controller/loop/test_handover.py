"""What was taken from another replica, until Git was read since; and what a replica may change."""

from dataclasses import replace

import pytest

from controller.lease.sole import Sole
from controller.loop.board import Board
from controller.loop.gate import DOUBTED, OVERTAKEN, TAKEN, gate
from controller.loop.handover import Handover
from controller.source.snapshot import Snapshot
from controller.web.showing import service_view
from reconcilers.explain import chain
from reconcilers.leases import Shard
from reconcilers.model import Revision, Scope
from reconcilers.verdict import LinkState
from tests.controller.builders import KEY, named, report, snapshot, status, wanted

HERE, THERE = Shard("", "eu-west-1"), Shard("", "us-east-1")


def test_what_was_never_taken_from_anybody_is_not_waited_for() -> None:
    assert Handover().over(Scope("eu-west-1"))


def test_what_was_taken_waits_until_git_is_read_for_it() -> None:
    handover = Handover()
    handover.took({HERE, THERE})
    before = handover.unread()
    handover.read({THERE: before[THERE]}, ())
    assert (handover.over(Scope("eu-west-1")), handover.over(Scope("us-east-1"))) == (False, True)


def test_what_is_taken_while_git_is_read_waits_for_the_next_time() -> None:
    handover = Handover()
    handover.took({HERE})
    before = handover.unread()
    handover.took({THERE})
    handover.read(before, ())
    assert list(handover.unread()) == [THERE]


def test_what_is_taken_once_more_while_git_is_read_waits_for_the_next_time() -> None:
    handover = Handover()
    handover.took({HERE})
    before = handover.unread()
    handover.took({HERE})
    handover.read(before, ())
    assert not handover.over(Scope("eu-west-1"))


def test_what_a_newer_commit_wants_otherwise_is_not_shipped_any_more() -> None:
    board = Board()
    board.adopt(snapshot(wanted("v2")), 0.0)
    assert gate(Sole(), board, wanted("v1")) == OVERTAKEN
    assert gate(Sole(), board, named("gone")) == OVERTAKEN
    assert gate(Sole(), board, wanted("v2")) is None


def test_another_commit_that_wants_the_same_is_in_nobodys_way() -> None:
    board = Board()
    board.adopt(snapshot(wanted()), 0.0)
    assert gate(Sole(), board, replace(wanted(), commit=Revision("d" * 40, 0.0))) is None


@pytest.mark.parametrize(("taken", "shut"), [(HERE, TAKEN), (THERE, None)])
def test_of_what_was_taken_nothing_is_changed_before_git_is_read(taken: Shard, shut: object) -> None:
    board = Board()
    board.adopt(snapshot(wanted()), 0.0)
    board.handover.took({taken})
    assert gate(Sole(), board, wanted()) == shut


def spoiled(*names: str) -> Snapshot:
    """A commit in which the manifests of these are broken; what stands of them is of an earlier one."""
    stands = snapshot(wanted(), named("other"))
    return replace(stands, stale=frozenset(replace(KEY, name=name) for name in names))


def taken_and_read(stands: Snapshot) -> Board:
    """A board whose shard was taken from another replica, and Git was read since."""
    board = Board()
    board.adopt(stands, 0.0)
    board.handover.took({HERE})
    board.git_read(board.handover.unread())
    return board


def test_what_stands_for_a_broken_manifest_in_what_was_taken_changes_nothing() -> None:
    board = taken_and_read(spoiled(KEY.name))
    assert gate(Sole(), board, wanted()) == DOUBTED
    assert gate(Sole(), board, named("other")) is None, "its manifest is sound"


def test_what_stands_for_a_broken_manifest_in_what_this_replica_kept_all_along_is_kept_true() -> None:
    board = Board()
    board.adopt(snapshot(wanted()), 0.0)
    board.handover.took({HERE})
    board.git_read(board.handover.unread())
    board.adopt(spoiled(KEY.name), 0.0)
    board.git_read(board.handover.unread())
    assert gate(Sole(), board, wanted()) is None


def test_what_was_taken_while_git_was_read_is_in_doubt_by_the_next_look() -> None:
    board = Board()
    before = board.handover.unread()
    board.handover.took({HERE})
    board.adopt(spoiled(KEY.name), 0.0)
    board.git_read(before)
    assert gate(Sole(), board, wanted()) == TAKEN
    board.git_read(board.handover.unread())
    assert gate(Sole(), board, wanted()) == DOUBTED


def test_a_sound_manifest_ends_the_doubt() -> None:
    board = taken_and_read(spoiled(KEY.name, "other"))
    assert board.handover.mended(spoiled("other").stale) == {KEY}
    assert gate(Sole(), board, wanted()) is None
    assert gate(Sole(), board, named("other")) == DOUBTED, "it is broken still"


def test_before_anything_was_read_nothing_is_in_doubt() -> None:
    board = Board()
    board.handover.took({HERE})
    board.git_read(board.handover.unread())
    assert not board.handover.doubted(KEY)


def test_what_is_in_doubt_says_so_and_what_to_do_beside_what_is_wrong_with_its_manifest() -> None:
    view = service_view(status(report(DOUBTED)), spoiled(KEY.name))
    assert view.stale
    assert "another one may have read and shipped a newer one since" in view.text
    assert (view.reason, view.outcome) == ("manifest", "blocked")
    assert view.remedy.startswith("Mend the manifest")


def test_what_is_in_doubt_is_said_to_wait_at_its_rendering_for_a_person() -> None:
    link = next(each for each in chain(wanted(), None, DOUBTED) if each.state is LinkState.BLOCKED)
    assert (link.name, link.who) == ("rendering", "a person")
    assert link.how.startswith("Mend the manifest")
