"""A rolling update obeys the same rules, read from service deployments."""

from dataclasses import replace
from typing import Any

import pytest

from reconcilers import tags
from reconcilers.actions import RegisterTaskDefinition, StartRolling, StopServiceDeployment, TagRevision
from reconcilers.attempts import Attempt, AttemptState, AwsReason, Cause, Mark
from reconcilers.live import Live
from reconcilers.model import NewerCommit, RollingRollout, Service, SyncPolicy
from reconcilers.outcome import Blocked, Health, Held, InSync, Progressing, Sync, Waiting
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
    looks,
    registered,
    release,
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
        "running": registered(f"v{number}", number),
        "preflight": facts(group=None),
    }
    return everything(*attempts, **{**given, **more})


def ours(tag: str, number: int, **more: Any) -> Any:
    labels = {
        tags.OWNER: str(KEY),
        tags.DIGEST: wanted(tag).revision,
        tags.RELEASE: release(tag),
        tags.COMMIT: f"commit-{tag}",
    }
    return registered(tag, number, tags={**labels, **more})


def test_what_runs_is_what_is_wanted_and_nothing_is_done() -> None:
    plan = decided(want("v1"), live(V1))
    assert (plan.actions, plan.outcome, plan.health) == ((), InSync(), Health.HEALTHY)


def test_a_new_release_is_registered_and_rolled_out() -> None:
    plan = decided(want("v2"), live(V1))
    assert kinds(plan) == ("RegisterTaskDefinition", "StartRolling")
    start = plan.actions[-1]
    assert start == StartRolling("prod", "notes", None, Mark(release("v2"), "commit-v2", Cause.COMMIT), {})
    assert (plan.sync, plan.health) == (Sync.OUTDATED, Health.PROGRESSING)


def stamp(cause: Cause = Cause.COMMIT) -> dict[str, str]:
    return {tags.SHIPPED: f"{NOW:.0f}-{cause.value}"}


def test_a_new_revision_says_when_it_was_shipped_and_why() -> None:
    register = decided(want("v2"), live(V1)).actions[0]
    assert isinstance(register, RegisterTaskDefinition)
    assert register.tags == {**ours("v2", 2).tags, **stamp()}


def test_a_revision_of_ours_that_is_used_again_only_says_when() -> None:
    plan = decided(want("v2"), live(V1, candidates=(ours("v2", 2, **{tags.SHIPPED: "5-heal"}),)))
    assert kinds(plan) == ("TagRevision", "StartRolling")
    assert plan.actions[0] == TagRevision(arn(2), {tags.SHIPPED: f"5-heal {NOW:.0f}-commit"})


def test_a_heal_says_that_it_is_one() -> None:
    by_hand = attempt("v2", mark=None, created_at=NOW - 100)
    plan = decided(want("v1"), live(by_hand, V1, number=2, candidates=(ours("v1", 1),)))
    assert plan.actions[0] == TagRevision(arn(1), stamp(Cause.HEAL))


def test_a_revision_that_carries_no_mark_is_marked_before_it_is_used() -> None:
    plan = decided(want("v2"), live(V1, candidates=(registered("v2", 2),)))
    assert kinds(plan) == ("TagRevision", "StartRolling")
    assert plan.actions[0] == TagRevision(arn(2), {**ours("v2", 2).tags, **stamp()})


def test_another_services_revision_is_not_used() -> None:
    theirs = registered("v2", 2, tags={tags.OWNER: "dev/notes"})
    assert kinds(decided(want("v2"), live(V1, candidates=(theirs,)))) == ("RegisterTaskDefinition", "StartRolling")


def test_despite_an_alarm_is_recorded_on_the_revision() -> None:
    firing = facts(group=None, alarms=(replace(facts().alarms[0], state="ALARM"),))
    seen = live(V1, preflight=firing, candidates=(ours("v2", 2),))
    assert isinstance(decided(want("v2"), seen).outcome, Blocked)
    plan = decided(want("v2"), seen, Order(sync=True, despite_alarm="fix"))
    assert kinds(plan) == ("TagRevision", "StartRolling")
    assert isinstance(plan.actions[-1], StartRolling)
    assert plan.actions[-1].despite_alarm == "fix"


def test_ours_is_followed_and_adopted_after_a_restart() -> None:
    seen = live(attempt("v2", RUNNING, created_at=NOW - 10), V1, number=2, state="IN_PROGRESS")
    plan = decided(want("v2"), seen)
    assert isinstance(plan.outcome, Progressing)
    assert (plan.actions, plan.sync, plan.health) == ((), Sync.OUTDATED, Health.PROGRESSING)


