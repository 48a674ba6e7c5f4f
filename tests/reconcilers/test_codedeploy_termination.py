"""A shift is over when PRIMARY has switched; what remains is a termination wait, which is in nobody's way."""

from dataclasses import replace
from typing import Any

import pytest

from reconcilers.actions import EndTerminationWait
from reconcilers.attempts import Attempt, AttemptState
from reconcilers.live import Live
from reconcilers.model import NewerCommit, Service, SyncPolicy
from reconcilers.outcome import Blocked, Differs, Health, Held, InSync, Progressing, Sync, Waiting
from reconcilers.verdict import Look, Order
from tests.reconcilers.builders import (
    CODE_DEPLOY,
    NOW,
    attempt,
    decided,
    facts,
    failed,
    kinds,
    live,
    looks,
    registered,
    service,
    task_set,
    wanted,
)

WAIT = replace(CODE_DEPLOY, newer_commit=NewerCommit.WAIT)


def running(tag: str, state: AttemptState = AttemptState.RUNNING, **more: Any) -> Attempt:
    return attempt(tag, state, **{"created_at": NOW - 300, **more})


def foreign(**more: Any) -> Attempt:
    return running("v7", **{"mark": None, "id": "d-theirs", **more})


def over(tag: str, **more: Any) -> Live:
    """The shift to this tag is over: it is PRIMARY, and the old task set waits for its end."""
    number = int(tag[1:])
    ended = running(tag, shift_over=True, created_at=NOW - 90000)
    sets = service(task_set(number=number, external_id=ended.id), task_set("ACTIVE", 1))
    return live(ended, attempt("v1"), **{"service": sets, "running": registered(tag, number), **more})


def test_a_shift_is_over_when_primary_has_switched_and_its_termination_wait_does_not_time_out() -> None:
    plan = decided(wanted("v2"), over("v2"))
    assert plan.outcome == InSync("d-v2 has shifted the traffic and waits to end the old task set.")
    assert (plan.actions, plan.sync, plan.health) == ((), Sync.IN_SYNC, Health.HEALTHY)


def test_a_termination_wait_is_ended_for_a_newer_release() -> None:
    plan = decided(wanted("v3"), over("v2"), Order(sync=True))
    assert plan.actions == (EndTerminationWait("d-v2"),)
    assert (isinstance(plan.outcome, Progressing), plan.sync, plan.spends) == (True, Sync.OUTDATED, False)


def test_a_termination_wait_is_ended_even_where_newer_commits_wait() -> None:
    assert kinds(decided(wanted("v3", rollout=WAIT), over("v2"))) == ("EndTerminationWait",)


def test_a_termination_wait_is_not_ended_for_what_cannot_ship() -> None:
    blocked = decided(wanted("v3"), over("v2", preflight=facts(group=None)))
    assert (isinstance(blocked.outcome, Blocked), blocked.actions) == (True, ())
    assert isinstance(decided(wanted("v3", sync=SyncPolicy.MANUAL), over("v2")).outcome, Differs)
    assert looks(wanted("v3"), over("v2", preflight=None)) == {Look.PREFLIGHT}


def test_a_held_release_stays_held_during_a_termination_wait() -> None:
    seen = over("v2")
    seen = replace(seen, attempts=(*(seen.attempts or ()), failed("v3")))
    assert isinstance(decided(wanted("v3"), seen).outcome, Held)


def test_service_fields_wait_for_the_termination_wait_to_end() -> None:
    plan = decided(wanted("v2", service_definition={"desiredCount": 5}), over("v2"))
    assert isinstance(plan.outcome, Waiting)
    assert (plan.outcome.on, plan.actions, plan.sync) == ("d-v2", (), Sync.DRIFTED)


def test_autoscaling_is_asked_about_before_a_count_is_said_to_differ_during_a_termination_wait() -> None:
    assert looks(wanted("v2", service_definition={"desiredCount": 5}), over("v2", scalable=None)) == {Look.SCALING}


def test_somebody_elses_termination_wait_is_mentioned_where_all_is_in_sync() -> None:
    seen = live(foreign(shift_over=True, revision=wanted("v1").revision))
    assert isinstance(decided(wanted("v1"), seen).outcome, InSync)


@pytest.mark.parametrize("want", [wanted("v2"), wanted("v1", service_definition={"desiredCount": 5})])
def test_somebody_elses_termination_wait_is_waited_for_where_something_differs(want: Service) -> None:
    assert isinstance(decided(want, live(foreign(shift_over=True))).outcome, Waiting)
