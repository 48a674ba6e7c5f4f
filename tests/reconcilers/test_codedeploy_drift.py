"""Drift is put back, warned of or ignored; further and further apart, and not for ever."""

from dataclasses import replace
from typing import Any

import pytest

from reconcilers.actions import CreateDeployment, UpdateService
from reconcilers.attempts import Attempt, Cause, Mark
from reconcilers.live import Live
from reconcilers.model import DriftPolicy, Revision, SyncPolicy
from reconcilers.outcome import Blocked, BlockedBy, Differs, InSync, Progressing, Sync, Waiting
from reconcilers.plan import decide
from reconcilers.pointer import Pointer
from reconcilers.verdict import Look, Order, Plan, Policy
from tests.reconcilers.builders import (
    NETWORK,
    NOW,
    arn,
    attempt,
    decided,
    failed,
    kinds,
    live,
    looks,
    registered,
    release,
    service,
    task_set,
    wanted,
)

SHIPPED = attempt("v2", created_at=10.0)
THEIRS = attempt("v7", id="d-theirs", mark=None, created_at=NOW - 30, finished_at=NOW - 20)


def drifted(*attempts: Attempt, **more: Any) -> Live:
    """Somebody shipped v7 by hand over our v2."""
    given: dict[str, Any] = {
        "service": service(task_set(number=7)),
        "running": registered("v7", 7, registered_by="arn:aws:iam::1:user/eve"),
    }
    return live(*(attempts or (THEIRS, SHIPPED)), **{**given, **more})


def heal(minutes_ago: float, name: str = "d-heal") -> Attempt:
    mark = Mark(release("v2"), "commit-v2", Cause.HEAL)
    at = NOW - 60 * minutes_ago
    return attempt("v2", id=f"{name}-{minutes_ago}", mark=mark, created_at=at - 30, finished_at=at)


def test_drift_is_healed_by_shipping_what_is_wanted_again() -> None:
    plan = decided(wanted("v2"), drifted())
    action = plan.actions[-1]
    assert isinstance(action, CreateDeployment)
    assert (action.mark.cause, plan.sync) == (Cause.HEAL, Sync.DRIFTED)


def test_a_heal_carries_the_commit_that_brought_the_release_though_git_has_a_newer_one() -> None:
    want = replace(wanted("v2"), commit=Revision("head", NOW))
    plan = decided(want, drifted())
    marks = [each.mark for each in plan.actions if isinstance(each, CreateDeployment)]
    assert [(each.commit, each.cause) for each in marks] == [("commit-v2", Cause.HEAL)]


def test_drift_is_healed_where_releases_are_manual() -> None:
    assert kinds(decided(wanted("v2", sync=SyncPolicy.MANUAL), drifted()))[-1] == "CreateDeployment"


def test_drift_is_warned_of() -> None:
    plan = decided(wanted("v2", drift=DriftPolicy.WARN), drifted())
    assert isinstance(plan.outcome, Differs)
    assert (plan.actions, plan.sync) == ((), Sync.DRIFTED)
    assert plan.changes


def test_drift_that_is_warned_of_is_put_back_on_the_word() -> None:
    plan = decided(wanted("v2", drift=DriftPolicy.WARN), drifted(), Order(sync=True))
    assert (kinds(plan)[-1], plan.spends) == ("CreateDeployment", True)


def test_drift_is_ignored() -> None:
    plan = decided(wanted("v2", drift=DriftPolicy.IGNORE), drifted())
    assert isinstance(plan.outcome, InSync)
    assert (plan.actions, plan.sync, plan.changes) == ((), Sync.IN_SYNC, ())


def test_observe_heals_nothing() -> None:
    plan = decided(wanted("v2", sync=SyncPolicy.OBSERVE), drifted(), Order(sync=True))
    assert isinstance(plan.outcome, Differs)
    assert (plan.actions, plan.sync) == ((), Sync.DRIFTED)


def test_without_an_attempt_of_ours_it_is_outdated_and_not_drift() -> None:
    assert decided(wanted("v2"), drifted(THEIRS, replace(SHIPPED, mark=None))).sync is Sync.OUTDATED


JENKINS = attempt("v2", id="d-jenkins", mark=None, created_at=10.0)