def test_progress_is_asked_for() -> None:
    assert looks(want("v2"), live(attempt("v2", RUNNING), progress=None)) == {Look.PROGRESS}


def test_a_pause_hook_waits_for_a_person() -> None:
    outcome = decided(want("v2"), live(attempt("v2", AttemptState.READY, created_at=0.0), number=2)).outcome
    assert isinstance(outcome, Waiting)
    assert outcome.on == "a person"


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("STOP_REQUESTED", "d-v2 is being stopped."),
        ("ROLLBACK_REQUESTED", "d-v2 is being rolled back."),
        ("ROLLBACK_IN_PROGRESS", "d-v2 is being rolled back."),
    ],
)
def test_one_that_is_on_its_way_back_says_so_and_is_looked_at(status: str, said: str) -> None:
    seen = live(attempt("v2", AttemptState.STOPPING, aws_status=status), V1, number=1)
    outcome = decided(want("v2"), seen).outcome
    assert isinstance(outcome, Waiting)
    assert outcome.what == said
    assert looks(want("v2"), replace(seen, progress=None)) == {Look.PROGRESS}


def test_one_that_takes_too_long_is_stopped() -> None:
    plan = decided(want("v2"), live(attempt("v2", RUNNING, created_at=NOW - 3601), V1, number=2))
    assert kinds(plan) == ("TagRevision", "StopServiceDeployment")
    assert plan.sync is Sync.HELD


def test_observe_stops_nothing() -> None:
    seen = live(attempt("v2", RUNNING, created_at=0.0), V1, number=2)
    assert decided(want("v2", sync=SyncPolicy.OBSERVE), seen).actions == ()
    assert decided(want("v3", sync=SyncPolicy.OBSERVE), seen).actions == ()


def test_somebody_elses_is_waited_for() -> None:
    seen = live(attempt("v2", RUNNING, mark=None, created_at=0.0), V1, number=2)
    outcome = decided(want("v1"), seen).outcome
    assert isinstance(outcome, Waiting)
    assert decided(want("v1"), seen).actions == ()


def test_one_that_rolls_back_is_waited_for() -> None:
    seen = live(attempt("v2", AttemptState.STOPPING), V1, number=2)
    assert isinstance(decided(want("v2"), seen).outcome, Waiting)


def test_one_that_shows_in_the_service_and_is_not_listed_yet_is_waited_for() -> None:
    plan = decided(want("v2"), live(state="IN_PROGRESS"))
    assert isinstance(plan.outcome, Waiting)
    assert plan.actions == ()


def test_one_that_is_not_listed_yet_is_not_taken_for_success() -> None:
    plan = decided(want("v2"), live(V1, number=2, state="IN_PROGRESS"))
    assert isinstance(plan.outcome, Waiting)
    assert plan.health is Health.PROGRESSING


def test_one_that_was_given_up_is_not_waited_for_though_it_shows_as_in_progress() -> None:
    given_up = attempt("v2", AttemptState.STOPPED)
    plan = decided(want("v2"), live(given_up, V1, number=2, state="IN_PROGRESS"))
    assert isinstance(plan.outcome, Held)


def test_a_newer_release_replaces_the_one_under_way_which_is_told_so_first() -> None:
    seen = live(attempt("v2", RUNNING), V1, number=2)
    plan = decided(want("v3"), seen)
    assert kinds(plan) == ("TagRevision", "RegisterTaskDefinition", "StartRolling")
    assert plan.actions[0] == TagRevision(arn(2), {tags.SUPERSEDED: "d-v2"})


def test_a_revert_stops_the_one_under_way_and_so_goes_back() -> None:
    plan = decided(want("v1"), live(attempt("v2", RUNNING), V1, number=2))
    assert kinds(plan) == ("TagRevision", "StopServiceDeployment")
    assert plan.actions[-1] == StopServiceDeployment("d-v2", "superseded by commit-v1, which ran before")
    assert plan.sync is Sync.OUTDATED


def test_a_newer_release_waits_where_the_manifest_says_so() -> None:
    rollout = RollingRollout(newer_commit=NewerCommit.WAIT)
    plan = decided(want("v3", rollout=rollout), live(attempt("v2", RUNNING, created_at=NOW), V1, number=2))
    assert isinstance(plan.outcome, Progressing)
    assert plan.actions == ()


