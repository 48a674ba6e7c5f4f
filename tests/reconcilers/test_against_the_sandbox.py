"""The edge against an AWS: real gateways, real decisions, door one of the sandbox."""

from dataclasses import replace

import pytest

from reconcilers.attempts import AwsReason
from reconcilers.model import Cluster, DriftPolicy
from reconcilers.outcome import Blocked, BlockedBy, Differs, Held, InSync, Progressing
from reconcilers.report import Report
from reconcilers.sweep import Sweeper
from reconcilers.verdict import Order, Policy
from sandbox.switches import DeploymentOrder, Switches
from tests.reconcilers.sandboxed import SCOPE, Account, client_of, pool, reconciler, rolled, shifted

MUTATIONS = {"RegisterTaskDefinition", "CreateDeployment", "UpdateService", "StopDeployment", "TagResource"}


def deployment_of(report: Report) -> str | None:
    return report.outcome.deployment if isinstance(report.outcome, Progressing) else None


def test_a_service_that_runs_what_git_says_is_left_alone() -> None:
    account = shifted()

    report = reconciler(account.world).reconcile(account.wanted)

    assert report.outcome == InSync()
    assert not MUTATIONS & {operation for _, operation in account.world.calls}


def test_one_rollout_takes_at_most_twenty_calls_beside_polling() -> None:
    account = shifted()
    account.push("1.1.0")
    account.world.calls.clear()

    report = reconciler(account.world).reconcile(account.wants("1.1.0"))

    assert deployment_of(report) is not None
    assert account.world.calls.total() <= 20


def test_a_look_at_a_running_shift_takes_five_calls_its_alarms_among_them() -> None:
    account = shifted()
    account.push("1.1.0")
    daemon = reconciler(account.world)
    daemon.reconcile(account.wants("1.1.0"))
    account.clock.advance(200)
    daemon.reconcile(account.wants("1.1.0"))  # how its configuration moves traffic is asked once
    account.world.calls.clear()

    daemon.reconcile(account.wants("1.1.0"))

    assert account.world.calls.total() == 5


def test_a_running_shift_tells_both_colours_its_alarms_and_its_end() -> None:
    account = shifted()
    account.push("1.1.0")
    daemon = reconciler(account.world)
    daemon.reconcile(account.wants("1.1.0"))
    account.clock.advance(200)

    report = daemon.reconcile(account.wants("1.1.0"))

    assert isinstance(report.outcome, Progressing)
    progress = report.outcome.progress
    assert progress is not None
    assert sorted(each.green for each in progress.colours) == [False, True]
    assert sum(each.weight for each in progress.colours) == 100
    assert len({each.task_definition_arn for each in progress.colours}) == 2
    assert {each.state for each in progress.alarms} == {"OK"}
    assert progress.ends_at is not None
    assert 0 < progress.ends_at - account.clock.now() <= 600


def test_a_shift_is_followed_to_its_end() -> None:
    account = shifted()
    account.push("1.1.0")

    report = account.follow(reconciler(account.world), account.wants("1.1.0"), 20)

    shares = [each.outcome.progress.traffic for each in account.reports
              if isinstance(each.outcome, Progressing) and each.outcome.progress]  # fmt: skip
    assert report.outcome == InSync()
    assert shares == sorted(shares)
    assert {10.0, 50.0, 90.0} <= set(shares)
    assert account.count("CreateDeployment") == 1
    assert account.count("RegisterTaskDefinition") == 1


def test_a_daemon_that_was_killed_goes_on_with_the_same_deployment() -> None:
    account = shifted()
    account.push("1.1.0")
    first = reconciler(account.world).reconcile(account.wants("1.1.0"))
    account.clock.advance(300)

    again = reconciler(account.world).reconcile(account.wants("1.1.0"))

    assert deployment_of(again) == deployment_of(first)
    assert account.count("CreateDeployment") == 1


@pytest.mark.parametrize("order", DeploymentOrder)
def test_a_bad_release_gets_one_deployment_and_is_held_over_restarts(order: DeploymentOrder) -> None:
    account = shifted(switches=Switches(deployment_order=order))
    account.push("bad")
    account.follow(reconciler(account.world), account.wants("bad"), 20)

    report = account.follow(reconciler(account.world), account.wants("bad"), 10)

    assert isinstance(report.outcome, Held)
    assert report.outcome.reason.code == "ALARM_ACTIVE"
    assert account.count("CreateDeployment") == 1