def test_a_change_to_what_was_seen_in_sync_is_drift_though_we_never_shipped_it() -> None:
    plan = decided(wanted("v2", drift=DriftPolicy.WARN), drifted(THEIRS), Order(in_sync_before=True))
    assert (plan.actions, plan.sync) == ((), Sync.DRIFTED)


def test_a_change_to_what_was_seen_in_sync_is_healed_though_releases_are_manual() -> None:
    plan = decided(wanted("v2", sync=SyncPolicy.MANUAL), drifted(THEIRS), Order(in_sync_before=True))
    assert kinds(plan)[-1] == "CreateDeployment"


def test_what_once_ran_before_us_is_left_alone_where_drift_is() -> None:
    plan = decided(wanted("v2", drift=DriftPolicy.WARN), drifted(THEIRS, JENKINS))
    assert (plan.actions, plan.sync) == ((), Sync.DRIFTED)


def test_what_once_ran_before_us_waits_for_a_word_where_releases_do() -> None:
    plan = decided(wanted("v2", sync=SyncPolicy.MANUAL), drifted(THEIRS, JENKINS))
    assert (plan.actions, plan.sync) == ((), Sync.OUTDATED)


def test_what_once_ran_before_us_ships_where_both_policies_let_it() -> None:
    assert kinds(decided(wanted("v2"), drifted(THEIRS, JENKINS)))[-1] == "CreateDeployment"


def test_what_never_ran_is_outdated_however_drift_is_treated() -> None:
    plan = decided(wanted("v2", drift=DriftPolicy.WARN), drifted(THEIRS))
    assert plan.sync is Sync.OUTDATED


def test_what_we_shipped_last_being_another_release_it_is_outdated() -> None:
    assert decided(wanted("v2"), drifted(THEIRS, attempt("v3"), SHIPPED)).sync is Sync.OUTDATED


def test_a_failed_release_of_ours_that_still_runs_is_nobodys_drift() -> None:
    stuck = failed("v3", "MANUAL_STOP")
    seen = live(stuck, SHIPPED, running=registered("v3", 3), service=service(task_set(number=3)))
    assert decided(wanted("v2", drift=DriftPolicy.WARN), seen).sync is Sync.OUTDATED


def test_a_held_release_is_never_healed() -> None:
    assert decided(wanted("v2"), drifted(THEIRS, failed("v2"), SHIPPED)).sync is Sync.HELD


def test_the_infrastructures_fault_in_a_heal_is_tried_again_as_a_heal() -> None:
    fault = failed("v2", "THROTTLED", finished_at=NOW - 60)
    action = decided(wanted("v2"), drifted(fault, THEIRS, SHIPPED)).actions[-1]
    assert isinstance(action, CreateDeployment)
    assert action.mark.cause is Cause.HEAL


@pytest.mark.parametrize(
    ("heals", "left"),
    [((0.5,), 30.0), ((1.5, 4.0), 90.0), ((0.5, 61.0), 30.0)],
)
def test_a_heal_that_was_undone_is_repeated_later_and_later(heals: tuple[float, ...], left: float) -> None:
    outcome = decided(wanted("v2"), drifted(THEIRS, *(heal(each) for each in heals), SHIPPED)).outcome
    assert isinstance(outcome, Waiting)
    assert outcome.after == pytest.approx(left)


@pytest.mark.parametrize("heals", [(1.0,), (3.0, 9.0)])
def test_a_heal_is_repeated_after_its_time(heals: tuple[float, ...]) -> None:
    plan = decided(wanted("v2"), drifted(THEIRS, *(heal(each) for each in heals), SHIPPED))
    assert kinds(plan)[-1] == "CreateDeployment"


def test_three_heals_an_hour_are_enough_and_the_other_hand_is_named() -> None:
    plan = decided(wanted("v2"), drifted(THEIRS, heal(12), heal(25), heal(40), SHIPPED))
    assert isinstance(plan.outcome, Blocked)
    assert (plan.outcome.by, plan.actions) == (BlockedBy.FOUGHT, ())
    assert "user/eve" in plan.outcome.findings[0].message
    assert "d-theirs, somebody else's" in plan.outcome.findings[0].message