def test_one_that_takes_too_long_is_stopped_though_something_newer_waits() -> None:
    rollout = RollingRollout(newer_commit=NewerCommit.WAIT)
    plan = decided(want("v3", rollout=rollout), live(attempt("v2", RUNNING, created_at=0.0), V1, number=2))
    assert (kinds(plan)[-1], plan.sync) == ("StopServiceDeployment", Sync.OUTDATED)


@pytest.mark.parametrize(
    "more",
    [
        {"attempts": (attempt("v2", RUNNING, created_at=NOW), attempt("v3", ROLLED_BACK))},
        {"preflight": facts(group=None, rollback_target=None)},
    ],
)
def test_a_newer_release_that_could_not_ship_replaces_nothing(more: dict[str, Any]) -> None:
    seen = live(attempt("v2", RUNNING, created_at=NOW), V1, number=2)
    plan = decided(want("v3"), replace(seen, **more))
    assert isinstance(plan.outcome, Progressing)
    assert plan.actions == ()


def test_what_is_needed_is_looked_at_before_anything_is_replaced() -> None:
    seen = live(attempt("v2", RUNNING, created_at=NOW), V1, number=2)
    assert looks(want("v3"), replace(seen, candidates=None)) == {Look.CANDIDATES}
    assert looks(want("v3"), replace(seen, preflight=None)) == {Look.PREFLIGHT}


@pytest.mark.parametrize("code", ["CIRCUIT_BREAKER", "ALARM_ACTIVE", "ROLLBACK_SUCCESSFUL"])
def test_a_rollback_is_never_a_success(code: str) -> None:
    back = attempt("v2", ROLLED_BACK, reason=AwsReason(code, "because"))
    plan = decided(want("v2"), live(back, V1))
    assert isinstance(plan.outcome, Held)
    assert (plan.outcome.reason, plan.actions) == (AwsReason(code, "because"), ())


def test_a_failure_without_rollback_is_held_though_the_service_names_what_is_wanted() -> None:
    stuck = attempt("v2", AttemptState.FAILED, reason=AwsReason("CIRCUIT_BREAKER", "tasks failed"))
    plan = decided(want("v2"), live(stuck, V1, number=2, state="FAILED"))
    assert isinstance(plan.outcome, Held)
    assert (plan.sync, plan.health) == (Sync.HELD, Health.DEGRADED)


def test_a_retry_of_what_the_service_names_already_forces_a_new_deployment() -> None:
    stuck = attempt("v2", AttemptState.FAILED)
    seen = live(stuck, V1, number=2, state="FAILED", candidates=(ours("v2", 2),))
    start = decided(want("v2"), seen, Order(retry=True)).actions[-1]
    assert isinstance(start, StartRolling)
    assert (start.mark.cause, start.fields) == (Cause.RETRY, {"forceNewDeployment": True})


def test_what_was_superseded_and_still_stands_in_the_service_ships_again() -> None:
    stopped = attempt("v2", AttemptState.STOPPED, aws_status="STOPPED")
    candidate = ours("v2", 2, **{tags.SUPERSEDED: "d-v2"})
    plan = decided(want("v2"), live(stopped, V1, number=2, state="FAILED", candidates=(candidate,)))
    assert (kinds(plan), plan.sync) == (("TagRevision", "StartRolling"), Sync.OUTDATED)


def test_a_failure_of_long_ago_says_nothing_of_what_runs_well() -> None:
    assert decided(want("v1"), live(attempt("v1", AttemptState.FAILED))).sync is Sync.IN_SYNC


def test_content_counts_more_than_a_mark_that_an_older_release_left_on_the_revision() -> None:
    stale = Mark(release("v9"), "c", Cause.COMMIT)
    for revision in (wanted("v2").revision, None):
        back = attempt("v2", ROLLED_BACK, mark=stale, revision=revision)
        assert decided(want("v2"), live(back, V1, candidates=(ours("v2", 2),))).sync is Sync.HELD


def test_the_mark_counts_where_the_content_is_not_known() -> None:
    back = attempt("v2", ROLLED_BACK, revision=None)
    assert decided(want("v2"), live(back, V1)).sync is Sync.HELD
    assert decided(want("v2"), live(replace(back, mark=None), V1)).sync is Sync.OUTDATED


def test_drift_is_healed() -> None:
    theirs = attempt("v7", mark=None)
    start = decided(want("v2"), live(theirs, attempt("v2"), number=7)).actions[-1]
    assert isinstance(start, StartRolling)
    assert start.mark.cause is Cause.HEAL
