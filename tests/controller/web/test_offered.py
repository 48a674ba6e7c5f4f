"""What a reader may ask for now."""

from dataclasses import replace

import pytest

from controller.loop.status import ServiceStatus
from controller.rules.rights import Right
from controller.web.detail import detail_view
from controller.web.offered import CLOSED, FIRING, Reader, actions, for_reader
from reconcilers.attempts import Attempt, AttemptState
from reconcilers.model import SyncPolicy
from reconcilers.outcome import Outcome
from tests.controller.builders import BLOCKED, HELD, SHIFTING, attempt, drifted, observed, report, status


def offered(of: ServiceStatus, *, acting: bool = True) -> dict[str, str]:
    """By name why not; empty where it is allowed."""
    shown = actions(of, Reader(acting=acting))
    assert all(each.allowed == (not each.why) for each in shown)
    return {each.name: each.why for each in shown}


def test_a_service_in_sync_offers_nothing() -> None:
    assert all(offered(status(report())).values())


def test_a_service_that_differs_can_be_synced() -> None:
    assert offered(status(drifted()))["sync"] == ""


def test_a_held_release_can_be_retried_and_not_synced() -> None:
    shown = offered(status(report(HELD)))
    assert (shown["retry"], "held" in shown["sync"]) == ("", True)


def test_what_ships_already_cannot_be_synced_once_more() -> None:
    ships = report(SHIFTING, observed=observed(attempt("v2", AttemptState.RUNNING), attempt("v1")))
    assert offered(status(ships))["sync"] == "It ships already."


@pytest.mark.parametrize("others", [(), (attempt("v1", AttemptState.RUNNING),), (attempt("v2"),)])
def test_what_does_not_ship_yet_can_be_synced_whatever_else_does(others: tuple[Attempt, ...]) -> None:
    assert offered(status(report(SHIFTING, observed=observed(*others))))["sync"] == ""


def test_what_is_only_observed_cannot_be_synced() -> None:
    watched = status(drifted())
    watched = replace(watched, wanted=replace(watched.wanted, sync=SyncPolicy.OBSERVE))
    assert "observe" in offered(watched)["sync"]


def test_only_a_firing_alarm_can_be_overruled() -> None:
    firing = replace(BLOCKED, findings=(replace(BLOCKED.findings[0], code=FIRING),))
    other = replace(BLOCKED, findings=(replace(BLOCKED.findings[0], code="AlarmMissing"),))
    assert offered(status(report(firing)))["sync-despite-alarm"] == ""
    assert offered(status(report(other)))["sync-despite-alarm"] != ""


def test_a_daemon_without_a_token_takes_no_orders() -> None:
    assert set(offered(status(report(HELD)), acting=False).values()) == {CLOSED}


def test_who_has_no_role_there_is_told_so_by_name() -> None:
    shown = {each.name: each.why for each in actions(status(drifted()), Reader(you="ann", rights=frozenset()))}
    assert shown["sync"].startswith("ann has no role here")


NOBODY = Reader()
DEPLOYER = Reader("ann", frozenset({Right.ORDER}))


@pytest.mark.parametrize("reader", [NOBODY, DEPLOYER, Reader("ben", frozenset()), Reader(acting=False)])
@pytest.mark.parametrize("ended", [HELD, BLOCKED, SHIFTING])
def test_what_another_replica_offers_to_nobody_is_offered_to_a_reader_as_if_it_were_here(
    reader: Reader, ended: Outcome
) -> None:
    found = status(report(ended))
    assert for_reader(detail_view(found, None, NOBODY), reader) == detail_view(found, None, reader)


def test_an_action_that_is_not_known_here_takes_every_right() -> None:
    view = detail_view(status(report(HELD)), None, NOBODY)
    newer = view.model_copy(update={"actions": (view.actions[1].model_copy(update={"name": "undo"}),)})
    assert not for_reader(newer, DEPLOYER).actions[0].allowed
    assert for_reader(newer, Reader("kim", frozenset(Right))).actions[0].allowed
