"""A field's edit that starts a rolling deployment leaves a stamp before it, by which the deployment is ours."""

from typing import Any

import pytest

from reconcilers import tags
from reconcilers.actions import TagRevision, UpdateService
from reconcilers.attempts import Attempt
from reconcilers.declared import STARTING
from reconcilers.live import Live
from reconcilers.live_service import RegisteredRevision
from reconcilers.model import DriftPolicy, Service, SyncPolicy
from reconcilers.outcome import Sync
from reconcilers.verdict import Look, Order
from tests.reconcilers.builders import (
    KEY,
    NOW,
    ROLLING,
    arn,
    attempt,
    decided,
    facts,
    kinds,
    live,
    looks,
    registered,
    release,
    rolling_service,
    wanted,
)

OTHER = {"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-2"]}}}
OWN = {
    tags.OWNER: str(KEY),
    tags.DIGEST: str(wanted("v1").revision),
    tags.RELEASE: str(release("v1")),
    tags.COMMIT: "commit-v1",
    tags.SHIPPED: "5-commit",
}
V1 = attempt("v1", created_at=1.0)
HAND = attempt("v1", id="d-hand", mark=None, created_at=2.0)


def want(tag: str = "v1", **more: Any) -> Service:
    return wanted(tag, **{"rollout": ROLLING, "service_definition": OTHER, **more})


def seen(*attempts: Attempt, running: RegisteredRevision | None = None, **more: Any) -> Live:
    runs = running or registered(tags=OWN)
    given: dict[str, Any] = {"service": rolling_service(), "running": runs, "preflight": facts(group=None), **more}
    return live(*attempts, **given)


def test_what_is_put_back_by_a_deployment_is_stamped_as_a_heal_before_it() -> None:
    plan = decided(want(), seen(V1))
    assert kinds(plan) == ("TagRevision", "UpdateService")
    assert plan.actions[0] == TagRevision(arn(1), {tags.SHIPPED: f"5-commit {NOW:.0f}-heal"})


def test_what_a_commit_changes_is_stamped_as_its_own() -> None:
    plan = decided(want(), seen(V1), Order(applied={}))
    assert plan.sync is Sync.OUTDATED
    assert plan.actions[0] == TagRevision(arn(1), {tags.SHIPPED: f"5-commit {NOW:.0f}-commit"})


def test_a_release_that_is_new_in_its_fields_alone_has_its_commit_on_the_revision() -> None:
    plan = decided(want(release=release("v9")), seen(V1), Order(applied={}))
    labels = {tags.RELEASE: release("v9"), tags.SHIPPED: f"5-commit {NOW:.0f}-commit"}
    assert plan.actions[0] == TagRevision(arn(1), labels)


def test_a_revision_that_is_nobodys_is_claimed_with_the_stamp() -> None:
    (tagged, _) = decided(want(), seen(running=registered(tags={}))).actions
    assert tagged == TagRevision(arn(1), {**OWN, tags.SHIPPED: f"{NOW:.0f}-heal"})


def test_the_older_release_that_runs_until_somebody_says_sync_is_stamped() -> None:
    (tagged, edit) = decided(want("v2", sync=SyncPolicy.MANUAL), seen(HAND, V1)).actions
    assert tagged == TagRevision(arn(1), {tags.SHIPPED: f"5-commit {NOW:.0f}-heal"})
    assert isinstance(edit, UpdateService)


@pytest.mark.parametrize("running", [registered(tags=OWN), registered(tags={})])
def test_what_somebody_else_shipped_over_ours_becomes_no_release_of_ours(running: RegisteredRevision) -> None:
    ours = attempt("v2", created_at=1.0)
    plan = decided(want("v2", drift=DriftPolicy.IGNORE), seen(HAND, ours, running=running), Order(applied={}))
    assert kinds(plan) == ("UpdateService",)


@pytest.mark.parametrize(
    "running",
    [registered(tags={**OWN, tags.OWNER: "dev/notes"}), registered(tags=OWN, status="INACTIVE")],
    ids=["of another service", "deregistered"],
)
def test_a_revision_that_cannot_carry_our_stamp_is_left_as_it_is(running: RegisteredRevision) -> None:
    assert kinds(decided(want(), seen(V1, running=running))) == ("UpdateService",)


def test_a_field_that_starts_nothing_leaves_no_stamp() -> None:
    assert kinds(decided(want(service_definition={"desiredCount": 5}), seen(V1))) == ("UpdateService",)


def test_tags_are_asked_for_only_where_an_edit_may_start_something() -> None:
    untold = registered()
    assert looks(want(), seen(V1, running=untold)) == {Look.LABELS}
    assert kinds(decided(want(service_definition={"desiredCount": 5}), seen(V1, running=untold))) == ("UpdateService",)


def test_what_changes_without_a_deployment_starts_none() -> None:
    assert {"desiredCount", "deploymentConfiguration", "healthCheckGracePeriodSeconds"}.isdisjoint(STARTING)