def test_the_other_hand_is_named_by_its_revision_where_the_record_has_no_deployment_of_its() -> None:
    seen = drifted(heal(12), heal(25), heal(40), SHIPPED, running=registered("v7", 7))
    outcome = decided(wanted("v2"), seen).outcome
    assert isinstance(outcome, Blocked)
    assert outcome.findings[0].message.endswith(f"{arn(7)} runs.")


def test_a_fight_stays_one_until_somebody_ends_it() -> None:
    theirs = replace(THEIRS, created_at=NOW - 60 * 60 * 24 + 60)
    heals = tuple(heal(60 * 24 + minutes) for minutes in (0, 10, 25))
    seen = drifted(theirs, *heals, SHIPPED)
    assert isinstance(decided(wanted("v2"), seen).outcome, Blocked)
    assert kinds(decided(wanted("v2"), seen, Order(sync=True)))[-1] == "CreateDeployment"


def test_a_change_after_a_quiet_time_is_healed_however_it_was_fought_over_before() -> None:
    heals = tuple(heal(60 * 24 + minutes) for minutes in (0, 10, 25))
    assert kinds(decided(wanted("v2"), drifted(THEIRS, *heals, SHIPPED)))[-1] == "CreateDeployment"


def test_heals_that_are_hours_apart_are_no_fight() -> None:
    heals = (heal(30), heal(90), heal(180))
    assert kinds(decided(wanted("v2"), drifted(THEIRS, *heals, SHIPPED)))[-1] == "CreateDeployment"


def test_without_a_backoff_heals_are_repeated_at_once() -> None:
    plan = decide(wanted("v2"), drifted(THEIRS, heal(0.1), SHIPPED), NOW, Policy(heal_backoff=()))
    assert isinstance(plan, Plan)
    assert kinds(plan)[-1] == "CreateDeployment"


FIELDS = {"desiredCount": 3}


def test_a_declared_field_that_differs_is_put_back_and_nothing_else_is_sent() -> None:
    plan = decided(wanted("v1", service_definition=FIELDS), live(attempt("v1")))
    assert plan.actions == (UpdateService("prod", "notes", {"desiredCount": 3}),)
    assert isinstance(plan.outcome, Progressing)
    assert [each.path for each in plan.changes] == ["/serviceDefinition/desiredCount"]


def test_a_field_that_git_does_not_name_is_somebody_elses() -> None:
    assert decided(wanted("v1", service_definition={"healthCheckGracePeriodSeconds": 0}), live()).actions == ()


def test_a_field_is_sent_whole_with_what_is_live_below_it() -> None:
    have = service(definition={"deploymentConfiguration": {"maximumPercent": 200, "minimumHealthyPercent": 50}})
    want = wanted("v1", service_definition={"deploymentConfiguration": {"minimumHealthyPercent": 100}})
    action = decided(want, live(service=have)).actions[0]
    assert isinstance(action, UpdateService)
    assert action.fields == {"deploymentConfiguration": {"maximumPercent": 200, "minimumHealthyPercent": 100}}


def test_the_desired_count_under_autoscaling_is_never_fought() -> None:
    assert decided(wanted("v1", service_definition=FIELDS), live(scalable=True)).sync is Sync.IN_SYNC


def test_autoscaling_is_asked_about_where_the_desired_count_differs_and_only_there() -> None:
    assert looks(wanted("v1", service_definition=FIELDS), live(scalable=None)) == {Look.SCALING}
    assert decided(wanted("v1", service_definition={"desiredCount": 2}), live(scalable=None)).sync is Sync.IN_SYNC


def test_a_field_is_warned_of_ignored_or_only_observed() -> None:
    cases: tuple[tuple[dict[str, Any], Sync], ...] = (
        ({"drift": DriftPolicy.WARN}, Sync.DRIFTED),
        ({"drift": DriftPolicy.IGNORE}, Sync.IN_SYNC),
        ({"sync": SyncPolicy.OBSERVE}, Sync.DRIFTED),
    )
    for more, sync in cases:
        plan = decided(wanted("v1", service_definition=FIELDS, **more), live())
        assert (plan.actions, plan.sync) == ((), sync)


def test_an_ignored_field_is_no_difference() -> None:
    ignore = (Pointer.parse("/serviceDefinition/desiredCount"),)
    assert decided(wanted("v1", service_definition=FIELDS, ignore=ignore), live()).sync is Sync.IN_SYNC


