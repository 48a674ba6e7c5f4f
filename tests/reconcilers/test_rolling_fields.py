"""A rolling service's declared fields: put back, or taken along by a release."""

from dataclasses import replace
from typing import Any

from reconcilers.actions import StartRolling, UpdateService
from reconcilers.attempts import Attempt, AttemptState
from reconcilers.live import Live
from reconcilers.model import DriftPolicy, RollingRollout, Service
from reconcilers.outcome import Blocked
from reconcilers.verdict import Look
from tests.reconcilers.builders import (
    ROLLING,
    attempt,
    decided,
    facts,
    kinds,
    looks,
    registered,
    rolling_service,
    wanted,
)
from tests.reconcilers.builders import live as everything

RUNNING, ROLLED_BACK = AttemptState.RUNNING, AttemptState.ROLLED_BACK
V1 = attempt("v1", created_at=1.0)


def want(tag: str, **more: Any) -> Service:
    return wanted(tag, **{"rollout": ROLLING, **more})


def live(*attempts: Attempt, number: int = 1, state: str = "COMPLETED", **more: Any) -> Live:
    """The service names v<number>."""
    given = {
        "service": rolling_service(state, number),
        "running": registered(f"v{number}", number, tags={}),
        "preflight": facts(group=None),
    }
    return everything(*attempts, **{**given, **more})


BREAKER = {"deploymentCircuitBreaker": {"enable": True, "rollback": False}}
CONFIGURED = RollingRollout(configuration=BREAKER)


def test_the_declared_configuration_is_put_back_like_any_field() -> None:
    plan = decided(want("v1", rollout=CONFIGURED), live(V1))
    action = plan.actions[0]
    assert isinstance(action, UpdateService)
    assert action.fields["deploymentConfiguration"]["deploymentCircuitBreaker"] == {"enable": True, "rollback": False}
    assert action.fields["deploymentConfiguration"]["maximumPercent"] == 200


def test_the_configuration_is_declared_over_the_service_definitions() -> None:
    declared = {"deploymentConfiguration": {"maximumPercent": 150, **BREAKER}}
    rollout = RollingRollout(configuration={"maximumPercent": 175})
    action = decided(want("v1", rollout=rollout, service_definition=declared), live(V1)).actions[0]
    assert isinstance(action, UpdateService)
    configuration = action.fields["deploymentConfiguration"]
    assert (configuration["maximumPercent"], configuration["deploymentCircuitBreaker"]["rollback"]) == (175, False)


def test_a_release_takes_declared_fields_with_it_so_that_tasks_are_replaced_once() -> None:
    start = decided(want("v2", rollout=CONFIGURED), live(V1)).actions[-1]
    assert isinstance(start, StartRolling)
    assert start.fields["deploymentConfiguration"]["deploymentCircuitBreaker"]["rollback"] is False


def test_a_release_leaves_fields_alone_where_drift_is_only_warned_of() -> None:
    start = decided(want("v2", rollout=CONFIGURED, drift=DriftPolicy.WARN), live(V1)).actions[-1]
    assert isinstance(start, StartRolling)
    assert start.fields == {}


def test_autoscaling_is_asked_about_before_a_release_takes_the_desired_count_with_it() -> None:
    seen = live(V1, scalable=None)
    assert looks(want("v2", service_definition={"desiredCount": 3}), seen) == {Look.SCALING}


def test_a_desired_count_of_nothing_is_put_right_before_shipping() -> None:
    service = rolling_service()
    empty = replace(service, desired_count=0, definition={**service.definition, "desiredCount": 0})
    declared = {"desiredCount": 2}
    assert kinds(decided(want("v2", service_definition=declared), live(V1, service=empty))) == ("UpdateService",)
    warned = decided(want("v2", service_definition=declared, drift=DriftPolicy.WARN), live(V1, service=empty))
    assert isinstance(warned.outcome, Blocked)


def test_a_load_balancer_that_differs_is_updated() -> None:
    declared = {"loadBalancers": [{"containerName": "proxy", "containerPort": 8080, "targetGroupArn": "tg"}]}
    seen = live(V1)
    assert kinds(decided(want("v1", service_definition=declared), seen)) == ("TagRevision", "UpdateService")
    assert looks(want("v1", service_definition=declared), replace(seen, running=registered())) == {Look.LABELS}
