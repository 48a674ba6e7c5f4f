"""A service field that Git declares otherwise than when it was applied last is outdated, and no drift."""

from collections.abc import Mapping
from typing import Any

import pytest

from reconcilers.actions import CreateDeployment, StartRolling, UpdateService
from reconcilers.attempts import Attempt, AttemptState, Cause
from reconcilers.model import DriftPolicy, Service, SyncPolicy
from reconcilers.outcome import Blocked, BlockedBy, Differs, Progressing, Sync, Waiting
from reconcilers.verdict import Order
from tests.reconcilers.builders import (
    NETWORK,
    NOW,
    ROLLING,
    attempt,
    decided,
    facts,
    failed,
    kinds,
    live,
    registered,
    rolling_service,
    wanted,
)

BEFORE = {"desiredCount": 2, "healthCheckGracePeriodSeconds": 0}
KNOWN = Order(applied=BEFORE)
FOUGHT = Order(applied=BEFORE, field_heals=(NOW - 10, NOW - 20, NOW - 30))


def want(**more: Any) -> Service:
    """The count is new in Git."""
    return wanted("v1", **{"service_definition": {**BEFORE, "desiredCount": 3}, **more})


def edited(**more: Any) -> Service:
    """The count is new in Git, and the grace was edited."""
    return want(service_definition={"desiredCount": 3, "healthCheckGracePeriodSeconds": 90}, **more)


EDITED = Order(applied={"desiredCount": 2, "healthCheckGracePeriodSeconds": 90})


@pytest.mark.parametrize("drift", DriftPolicy)
def test_a_field_that_git_changed_ships_whatever_drift_says(drift: DriftPolicy) -> None:
    plan = decided(want(drift=drift), live(), KNOWN)
    assert plan.sync is Sync.OUTDATED
    assert [each.fields for each in plan.actions if isinstance(each, UpdateService)] == [{"desiredCount": 3}]
    assert isinstance(plan.outcome, Progressing)
    assert plan.outcome.what == "applies desiredCount"


def test_a_field_that_git_declares_newly_is_outdated_too() -> None:
    known = Order(applied={"healthCheckGracePeriodSeconds": 0})
    assert decided(want(drift=DriftPolicy.WARN), live(), known).sync is Sync.OUTDATED


def test_a_field_that_git_did_not_change_is_drift() -> None:
    plan = decided(want(), live(), Order(applied={**BEFORE, "desiredCount": 3}))
    assert (kinds(plan), plan.sync) == (("UpdateService",), Sync.DRIFTED)


def test_what_git_changed_waits_for_no_heal_and_is_not_fought_over() -> None:
    assert kinds(decided(want(), live(), FOUGHT)) == ("UpdateService",)


@pytest.mark.parametrize(
    ("sync", "said"), [(SyncPolicy.MANUAL, "when somebody says sync"), (SyncPolicy.OBSERVE, "not applied")]
)
def test_what_git_changed_waits_where_releases_do(sync: SyncPolicy, said: str) -> None:
    plan = decided(want(sync=sync), live(), KNOWN)
    assert (plan.actions, plan.sync) == ((), Sync.OUTDATED)
    assert isinstance(plan.outcome, Differs)
    assert said in plan.outcome.what


def test_a_word_ships_what_git_changed() -> None:
    plan = decided(want(sync=SyncPolicy.MANUAL), live(), Order(applied=BEFORE, sync=True))
    assert (kinds(plan), plan.spends) == (("UpdateService",), True)


def test_what_git_changed_ships_before_what_was_edited_is_put_back() -> None:
    (action,) = decided(edited(), live(), EDITED).actions
    assert isinstance(action, UpdateService)
    assert action.fields == {"desiredCount": 3}


def test_what_was_edited_is_put_back_while_what_git_changed_waits() -> None:
    plan = decided(edited(sync=SyncPolicy.MANUAL), live(), EDITED)
    (action,) = plan.actions
    assert isinstance(action, UpdateService)
    assert (action.fields, plan.sync) == ({"healthCheckGracePeriodSeconds": 90}, Sync.OUTDATED)


def test_what_aws_refuses_to_change_blocks_as_outdated() -> None:
    declared = {"loadBalancers": [{"containerName": "proxy", "containerPort": 8080, "targetGroupArn": "tg"}]}
    plan = decided(want(service_definition=declared), live(), Order(applied={}))
    assert isinstance(plan.outcome, Blocked)
    assert (plan.outcome.by, plan.sync) == (BlockedBy.REQUEST, Sync.OUTDATED)


