"""What was taken from another replica, until Git was read since; and what a replica may change."""

from dataclasses import replace

import pytest

from controller.lease.sole import Sole
from controller.loop.board import Board
from controller.loop.gate import OVERTAKEN, TAKEN, gate
from controller.loop.handover import Handover
from reconcilers.leases import Shard
from reconcilers.model import Revision, Scope
from tests.controller.builders import named, snapshot, wanted

HERE, THERE = Shard("", "eu-west-1"), Shard("", "us-east-1")


def test_what_was_never_taken_from_anybody_is_not_waited_for() -> None:
    assert Handover().over(Scope("eu-west-1"))


def test_what_was_taken_waits_until_git_is_read_for_it() -> None:
    handover = Handover()
    handover.took({HERE, THERE})
    handover.read(frozenset({THERE}))
    assert (handover.over(Scope("eu-west-1")), handover.over(Scope("us-east-1"))) == (False, True)


def test_what_is_taken_while_git_is_read_waits_for_the_next_time() -> None:
    handover = Handover()
    handover.took({HERE})
    before = handover.unread()
    handover.took({THERE})
    handover.read(before)
    assert handover.unread() == {THERE}


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