def test_a_held_release_is_tried_again_when_a_person_says_so() -> None:
    account = shifted()
    account.push("bad")
    daemon = reconciler(account.world)
    account.follow(daemon, account.wants("bad"), 60)

    report = daemon.reconcile(account.wants("bad"), Order(retry=True))

    assert report.spent
    assert account.count("CreateDeployment") == 2
    assert account.count("RegisterTaskDefinition") == 1


def test_a_release_that_comes_back_is_shipped_with_the_revision_it_had() -> None:
    account = shifted()
    account.push("1.0.0")
    account.push("1.1.0")
    account.follow(reconciler(account.world), account.wants("1.1.0"), 20)

    report = account.follow(reconciler(account.world), account.wanted, 20)

    assert report.outcome == InSync()
    assert report.observed is not None
    assert report.observed.running is not None
    assert report.observed.running.arn.endswith(":1")
    assert account.count("RegisterTaskDefinition") == 1


def test_a_rolling_update_is_followed_to_its_end() -> None:
    account = rolled()

    report = account.follow(reconciler(account.world), account.wants("1.28"), 15)

    assert report.outcome == InSync()
    assert account.count("RegisterTaskDefinition") == 1
    assert account.count("UpdateService") == 1


def test_a_rolling_rollout_takes_at_most_twenty_calls_beside_polling() -> None:
    account = rolled()

    report = reconciler(account.world).reconcile(account.wants("1.28"))

    assert isinstance(report.outcome, Progressing)
    assert account.world.calls.total() <= 20


def test_a_rollback_by_the_circuit_breaker_is_held() -> None:
    account = rolled()
    account.follow(reconciler(account.world), account.wants("crash"), 60)

    report = account.follow(reconciler(account.world), account.wants("crash"), 10)

    assert isinstance(report.outcome, Held)
    assert isinstance(report.outcome.reason, AwsReason)
    assert account.count("UpdateService") == 1


def by_hand(account: Account, arn: str) -> None:
    ecs = client_of(account.world, "ecs", SCOPE)
    ecs.update_service(cluster=account.wanted.cluster, service=account.wanted.name, taskDefinition=arn)


def test_a_hand_that_goes_back_to_a_revision_of_ours_is_somebody_elses() -> None:
    account = rolled()
    account.follow(reconciler(account.world), account.wants("1.28"), 10)
    account.follow(reconciler(account.world), account.wants("1.29"), 10)
    by_hand(account, "web:2")

    report = account.follow(reconciler(account.world), replace(account.wants("1.29"), drift=DriftPolicy.WARN), 10)

    assert isinstance(report.outcome, Differs)
    assert account.count("StopServiceDeployment") == 0
    assert account.count("UpdateService") == 3


def test_a_rolling_service_is_not_fought_over_for_ever() -> None:
    account = rolled()
    wanted = account.wants("1.28")
    account.follow(reconciler(account.world), wanted, 10)

    for _ in range(6):
        by_hand(account, "web:1")
        report = account.follow(reconciler(account.world), wanted, 8)

    assert isinstance(report.outcome, Blocked)
    assert report.outcome.by is BlockedBy.FOUGHT
    ours = account.count("UpdateService") - 6
    assert ours == 1 + Policy().heals_per_hour


def test_a_sweep_finds_what_git_wants_otherwise() -> None:
    account = shifted()
    sweeper = Sweeper(pool(account.world), account.world.clock.now)
    cluster = Cluster(SCOPE, account.wanted.cluster)

    assert sweeper.sweep(cluster, (account.wanted,)).in_sync == {account.wanted.key}
    assert sweeper.sweep(cluster, (account.wants("1.1.0"),)).differing == {account.wanted.key}


def test_a_cluster_that_is_gone_is_an_error_of_its_services() -> None:
    account = shifted()
    sweeper = Sweeper(pool(account.world), account.world.clock.now)

    result = sweeper.sweep(Cluster(SCOPE, "gone"), (replace(account.wanted, cluster="gone"),))

    assert result.errors.keys() == {account.wanted.key}
