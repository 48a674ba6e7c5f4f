"""A newer commit, before anybody looked at it: who waits for it must not be told that it is live."""

from dataclasses import replace

import pytest

from controller.loop.board import Board
from controller.loop.status import ServiceStatus
from reconcilers.model import SyncPolicy
from reconcilers.outcome import Sync
from reconcilers.verdict import Order
from tests.controller.builders import HELD, KEY, NOW, report, snapshot, wanted


@pytest.fixture
def board() -> Board:
    made = Board()
    made.adopt(snapshot(wanted("v2")), NOW)
    return made


def status(board: Board) -> ServiceStatus:
    found = board.service(KEY)
    assert found is not None
    return found


def test_a_release_that_nobody_looked_at_is_neither_in_sync_nor_ready(board: Board) -> None:
    board.reported(report(), Order())
    assert status(board).ready
    board.adopt(snapshot(wanted("v3"), commit="c3"), NOW)
    assert status(board).sync is Sync.OUTDATED
    assert not status(board).ready


def test_the_same_release_under_another_policy_stays_in_sync(board: Board) -> None:
    board.reported(report(), Order())
    board.adopt(snapshot(replace(wanted("v2"), sync=SyncPolicy.MANUAL), commit="c3"), NOW)
    assert status(board).ready


def test_what_was_held_stays_so_until_it_is_looked_at(board: Board) -> None:
    board.reported(report(HELD), Order())
    board.adopt(snapshot(wanted("v3"), commit="c3"), NOW)
    assert status(board).sync is Sync.HELD