def test_fields_are_put_back_later_and_later_by_the_loops_memory() -> None:
    want = wanted("v1", service_definition=FIELDS)
    outcome = decided(want, live(), Order(field_heals=(NOW - 600, NOW - 30))).outcome
    assert isinstance(outcome, Waiting)
    assert outcome.after == pytest.approx(150.0)
    assert kinds(decided(want, live(), Order(field_heals=(NOW - 61,)))) == ("UpdateService",)


def test_fields_are_not_fought_over_for_ever() -> None:
    want = wanted("v1", service_definition=FIELDS)
    order = Order(field_heals=(NOW - 600, NOW - 1800, NOW - 3000))
    outcome = decided(want, live(), order).outcome
    assert isinstance(outcome, Blocked)
    assert outcome.by is BlockedBy.FOUGHT
    assert kinds(decided(want, live(), replace(order, sync=True))) == ("UpdateService",)


def test_fields_that_were_fought_over_yesterday_are_put_back() -> None:
    want = wanted("v1", service_definition=FIELDS)
    yesterday = NOW - 86400
    order = Order(field_heals=(yesterday, yesterday - 10, yesterday - 20))
    assert kinds(decided(want, live(), order)) == ("UpdateService",)


def test_a_spent_order_keeps_the_memory_of_fields() -> None:
    want = wanted("v1", service_definition=FIELDS)
    order = Order(sync=True, at=1.0, field_heals=(NOW - 30,))
    assert isinstance(decided(want, live(attempt("v1")), order).outcome, Waiting)


def test_nothing_is_put_back_during_a_deployment() -> None:
    theirs = replace(THEIRS, state=attempt("v1").state.RUNNING)
    assert decided(wanted("v1", service_definition=FIELDS), live(theirs)).actions == ()


def test_fields_are_put_back_while_a_release_waits_for_a_word() -> None:
    plan = decided(wanted("v2", service_definition=FIELDS, sync=SyncPolicy.MANUAL), live(attempt("v1")))
    assert (kinds(plan), plan.sync) == (("UpdateService",), Sync.OUTDATED)
    assert isinstance(plan.outcome, Differs)


def test_autoscaling_is_asked_about_while_a_release_waits_for_a_word() -> None:
    want = wanted("v2", service_definition=FIELDS, sync=SyncPolicy.MANUAL)
    assert looks(want, live(attempt("v1"), scalable=None)) == {Look.SCALING}


def test_autoscaling_is_asked_about_before_a_count_of_nothing_is_put_right() -> None:
    empty = service(desired_count=0, definition={**service().definition, "desiredCount": 0})
    want = wanted("v2", service_definition=FIELDS)
    assert looks(want, live(attempt("v1"), service=empty, scalable=None)) == {Look.SCALING}


def test_a_network_that_differs_is_put_back_by_a_deployment() -> None:
    network = {"awsvpcConfiguration": {**NETWORK["awsvpcConfiguration"], "subnets": ["subnet-9"]}}
    plan = decided(wanted("v1", service_definition={"networkConfiguration": network}), live(attempt("v1")))
    action = plan.actions[-1]
    assert isinstance(action, CreateDeployment)
    assert (action.network_configuration, plan.sync) == (network, Sync.DRIFTED)


def test_a_load_balancer_that_differs_blocks_for_nothing_can_change_it() -> None:
    have = service(definition={"loadBalancers": [{"containerName": "proxy", "containerPort": 80}]})
    want = wanted("v1", service_definition={"loadBalancers": [{"containerName": "other", "containerPort": 80}]})
    plan = decided(want, live(service=have))
    assert isinstance(plan.outcome, Blocked)
    assert (plan.outcome.by, plan.actions) == (BlockedBy.REQUEST, ())


def test_what_can_be_put_back_is_before_what_cannot_blocks() -> None:
    have = service(definition={"desiredCount": 2, "loadBalancers": []})
    declared = {"desiredCount": 3, "loadBalancers": [{"containerName": "other", "containerPort": 80}]}
    action = decided(wanted("v1", service_definition=declared), live(service=have)).actions[0]
    assert action == UpdateService("prod", "notes", {"desiredCount": 3})
