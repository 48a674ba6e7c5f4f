"""No way to a registered revision leads around the guard rails."""

import re
from pathlib import Path
from typing import Any

import pytest

from reconcilers.actions import Action, RegisterTaskDefinition, StopDeployment, UpdateService
from reconcilers.attempts import AttemptState
from reconcilers.explain import chain
from reconcilers.guard_rails.rails import GuardRails, Rails
from reconcilers.image_reference import Repository
from reconcilers.live import Live
from reconcilers.model import Service, SyncPolicy
from reconcilers.outcome import Blocked, BlockedBy, Differs, Health, InSync, Progressing, Sync
from reconcilers.plan import decide
from reconcilers.pointer import Pointer
from reconcilers.reconcile import Reconciler
from reconcilers.verdict import LinkState, LookCloser, Order, Plan, Policy
from tests.reconcilers.builders import (
    NOW,
    ROLLING,
    attempt,
    definition,
    failed,
    live,
    registered,
    rolling_service,
    wanted,
)
from tests.reconcilers.gateways import described, over, replies

ELSEWHERE = GuardRails((Rails(("prod",), images=(Repository("ghcr.io", "team"),)),))
HUB = GuardRails((Rails(("prod",), images=(Repository("docker.io", ""),), task_roles=()),))
OTHER_CLUSTER = GuardRails((Rails(("prod",), clusters=("dev",)),))


def planned(want: Service, seen: Live, rails: GuardRails, order: Order | None = None) -> Plan:
    verdict = decide(want, seen, NOW, Policy(guard_rails=rails), order or Order())
    assert isinstance(verdict, Plan), verdict
    return verdict


def stopped_by(plan: Plan) -> tuple[BlockedBy, list[str]]:
    assert isinstance(plan.outcome, Blocked), plan.outcome
    assert plan.actions == ()
    return plan.outcome.by, [each.code for each in plan.outcome.findings]


