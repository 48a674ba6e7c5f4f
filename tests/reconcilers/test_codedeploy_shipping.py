"""A new release ships, once, and carries what CodeDeploy would forget."""

from dataclasses import replace

import pytest

from reconcilers import tags
from reconcilers.actions import CreateDeployment, RegisterTaskDefinition
from reconcilers.attempts import Cause
from reconcilers.model import DriftPolicy, SyncPolicy
from reconcilers.outcome import Blocked, BlockedBy, Differs, Health, InSync, Progressing, Sync, Waiting
from reconcilers.pointer import Pointer
from reconcilers.verdict import Look, Order, Plan
from tests.reconcilers.builders import (
    CODE_DEPLOY,
    KEY,
    NETWORK,
    arn,
    attempt,
    decided,
    definition,
    facts,
    failed,
    group,
    kinds,
    live,
    looks,
    registered,
    release,
    service,
    task_set,
    wanted,
)

SHIPS = ("RegisterTaskDefinition", "CreateDeployment")


def deployment(plan: Plan) -> CreateDeployment:
    return next(each for each in plan.actions if isinstance(each, CreateDeployment))


def test_what_runs_is_what_is_wanted_and_nothing_is_done() -> None:
    plan = decided(wanted("v1"), live(attempt("v1")))
    assert (plan.actions, plan.outcome, plan.sync, plan.health) == ((), InSync(), Sync.IN_SYNC, Health.HEALTHY)


def test_a_new_release_is_registered_and_shipped() -> None:
    plan = decided(wanted("v2"), live(attempt("v1")))
    assert kinds(plan) == SHIPS
    assert isinstance(plan.outcome, Progressing)
    assert (plan.sync, plan.health) == (Sync.OUTDATED, Health.PROGRESSING)


def test_the_changed_leaf_is_named() -> None:
    changes = decided(wanted("v2"), live(attempt("v1"))).changes
    assert [each.path for each in changes] == ["/taskDefinition/containerDefinitions/proxy/image"]


def test_the_deployment_says_which_release_of_which_commit_it_is() -> None:
    mark = deployment(decided(wanted("v2"), live(attempt("v1")))).mark
    assert (mark.release, mark.commit, mark.cause) == (release("v2"), "commit-v2", Cause.COMMIT)


def test_a_registered_revision_is_tagged_with_digest_release_commit_and_owner() -> None:
    register = decided(wanted("v2"), live(attempt("v1"))).actions[0]
    assert isinstance(register, RegisterTaskDefinition)
    assert register.tags == {
        tags.DIGEST: wanted("v2").revision,
        tags.RELEASE: release("v2"),
        tags.COMMIT: "commit-v2",
        tags.OWNER: "prod/notes",
    }


def test_an_active_revision_with_the_same_content_is_used_again() -> None:
    plan = decided(wanted("v2"), live(attempt("v1"), candidates=(registered("v2", 2),)))
    assert kinds(plan) == ("CreateDeployment",)
    assert deployment(plan).task_definition_arn == arn(2)


def test_a_revision_with_other_content_is_not_used() -> None:
    plan = decided(wanted("v2"), live(attempt("v1"), candidates=(registered("v3", 3),)))
    assert kinds(plan) == SHIPS


def test_our_own_revision_is_preferred_then_the_newest() -> None:
    ours = [registered("v2", number, tags={tags.OWNER: str(KEY)}) for number in (3, 10)]
    seen = live(attempt("v1"), candidates=(registered("v2", 11), *ours))
    assert deployment(decided(wanted("v2"), seen)).task_definition_arn == arn(10)


def test_of_two_of_our_own_the_one_that_was_shipped_before_is_preferred() -> None:
    twice = [registered("v2", number, tags={tags.OWNER: str(KEY)}) for number in (2, 3)]
    seen = live(attempt("v7"), attempt("v2", created_at=1.0), candidates=tuple(twice))
    create = decided(wanted("v2"), seen).actions[-1]
    assert isinstance(create, CreateDeployment)
    assert create.task_definition_arn == arn(2)


def test_a_revision_whose_arn_ends_in_no_number_comes_last() -> None:
    strange = replace(registered("v2"), arn="arn:odd")
    seen = live(attempt("v1"), candidates=(strange, registered("v2", 2)))
    assert deployment(decided(wanted("v2"), seen)).task_definition_arn == arn(2)


def test_the_deployment_carries_the_live_network_and_no_platform_version_that_nobody_declared() -> None:
    action = deployment(decided(wanted("v2"), live(attempt("v1"))))
    assert (action.network_configuration, action.platform_version) == (NETWORK, None)
    assert action.capacity_provider_strategy == ()


def test_the_deployment_carries_the_live_capacity_providers() -> None:
    strategy = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    running = service(definition={"capacityProviderStrategy": strategy})
    action = deployment(decided(wanted("v2"), live(attempt("v1"), service=running)))
    assert action.capacity_provider_strategy == tuple(strategy)
    assert action.network_configuration is None


