"""A plan of a change says drift where the daemon, which saw the release in sync, will."""

from dataclasses import replace
from typing import Any

import pytest

from controller.cli.applied import Applied
from controller.cli.planned import plan_each
from reconcilers.actions import CreateDeployment
from reconcilers.attempts import Attempt, Cause
from reconcilers.live import Live
from reconcilers.model import DriftPolicy, Service, SyncPolicy
from reconcilers.outcome import Sync
from reconcilers.verdict import Order, Plan
from tests.controller.builders import KEY, NOW, snapshot
from tests.reconcilers.builders import NETWORK, attempt, decided, live, registered, service, task_set, wanted

BY_HAND = attempt("v7", id="d-theirs", mark=None, created_at=NOW - 30, finished_at=NOW - 20)
ONCE = attempt("v2", id="d-jenkins", mark=None, created_at=10.0)
WARNED = wanted("v2", drift=DriftPolicy.WARN)
HEALED = wanted("v2", drift=DriftPolicy.HEAL)
ELSEWHERE = {"networkConfiguration": {"awsvpcConfiguration": {**NETWORK["awsvpcConfiguration"], "subnets": ["new"]}}}


def by_hand(*earlier: Attempt) -> Live:
    """Somebody shipped v7, and Trueup nothing ever."""
    return live(BY_HAND, *earlier, service=service(task_set(number=7)), running=registered("v7", 7))


class Aws:
    """Looks at one service, and notes whose wishes they were for."""

    def __init__(self, seen: Live) -> None:
        self._seen = seen
        self.asked: list[Service] = []

    def preview(self, wanted: Service, order: Order) -> Plan:
        self.asked.append(wanted)
        return decided(wanted, self._seen, order)


def planned(before: Service | None, after: Service, seen: Live) -> Plan:
    base = snapshot(before) if before is not None else snapshot(replace(after, key=replace(KEY, name="other")))
    return plan_each({KEY: after}, Aws(seen).preview, (), Applied(lambda: base, base.services)).plans[KEY]


def causes(plan: Plan) -> list[Cause]:
    return [each.mark.cause for each in plan.actions if isinstance(each, CreateDeployment)]


@pytest.mark.parametrize("earlier", [(), (ONCE,)])
def test_to_let_drift_be_put_back_is_told_as_a_heal(earlier: tuple[Attempt, ...]) -> None:
    plan = planned(WARNED, HEALED, by_hand(*earlier))
    assert (plan.sync, causes(plan)) == (Sync.DRIFTED, [Cause.HEAL])


def test_what_was_let_be_before_is_told_as_a_heal_too() -> None:
    plan = planned(wanted("v2", drift=DriftPolicy.IGNORE), HEALED, by_hand(ONCE))
    assert (plan.sync, causes(plan)) == (Sync.DRIFTED, [Cause.HEAL])


def test_drift_is_put_back_where_releases_wait_for_a_word() -> None:
    manual: dict[str, Any] = {"sync": SyncPolicy.MANUAL}
    plan = planned(wanted("v2", drift=DriftPolicy.WARN, **manual), wanted("v2", **manual), by_hand(ONCE))
    assert (plan.sync, causes(plan)) == (Sync.DRIFTED, [Cause.HEAL])


def test_a_release_that_never_ran_ships_once_its_manifest_lets_it() -> None:
    plan = planned(wanted("v2", sync=SyncPolicy.MANUAL), HEALED, by_hand())
    assert (plan.sync, causes(plan)) == (Sync.OUTDATED, [Cause.COMMIT])


def test_what_will_ship_where_no_daemon_runs_yet_is_never_told_as_left_alone() -> None:
    plan = planned(WARNED, wanted("v2", drift=DriftPolicy.WARN, service_definition={"desiredCount": 3}), by_hand())
    assert (plan.sync, causes(plan)) == (Sync.OUTDATED, [Cause.COMMIT])


def test_another_release_is_a_commits() -> None:
    plan = planned(WARNED, wanted("v3", drift=DriftPolicy.HEAL), by_hand(ONCE))
    assert (plan.sync, causes(plan)) == (Sync.OUTDATED, [Cause.COMMIT])


def test_a_service_that_was_not_there_before_is_a_commits() -> None:
    assert causes(planned(None, HEALED, by_hand(ONCE))) == [Cause.COMMIT]


def test_a_network_that_the_change_declares_is_a_commits_though_all_was_in_sync() -> None:
    plan = planned(wanted("v1"), wanted("v1", service_definition=ELSEWHERE), live())
    assert (plan.sync, causes(plan)) == (Sync.OUTDATED, [Cause.COMMIT])


def test_where_no_commit_is_named_head_may_be_what_is_to_ship() -> None:
    plans = plan_each({KEY: HEALED}, Aws(by_hand()).preview, (), Applied(lambda: snapshot(HEALED))).plans
    assert causes(plans[KEY]) == [Cause.COMMIT]


def test_aws_is_asked_once_about_what_is_not_outdated() -> None:
    aws = Aws(live())
    plan_each({KEY: wanted("v1")}, aws.preview, (), Applied(snapshot, {KEY: wanted("v1", drift=DriftPolicy.WARN)}))
    assert aws.asked == [wanted("v1")]