REFUSED = (BlockedBy.GUARD_RAILS, ["ImageNotAllowed"])
SHIPPED = attempt("v1")
WAYS: dict[str, tuple[Service, Live, Order]] = {
    "a release": (wanted("v2"), live(SHIPPED), Order()),
    "a release on somebody's word": (wanted("v2", sync=SyncPolicy.MANUAL), live(SHIPPED), Order(sync=True)),
    "a release despite an alarm": (wanted("v2"), live(SHIPPED), Order(sync=True, despite_alarm="a fix")),
    "a revision that is there already": (wanted("v2"), live(SHIPPED, candidates=(registered("v2", 2),)), Order()),
    "a heal": (wanted("v2"), live(attempt("v2", created_at=NOW - 9000)), Order()),
    "a retry": (wanted("v2"), live(failed("v2"), SHIPPED), Order(retry=True)),
    "a rolling update": (
        wanted("v2", rollout=ROLLING),
        live(attempt("v1", created_at=NOW - 9000), service=rolling_service()),
        Order(),
    ),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_no_way_ships_what_is_refused(way: tuple[Service, Live, Order]) -> None:
    assert stopped_by(planned(way[0], way[1], ELSEWHERE, way[2])) == REFUSED


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_the_same_ways_ship_what_is_allowed(way: tuple[Service, Live, Order]) -> None:
    assert isinstance(planned(way[0], way[1], HUB, way[2]).outcome, Progressing)


def test_what_is_refused_needs_no_further_look() -> None:
    assert stopped_by(planned(wanted("v2"), live(SHIPPED, preflight=None), ELSEWHERE)) == REFUSED


def test_an_order_is_kept_for_when_the_rails_let_it_pass() -> None:
    assert not planned(wanted("v2"), live(SHIPPED), ELSEWHERE, Order(sync=True)).spends


def test_what_already_runs_is_left_running() -> None:
    assert planned(wanted("v1"), live(SHIPPED), ELSEWHERE).outcome == InSync()


def test_what_is_only_reported_is_reported() -> None:
    plan = planned(wanted("v2", sync=SyncPolicy.OBSERVE), live(SHIPPED), ELSEWHERE)
    assert isinstance(plan.outcome, Differs)


def test_live_values_that_the_manifest_ignores_are_held_against_the_rails_too() -> None:
    by_hand = registered(definition=definition("v1", taskRoleArn="arn:aws:iam::1:role/admin"))
    want = wanted("v2", ignore=(Pointer.parse("/taskDefinition/taskRoleArn"),))
    refused = stopped_by(planned(want, live(SHIPPED, running=by_hand), HUB))
    assert refused == (BlockedBy.GUARD_RAILS, ["TaskRoleNotAllowed"])


RUNNING = attempt("v1", AttemptState.RUNNING, finished_at=None)


def test_a_shift_is_not_stopped_for_what_is_refused() -> None:
    seen = live(RUNNING, attempt("v0", created_at=NOW - 9000), running=registered("v0", 9))
    plan = planned(wanted("v2"), seen, ELSEWHERE)
    assert (plan.actions, type(plan.outcome)) == ((), Progressing)
    assert any(isinstance(each, StopDeployment) for each in planned(wanted("v2"), seen, HUB).actions)


def test_a_termination_wait_is_not_ended_for_what_is_refused() -> None:
    seen = live(attempt("v1", AttemptState.RUNNING, finished_at=None, shift_over=True))
    assert stopped_by(planned(wanted("v2"), seen, ELSEWHERE)) == REFUSED


def test_a_rolling_update_is_not_stopped_to_go_back_to_what_is_refused() -> None:
    seen = live(
        attempt("v1", AttemptState.RUNNING, finished_at=None),
        attempt("v2", created_at=NOW - 9000),
        service=rolling_service(state="IN_PROGRESS"),
    )
    plan = planned(wanted("v2", rollout=ROLLING), seen, ELSEWHERE)
    assert plan.actions == ()
    assert planned(wanted("v2", rollout=ROLLING), seen, HUB).actions != ()


@pytest.mark.parametrize("tag", ["v1", "v2"])
def test_in_another_environments_cluster_nothing_is_written(tag: str) -> None:
    plan = planned(wanted(tag, service_definition={"desiredCount": 9}), live(SHIPPED), OTHER_CLUSTER)
    assert stopped_by(plan) == (BlockedBy.GUARD_RAILS, ["ClusterNotAllowed"])
    assert (plan.sync, plan.health) == (Sync.UNKNOWN, Health.HEALTHY)


LOG = {"logConfiguration": {"logDriver": "splunk", "secretOptions": [{"name": "t", "valueFrom": "/other"}]}}


def test_a_field_that_names_a_refused_secret_is_not_put_back() -> None:
    want = wanted("v1", service_definition={"serviceConnectConfiguration": LOG, "desiredCount": 3})
    none = GuardRails((Rails(("prod",), secrets_below=()),))
    assert stopped_by(planned(want, live(SHIPPED), none)) == (BlockedBy.GUARD_RAILS, ["SecretNotAllowed"])


def test_the_chain_stops_before_traffic_and_names_who_can_clear_it() -> None:
    blocked = planned(wanted("v2"), live(SHIPPED), ELSEWHERE).outcome
    link = next(each for each in chain(wanted("v2"), live(SHIPPED), blocked) if each.state is LinkState.BLOCKED)
    assert (link.name, link.who) == ("preflight", "whoever keeps the guard rails")


def reconciled(rails: GuardRails, *actions: Action) -> tuple[Any, list[str]]:
    """A plan that somebody made without asking the rails."""
    gateways, wire = over(
        {**replies(), "RegisterTaskDefinition": described(2, "v2"), "UpdateService": {}, "StopDeployment": {}}
    )

    def careless(*_: object) -> Plan | LookCloser:
        return Plan(actions, Progressing("ships", 15.0), Sync.OUTDATED, Health.HEALTHY)

    reconciler = Reconciler(lambda _: gateways, lambda: NOW, Policy(guard_rails=rails), decide=careless)
    return reconciler.reconcile(wanted("v2")).outcome, wire.operations


CARELESS: list[tuple[Action, GuardRails]] = [
    (RegisterTaskDefinition(definition("v2"), {}), ELSEWHERE),
    (UpdateService("prod", "notes", {"desiredCount": 0}), OTHER_CLUSTER),
    (StopDeployment("d-1", "why"), OTHER_CLUSTER),
]


@pytest.mark.parametrize(("action", "rails"), CARELESS)
def test_a_plan_that_did_not_ask_is_stopped_before_the_call(action: Action, rails: GuardRails) -> None:
    outcome, called = reconciled(rails, action)
    assert isinstance(outcome, Blocked)
    assert outcome.by is BlockedBy.GUARD_RAILS
    assert called == ["DescribeServices", "DescribeTaskDefinition"][: len(called)]


def test_a_plan_that_is_allowed_passes() -> None:
    outcome, called = reconciled(HUB, RegisterTaskDefinition(definition("v2"), {}))
    assert isinstance(outcome, Progressing)
    assert called[-1] == "RegisterTaskDefinition"


def test_only_one_place_registers_a_revision_and_only_the_reconciler_comes_to_it() -> None:
    root = Path(__file__).parents[2]
    files = {
        path.relative_to(root).as_posix(): path.read_text("utf-8")
        for package in ("controller", "reconcilers")
        for path in (root / package).rglob("*.py")
        if "demo" not in path.parts  # which plays somebody with a console of their own
    }

    def where(pattern: str) -> list[str]:
        return sorted(name for name, text in files.items() if re.search(pattern, text))

    assert where(r"\"register_task_definition\"|\.register_task_definition\(") == ["reconcilers/aws/ecs.py"]
    assert where(r"\.ecs\.register\(") == ["reconcilers/act.py"]
    assert where(r"[^_\w]act\(") == ["reconcilers/act.py", "reconcilers/reconcile.py"]