def test_the_deployment_carries_what_is_declared_over_what_is_live() -> None:
    declared = {"platformVersion": "1.3.0", "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-2"]}}}
    action = deployment(decided(wanted("v2", service_definition=declared), live(attempt("v1"))))
    assert action.platform_version == "1.3.0"
    assert action.network_configuration == {
        "awsvpcConfiguration": {**NETWORK["awsvpcConfiguration"], "subnets": ["subnet-2"]}
    }


def test_the_deployment_runs_the_manifests_hooks_and_not_those_it_emptied() -> None:
    rollout = replace(CODE_DEPLOY, hooks={"AfterInstall": "smoke", "BeforeInstall": ""})
    assert deployment(decided(wanted("v2", rollout=rollout), live(attempt("v1")))).hooks == {"AfterInstall": "smoke"}


@pytest.mark.parametrize("mine", [True, False])
def test_hooks_that_the_manifest_does_not_name_block_instead_of_being_dropped(mine: bool) -> None:
    before = attempt("v1", hooks={"AfterInstall": "smoke"})
    plan = decided(wanted("v2"), live(before if mine else replace(before, mark=None)))
    assert isinstance(plan.outcome, Blocked)
    assert (plan.outcome.by, plan.actions) == (BlockedBy.HOOKS, ())
    assert "AfterInstall" in plan.outcome.findings[0].message


def test_a_hook_that_is_named_and_empty_is_dropped_on_purpose() -> None:
    rollout = replace(CODE_DEPLOY, hooks={"AfterInstall": ""})
    plan = decided(wanted("v2", rollout=rollout), live(attempt("v1", hooks={"AfterInstall": "smoke"})))
    assert kinds(plan) == SHIPS


def test_a_release_of_which_only_the_hooks_changed_ships_nothing() -> None:
    rollout = replace(CODE_DEPLOY, hooks={"AfterInstall": "smoke"})
    plan = decided(wanted("v1", rollout=rollout), live(attempt("v1")))
    assert (plan.actions, plan.sync) == ((), Sync.IN_SYNC)


def test_an_ignored_leaf_is_no_difference() -> None:
    ignore = (Pointer.parse("/taskDefinition/containerDefinitions/proxy/image"),)
    assert decided(wanted("v2", ignore=ignore), live(attempt("v1"))).sync is Sync.IN_SYNC


def test_an_ignored_leaf_keeps_its_live_value_in_what_is_shipped() -> None:
    ignore = (Pointer.parse("/taskDefinition/containerDefinitions/proxy/image"),)
    want = wanted("v2", ignore=ignore, task_definition=definition("v2", cpu="512"))
    register = decided(want, live(attempt("v1"))).actions[0]
    assert isinstance(register, RegisterTaskDefinition)
    assert register.definition == definition("v1", cpu="512")


def test_a_revision_with_the_carried_content_is_used_again() -> None:
    ignore = (Pointer.parse("/taskDefinition/containerDefinitions/proxy/image"),)
    want = wanted("v2", ignore=ignore, task_definition=definition("v2", cpu="512"))
    fit = registered(number=7, definition=definition("v1", cpu="512"))
    assert deployment(decided(want, live(attempt("v1"), candidates=(fit,)))).task_definition_arn == arn(7)


def test_sync_manual_waits_for_somebody_to_say_sync() -> None:
    plan = decided(wanted("v2", sync=SyncPolicy.MANUAL), live(attempt("v1")))
    assert isinstance(plan.outcome, Differs)
    assert (plan.actions, plan.sync) == ((), Sync.OUTDATED)


def test_sync_manual_ships_on_the_word_and_spends_it() -> None:
    plan = decided(wanted("v2", sync=SyncPolicy.MANUAL), live(attempt("v1")), Order(sync=True))
    assert (kinds(plan), plan.spends) == (SHIPS, True)


def test_an_order_to_sync_what_is_in_sync_is_spent() -> None:
    assert decided(wanted("v1"), live(attempt("v1")), Order(sync=True)).spends


def test_nothing_is_spent_where_nothing_was_ordered() -> None:
    assert not decided(wanted("v2"), live(attempt("v1"))).spends


def test_observe_reports_and_writes_nothing_even_on_the_word() -> None:
    plan = decided(wanted("v2", sync=SyncPolicy.OBSERVE), live(attempt("v1")), Order(sync=True, retry=True))
    assert isinstance(plan.outcome, Differs)
    assert (plan.actions, plan.sync, plan.spends) == ((), Sync.OUTDATED, True)


def test_an_order_whose_deployment_was_made_is_spent_though_its_answer_was_lost() -> None:
    made = failed("v2", created_at=1000.0)
    plan = decided(wanted("v2"), live(made, attempt("v1")), Order(retry=True, at=900.0))
    assert (plan.actions, plan.sync, plan.spends) == ((), Sync.HELD, True)


def test_an_order_that_is_newer_than_the_last_deployment_still_counts() -> None:
    plan = decided(wanted("v2"), live(failed("v2", created_at=1000.0)), Order(retry=True, at=1100.0))
    assert kinds(plan) == SHIPS


