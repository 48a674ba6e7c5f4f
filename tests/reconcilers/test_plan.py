"""What cannot be decided at all, how a service is, and the sweep's cheap question."""

from dataclasses import replace
from typing import Any

import pytest

from reconcilers.live_service import LiveService, RollingDeployment
from reconcilers.outcome import Blocked, BlockedBy, Failed, Health, Sync
from reconcilers.plan import glance
from reconcilers.rollout.health import health
from reconcilers.rollout.survey import survey, to_ship
from reconcilers.verdict import Order
from tests.reconcilers.builders import (
    NOW,
    POLICY,
    ROLLING,
    attempt,
    decided,
    live,
    registered,
    rolling_service,
    service,
    task_set,
    wanted,
)


@pytest.mark.parametrize(
    ("found", "code", "state"),
    [
        (None, "ServiceMissing", Health.MISSING),
        (service(status="INACTIVE"), "ServiceNotActive", Health.MISSING),
        (service(status="DRAINING"), "ServiceNotActive", Health.DEGRADED),
        (service(controller="ECS"), "ControllerMismatch", Health.HEALTHY),
    ],
)
def test_a_service_that_nothing_can_be_deployed_to_blocks_with_a_remedy(
    found: LiveService | None, code: str, state: Health
) -> None:
    plan = decided(wanted("v2"), live(service=found))
    assert isinstance(plan.outcome, Blocked)
    assert (plan.outcome.by, plan.outcome.findings[0].code) == (BlockedBy.SERVICE, code)
    assert plan.outcome.findings[0].remedy
    assert (plan.actions, plan.sync, plan.health) == ((), Sync.UNKNOWN, state)


def test_a_rolling_manifest_does_not_fit_a_service_of_codedeploys() -> None:
    outcome = decided(wanted("v2", rollout=ROLLING), live()).outcome
    assert isinstance(outcome, Blocked)
    assert outcome.findings[0].code == "ControllerMismatch"


def test_an_unread_revision_is_not_taken_for_an_empty_one() -> None:
    plan = decided(wanted("v2"), live(running=None))
    assert isinstance(plan.outcome, Failed)
    assert (plan.actions, plan.sync, plan.health) == ((), Sync.UNKNOWN, Health.UNKNOWN)


def test_an_unread_service_cannot_be_surveyed() -> None:
    assert survey(wanted(), live(service=None), NOW, POLICY, Order()) is None


def test_what_would_ship_is_the_wanted_content_where_nothing_runs() -> None:
    assert to_ship(wanted("v2"), None) == (wanted("v2").task_definition, wanted("v2").revision)


COMPLETED = RollingDeployment("ecs-svc/1", "PRIMARY", "arn", "COMPLETED")


@pytest.mark.parametrize(
    ("found", "state"),
    [
        (service(), Health.HEALTHY),
        (service(task_set(running=1)), Health.DEGRADED),
        (service(task_set("ACTIVE")), Health.HEALTHY),
        (rolling_service(), Health.HEALTHY),
        (rolling_service("IN_PROGRESS"), Health.PROGRESSING),
        (rolling_service("FAILED"), Health.DEGRADED),
        (replace(rolling_service(), running_count=1), Health.DEGRADED),
    ],
)
def test_health_is_told_by_the_tasks_of_production(found: LiveService, state: Health) -> None:
    assert health(found) is state


def test_a_service_that_lacks_tasks_while_it_deploys_is_progressing() -> None:
    running = attempt("v2", attempt("v2").state.RUNNING)
    assert health(service(task_set(running=0)), (running,)) is Health.PROGRESSING
    assert health(service(task_set(running=0)), (replace(running, shift_over=True),)) is Health.DEGRADED


def test_the_sweep_passes_over_what_is_in_sync() -> None:
    assert not glance(wanted("v1"), service(), registered())
    assert not glance(wanted("v1", rollout=ROLLING), rolling_service(), registered())
    assert not glance(wanted("v1", service_definition={"desiredCount": 2}), service(), registered())


@pytest.mark.parametrize(
    ("found", "more"),
    [
        (None, {}),
        (service(status="DRAINING"), {}),
        (service(controller="ECS"), {}),
        (service(task_set(), task_set("ACTIVE", 2)), {}),
        (service(task_set(), task_set("DRAINING", 2)), {}),
        (service(), {"service_definition": {"desiredCount": 3}}),
        (rolling_service("IN_PROGRESS"), {"rollout": ROLLING}),
        (rolling_service("FAILED"), {"rollout": ROLLING}),
        (replace(rolling_service(), deployments=(COMPLETED, COMPLETED)), {"rollout": ROLLING}),
        (replace(rolling_service(), deployments=()), {"rollout": ROLLING}),
    ],
)
def test_the_sweep_stops_at_what_is_not(found: LiveService | None, more: dict[str, Any]) -> None:
    assert glance(wanted("v1", **more), found, registered())


def test_the_sweep_stops_at_other_content_and_at_content_that_is_not_known() -> None:
    assert glance(wanted("v2"), service(), registered())
    assert glance(wanted("v1"), service(), None)
