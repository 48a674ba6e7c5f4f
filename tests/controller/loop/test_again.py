"""When to look again."""

from dataclasses import replace
from typing import Any

import pytest

from controller.loop.again import Again, again, worth_a_look
from controller.loop.queue import Priority
from reconcilers.actions import StopDeployment, StopServiceDeployment
from reconcilers.live import Live
from reconcilers.outcome import Differs, Failed, InSync, Outcome, Waiting
from tests.controller.builders import BLOCKED, HELD, NOW, SHIFTING, observed, report, status
from tests.reconcilers.builders import service


@pytest.mark.parametrize("outcome", [InSync(), Differs("left alone"), HELD])
def test_the_sweep_is_soon_enough_where_nothing_moves(outcome: Outcome) -> None:
    assert again(report(outcome)) is None


def test_a_shift_is_looked_at_when_it_says() -> None:
    assert again(report(SHIFTING)) == Again(15.0, Priority.IN_FLIGHT)


def test_a_wait_is_looked_at_when_it_says() -> None:
    assert again(report(Waiting("drains", "ECS", 7.0))) == Again(7.0, Priority.IN_FLIGHT)


def test_the_last_moments_of_a_wait_are_not_looked_at_ever_more_often() -> None:
    """A wait is reckoned by the wall clock and slept by the monotonic one, which may be the faster."""
    assert again(report(Waiting("drains", "ECS", 0.0004))) == Again(1.0, Priority.IN_FLIGHT)


@pytest.mark.parametrize("stop", [StopDeployment("d-1", "late"), StopServiceDeployment("arn", "late")])
def test_a_rollback_comes_before_everything(stop: StopDeployment | StopServiceDeployment) -> None:
    assert again(report(SHIFTING, stop)) == Again(15.0, Priority.ROLLBACK)


def test_what_is_blocked_is_checked_again() -> None:
    assert again(report(BLOCKED)) == Again(60.0, Priority.RESYNC)


def test_a_failure_backs_off() -> None:
    assert again(report(Failed("Throttled", ""))) == Again(None, Priority.RESYNC)


def test_a_failure_that_knows_better_comes_back_then() -> None:
    assert again(report(Failed("AnotherDeployment", "", 5.0))) == Again(5.0, Priority.IN_FLIGHT)


def later(seconds: float, **more: Any) -> Live:
    seen = observed(at=NOW + seconds)
    return replace(seen, service=replace(service(), **more))


def test_a_service_never_looked_at_is_worth_a_look() -> None:
    assert worth_a_look(status(), later(0), recheck=300)


def test_what_a_commit_brought_is_worth_a_look_until_it_was_looked_at() -> None:
    brought = replace(status(report()), outcome=None)
    assert worth_a_look(brought, later(60), recheck=300)


def test_a_service_that_was_in_sync_and_has_moved_is_worth_a_look() -> None:
    assert worth_a_look(status(report()), later(60, desired_count=9), recheck=300)


@pytest.mark.parametrize("outcome", [InSync(), HELD, Differs("left alone"), SHIFTING, BLOCKED])
def test_one_that_did_not_move_is_left_alone(outcome: Outcome) -> None:
    assert not worth_a_look(status(report(outcome)), later(60), recheck=300)


@pytest.mark.parametrize("outcome", [HELD, Differs("left alone"), SHIFTING, BLOCKED])
def test_one_that_moved_is_looked_at(outcome: Outcome) -> None:
    assert worth_a_look(status(report(outcome)), later(60, running_count=1), recheck=300)


def test_what_waits_for_a_person_is_looked_at_now_and_then() -> None:
    assert worth_a_look(status(report(HELD)), later(300), recheck=300)


def test_what_comes_back_by_itself_is_not_rechecked() -> None:
    assert not worth_a_look(status(report(SHIFTING)), later(300), recheck=300)


def test_what_failed_is_left_to_its_backoff() -> None:
    assert not worth_a_look(status(report(Failed("Throttled", ""))), later(60, running_count=1), recheck=300)