def test_preflight_blocks_with_all_that_it_finds_and_nothing_is_written() -> None:
    seen = live(attempt("v1"), preflight=facts(group=None, rollback_target=None))
    plan = decided(wanted("v2"), seen, Order(sync=True))
    assert isinstance(plan.outcome, Blocked)
    assert [each.code for each in plan.outcome.findings] == ["DeploymentGroupMissing", "RollbackTargetInactive"]
    assert (plan.outcome.by, plan.actions, plan.spends) == (BlockedBy.PREFLIGHT, (), False)


def test_a_warning_does_not_keep_a_release_from_shipping() -> None:
    plan = decided(wanted("v2"), live(attempt("v1"), preflight=facts(group=group(alarms_enabled=False))))
    assert ([each.code for each in plan.warnings], kinds(plan)) == (["NoAlarm"], SHIPS)


def test_warnings_are_shown_beside_what_blocks() -> None:
    seen = live(attempt("v1"), preflight=facts(group=group(alarms_enabled=False), rollback_target=None))
    plan = decided(wanted("v2"), seen)
    assert isinstance(plan.outcome, Blocked)
    assert [each.code for each in plan.warnings] == ["NoAlarm"]
    assert [each.code for each in plan.outcome.findings] == ["RollbackTargetInactive"]


def test_a_person_may_ship_despite_an_alarm_once_and_it_is_recorded() -> None:
    firing = facts(alarms=(replace(facts().alarms[0], state="ALARM"),))
    order = Order(sync=True, despite_alarm="the fix (#7)")
    plan = decided(wanted("v2"), live(attempt("v1"), preflight=firing), order)
    assert (deployment(plan).despite_alarm, plan.spends) == ("the fix (#7)", True)
    assert isinstance(plan.actions[0], RegisterTaskDefinition)
    assert plan.actions[0].tags[tags.DESPITE_ALARM] == "the fix 7"


def test_nothing_is_created_while_the_old_task_set_drains() -> None:
    draining = service(task_set(), task_set("DRAINING", 9))
    plan = decided(wanted("v2"), live(attempt("v1"), service=draining))
    assert isinstance(plan.outcome, Waiting)
    assert (plan.actions, plan.sync) == ((), Sync.OUTDATED)


def test_a_task_set_that_still_drains_is_mentioned_where_all_is_in_sync() -> None:
    plan = decided(wanted("v1"), live(attempt("v1"), service=service(task_set(), task_set("DRAINING", 9))))
    assert plan.outcome == InSync("The release serves, and the other task set, ecs-svc/9, is being ended.")


def test_a_task_set_that_is_kept_for_a_while_is_said_to_wait_for_its_end() -> None:
    beside = replace(task_set("ACTIVE", 9), external_id="d-v1")
    plan = decided(wanted("v1"), live(attempt("v1"), service=service(task_set(), beside)))
    assert plan.outcome == InSync("The release serves, and the other task set, ecs-svc/9, waits to be ended.")


def test_several_task_sets_beside_the_one_that_serves_are_all_mentioned() -> None:
    several = service(task_set(), task_set("DRAINING", 8), task_set("DRAINING", 9))
    plan = decided(wanted("v1"), live(attempt("v1"), service=several))
    said = "The release serves, and the other task sets, ecs-svc/8 and ecs-svc/9, are being ended."
    assert plan.outcome == InSync(said)


def test_attempts_are_looked_at_before_anything_else() -> None:
    assert looks(wanted("v1"), live(attempts=None, candidates=None, preflight=None)) == {Look.ATTEMPTS}


def test_candidates_then_preflight_are_looked_at_before_shipping() -> None:
    assert looks(wanted("v2"), live(attempt("v1"), candidates=None, preflight=None)) == {Look.CANDIDATES}
    assert looks(wanted("v2"), live(attempt("v1"), preflight=None)) == {Look.PREFLIGHT}


def test_a_desired_count_of_nothing_is_put_right_before_shipping() -> None:
    empty = service(desired_count=0, definition={**service().definition, "desiredCount": 0})
    plan = decided(wanted("v2", service_definition={"desiredCount": 2}), live(attempt("v1"), service=empty))
    assert kinds(plan) == ("UpdateService",)


def test_a_desired_count_of_nothing_that_is_only_warned_of_blocks() -> None:
    empty = service(desired_count=0, definition={**service().definition, "desiredCount": 0})
    want = wanted("v2", service_definition={"desiredCount": 2}, drift=DriftPolicy.WARN)
    assert isinstance(decided(want, live(attempt("v1"), service=empty)).outcome, Blocked)


def test_a_desired_count_of_nothing_that_nobody_declared_blocks() -> None:
    plan = decided(wanted("v2"), live(attempt("v1"), service=service(desired_count=0)))
    assert isinstance(plan.outcome, Blocked)
    assert [each.code for each in plan.outcome.findings] == ["NothingDesired"]