def test_what_git_changed_waits_for_the_end_of_a_shift_as_outdated() -> None:
    shifted = attempt("v1", AttemptState.RUNNING, shift_over=True)
    plan = decided(want(), live(shifted), KNOWN)
    assert isinstance(plan.outcome, Waiting)
    assert plan.sync is Sync.OUTDATED


def test_a_spent_order_keeps_what_was_applied_in_mind() -> None:
    order = Order(sync=True, at=1.0, applied=BEFORE)
    assert decided(want(), live(attempt("v1")), order).sync is Sync.OUTDATED


MAXIMUM = {"deploymentConfiguration": {"maximumPercent": 150}}
COUNTED = {"desiredCount": 2, **MAXIMUM}


def started(last: Attempt, order: Order, **more: Any) -> Mapping[str, Any]:
    """The fields that v2 takes along: the count is new in Git, and the maximum was edited."""
    seen = live(last, service=rolling_service(), running=registered("v1", 1), preflight=facts(group=None))
    want = wanted("v2", rollout=ROLLING, service_definition={**COUNTED, "desiredCount": 3}, **more)
    (start,) = (each for each in decided(want, seen, order).actions if isinstance(each, StartRolling))
    return start.fields


def test_a_rolling_release_takes_the_fields_along_that_git_changed_and_leaves_edited_ones() -> None:
    fields = started(attempt("v1", created_at=1.0), Order(applied=COUNTED), drift=DriftPolicy.WARN)
    assert set(fields) == {"desiredCount"}


def test_a_retry_leaves_the_fields_that_wait_for_a_word() -> None:
    failed = attempt("v2", AttemptState.FAILED, created_at=2.0)
    fields = started(failed, Order(retry=True, applied=COUNTED), sync=SyncPolicy.MANUAL)
    assert set(fields) == {"deploymentConfiguration"}


OTHER = {"awsvpcConfiguration": {**NETWORK["awsvpcConfiguration"], "subnets": ["subnet-9"]}}
CARRIED = {"networkConfiguration": OTHER}
NEW = Order(applied={"networkConfiguration": NETWORK})
SENT = Order(applied=CARRIED)
RUNS = attempt("v1", created_at=NOW - 7200)


def moved(**more: Any) -> Service:
    """The network is declared otherwise than it is live, and nothing else."""
    return wanted("v1", service_definition=CARRIED, **more)


@pytest.mark.parametrize("drift", DriftPolicy)
def test_a_network_that_git_changed_is_shifted_whatever_drift_says(drift: DriftPolicy) -> None:
    plan = decided(moved(drift=drift), live(RUNS), NEW)
    action = plan.actions[-1]
    assert isinstance(action, CreateDeployment)
    assert (action.network_configuration, action.mark.cause, plan.sync) == (OTHER, Cause.COMMIT, Sync.OUTDATED)


def test_a_network_that_git_changed_waits_where_releases_do() -> None:
    plan = decided(moved(sync=SyncPolicy.MANUAL), live(RUNS), NEW)
    assert (plan.actions, plan.sync) == ((), Sync.OUTDATED)


def test_a_network_that_does_not_come_of_what_was_sent_is_drift() -> None:
    plan = decided(moved(drift=DriftPolicy.WARN), live(RUNS), SENT)
    assert (plan.actions, plan.sync) == ((), Sync.DRIFTED)


def test_a_shift_that_a_commit_began_is_no_drift_while_it_runs() -> None:
    plan = decided(moved(), live(attempt("v1", AttemptState.RUNNING), RUNS), SENT)
    assert plan.sync is Sync.OUTDATED


def test_the_infrastructures_fault_in_a_commits_shift_is_tried_again_as_the_commit() -> None:
    fault = failed("v1", "THROTTLED", finished_at=NOW - 60)
    (action,) = (
        each for each in decided(moved(), live(fault, RUNS), SENT).actions if isinstance(each, CreateDeployment)
    )
    assert action.mark.cause is Cause.COMMIT


def test_a_shift_for_another_release_says_nothing_of_the_network() -> None:
    superseded = attempt("v2", AttemptState.STOPPED)
    assert decided(moved(drift=DriftPolicy.WARN), live(superseded, RUNS), SENT).sync is Sync.DRIFTED
