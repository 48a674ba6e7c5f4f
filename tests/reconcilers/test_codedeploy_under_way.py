"""What is under way comes first: followed, superseded, waited for, ended."""

from dataclasses import replace
from typing import Any

import pytest

from reconcilers import tags
from reconcilers.actions import CreateDeployment, StopDeployment, TagRevision
from reconcilers.attempts import Attempt, AttemptState, Cause, Mark
from reconcilers.live import Live
from reconcilers.model import NewerCommit, SyncPolicy
from reconcilers.outcome import Health, Progressing, Sync, Waiting
from reconcilers.preflight_facts import Listener
from reconcilers.progress import LifecycleEvent, Progress
from reconcilers.verdict import Look, Order
from tests.reconcilers.builders import (
    BLUE,
    CODE_DEPLOY,
    GREEN,
    LISTENER,
    NOW,
    POLICY,
    arn,
    attempt,
    decided,
    facts,
    failed,
    kinds,
    live,
    looks,
    old,
    release,
    service,
    task_set,
    wanted,
)

WAIT = replace(CODE_DEPLOY, newer_commit=NewerCommit.WAIT)


def running(tag: str, state: AttemptState = AttemptState.RUNNING, **more: Any) -> Attempt:
    return attempt(tag, state, **{"created_at": NOW - 300, **more})


def foreign(**more: Any) -> Attempt:
    return running("v7", **{"mark": None, "id": "d-theirs", **more})


def shifting(*attempts: Attempt, **more: Any) -> Live:
    green = task_set("ACTIVE", 2, external_id=attempts[0].id)
    return live(*attempts, **{"service": service(task_set(), green), **more})


def event(
    name: str, started: float | None = None, ended: float | None = None, status: str = "Succeeded"
) -> LifecycleEvent:
    return LifecycleEvent(name, status, started, ended)


def test_our_deployment_of_what_is_wanted_is_followed() -> None:
    progress = Progress(40.0, 2, 2)
    plan = decided(wanted("v2"), shifting(running("v2"), attempt("v1"), progress=progress))
    assert plan.outcome == Progressing("d-v2 goes on", POLICY.poll, "d-v2", progress)
    assert (plan.actions, plan.sync, plan.health) == ((), Sync.OUTDATED, Health.PROGRESSING)


def test_a_deployment_is_adopted_by_content_and_hooks_where_an_older_version_marked_it() -> None:
    mark = Mark(old("something"), "commit-v2", Cause.COMMIT)
    plan = decided(wanted("v2"), shifting(running("v2", mark=mark), attempt("v1")))
    assert isinstance(plan.outcome, Progressing)
    assert plan.actions == ()


def test_a_release_of_the_same_content_with_other_hooks_is_another_release() -> None:
    mark = Mark(old("something"), "commit-v2", Cause.COMMIT)
    plan = decided(wanted("v2"), shifting(running("v2", mark=mark, hooks={"AfterInstall": "f"}), attempt("v1")))
    assert kinds(plan)[-1] == "StopDeployment"


def test_progress_is_asked_for_before_a_deployment_is_followed() -> None:
    assert looks(wanted("v2"), shifting(running("v2"), attempt("v1"), progress=None)) == {Look.PROGRESS}


def test_an_order_is_spent_by_the_deployment_that_is_under_way() -> None:
    assert decided(wanted("v2"), shifting(running("v2")), Order(retry=True)).spends


def test_a_heal_that_is_under_way_is_drift_until_it_ends() -> None:
    heal = running("v2", mark=Mark(release("v2"), "c", Cause.HEAL))
    assert decided(wanted("v2"), shifting(heal, attempt("v2"))).sync is Sync.DRIFTED


def test_a_deployment_that_takes_too_long_is_stopped_and_the_reason_written_down_first() -> None:
    late = running("v2", created_at=NOW - 5401)
    plan = decided(wanted("v2"), shifting(late, attempt("v1")))
    tag, stop = plan.actions
    assert isinstance(tag, TagRevision)
    assert tag == TagRevision(arn(2), {tags.HELD: "d-v2 TIMED_OUT: It had not shifted the traffic after 90 minutes."})
    assert isinstance(stop, StopDeployment)
    assert (stop.deployment_id, plan.sync) == ("d-v2", Sync.HELD)


def test_what_ships_from_an_unknown_revision_is_stopped_without_a_tag() -> None:
    late = running("v2", created_at=NOW - 5401, task_definition_arn=None)
    assert kinds(decided(wanted("v2"), shifting(late))) == ("StopDeployment",)


def test_a_deployment_just_within_its_time_is_followed() -> None:
    assert decided(wanted("v2"), shifting(running("v2", created_at=NOW - 5400))).actions == ()


def test_the_time_out_ends_at_after_allow_traffic() -> None:
    progress = Progress(100.0, 2, 2, (event("AfterAllowTraffic", NOW - 50, NOW - 40),))
    assert decided(wanted("v2"), shifting(running("v2", created_at=NOW - 9000), progress=progress)).actions == ()


def test_a_failed_after_allow_traffic_does_not_end_it() -> None:
    progress = Progress(100.0, 2, 2, (event("AfterAllowTraffic", status="Failed"),))
    plan = decided(wanted("v2"), shifting(running("v2", created_at=NOW - 9000), progress=progress))
    assert kinds(plan)[-1] == "StopDeployment"


@pytest.mark.parametrize(
    "events",
    [
        (event("BeforeAllowTraffic", NOW - 8000, NOW - 7000), event("AllowTraffic", NOW - 100)),
        (event("BeforeAllowTraffic", NOW - 8000, NOW - 7000), event("AllowTraffic", status="Pending")),
        (event("AfterAllowTestTraffic", NOW - 8000, NOW - 7000), event("BeforeAllowTraffic", NOW - 100)),
    ],
)
def test_the_time_that_a_person_took_is_not_counted(events: tuple[LifecycleEvent, ...]) -> None:
    seen = shifting(running("v2", created_at=NOW - 9000), progress=Progress(0.0, 2, 2, events))
    assert decided(wanted("v2"), seen).actions == ()


def test_clocks_that_disagree_take_nothing_off_the_time() -> None:
    events = (event("BeforeAllowTraffic", NOW - 50, NOW - 40), event("AllowTraffic", NOW - 1000))
    seen = shifting(running("v2", created_at=NOW - 5401), progress=Progress(0.0, 2, 2, events))
    assert kinds(decided(wanted("v2"), seen))[-1] == "StopDeployment"


def test_a_deployment_that_waits_for_a_person_is_not_timed() -> None:
    ready = running("v2", AttemptState.READY, created_at=NOW - 90000)
    plan = decided(wanted("v2"), shifting(ready), Order(sync=True))
    assert isinstance(plan.outcome, Waiting)
    assert (plan.outcome.on, plan.actions, plan.spends) == ("a person", (), True)


def test_a_newer_release_supersedes_ours_and_the_revision_is_told_before_the_stop() -> None:
    plan = decided(wanted("v3"), shifting(running("v2"), attempt("v1")))
    assert plan.actions == (
        TagRevision(arn(2), {tags.SUPERSEDED: "d-v2"}),
        StopDeployment("d-v2", "superseded by commit-v3"),
    )
    assert (plan.sync, plan.spends) == (Sync.OUTDATED, False)


def test_what_ships_from_an_unknown_revision_is_superseded_without_a_tag() -> None:
    plan = decided(wanted("v3"), shifting(running("v2", task_definition_arn=None), attempt("v1")))
    assert kinds(plan) == ("StopDeployment",)


def test_a_newer_release_waits_where_the_manifest_says_so() -> None:
    plan = decided(wanted("v3", rollout=WAIT), shifting(running("v2"), attempt("v1")))
    assert isinstance(plan.outcome, Progressing)
    assert (plan.actions, plan.sync) == ((), Sync.OUTDATED)


def test_waiting_ends_where_the_deployment_takes_too_long() -> None:
    plan = decided(wanted("v3", rollout=WAIT), shifting(running("v2", created_at=NOW - 9000), attempt("v1")))
    assert kinds(plan) == ("TagRevision", "StopDeployment")
    assert plan.sync is Sync.OUTDATED


def test_a_revert_during_the_shift_stops_it() -> None:
    plan = decided(wanted("v1"), shifting(running("v2"), attempt("v1")))
    assert kinds(plan) == ("TagRevision", "StopDeployment")
    assert plan.sync is Sync.OUTDATED


@pytest.mark.parametrize("tag", ["v1", "v3"])
def test_a_manual_release_stops_nothing_before_somebody_says_sync(tag: str) -> None:
    seen = shifting(running("v2"), attempt("v1"))
    want = wanted(tag, sync=SyncPolicy.MANUAL)
    assert decided(want, seen).actions == ()
    assert kinds(decided(want, seen, Order(sync=True)))[-1] == "StopDeployment"


def test_a_release_that_is_held_stops_nothing() -> None:
    plan = decided(wanted("v3"), shifting(running("v2"), failed("v3"), attempt("v1")))
    assert isinstance(plan.outcome, Progressing)
    assert plan.actions == ()


def test_a_newer_release_that_could_not_ship_anyway_stops_nothing() -> None:
    plan = decided(wanted("v3"), shifting(running("v2"), preflight=facts(rollback_target=None)))
    assert isinstance(plan.outcome, Progressing)
    assert plan.actions == ()


def test_split_traffic_in_mid_shift_does_not_keep_a_newer_release_from_superseding() -> None:
    split = facts(listeners=(Listener(LISTENER, {BLUE: 60, GREEN: 40}), facts().listeners[1]))
    assert kinds(decided(wanted("v3"), shifting(running("v2"), preflight=split)))[-1] == "StopDeployment"


def test_candidates_and_preflight_are_looked_at_before_anything_is_superseded() -> None:
    assert looks(wanted("v3"), shifting(running("v2"), candidates=None)) == {Look.CANDIDATES}
    assert looks(wanted("v3"), shifting(running("v2"), preflight=None)) == {Look.PREFLIGHT}


def test_observe_follows_whatever_is_under_way() -> None:
    for tag in ("v1", "v2", "v3"):
        seen = shifting(running("v2", created_at=NOW - 9000), attempt("v1"))
        plan = decided(wanted(tag, sync=SyncPolicy.OBSERVE), seen)
        assert isinstance(plan.outcome, Progressing)
        assert plan.actions == ()


def test_a_deployment_that_is_being_stopped_is_waited_for() -> None:
    plan = decided(wanted("v3"), shifting(running("v2", AttemptState.STOPPING), attempt("v1")))
    assert isinstance(plan.outcome, Waiting)
    assert (plan.outcome.on, plan.actions) == ("d-v2", ())


def test_somebody_elses_deployment_is_named_and_waited_for() -> None:
    plan = decided(wanted("v2"), shifting(foreign(creator="CloudFormation"), attempt("v1")), Order(sync=True))
    assert isinstance(plan.outcome, Waiting)
    assert plan.outcome.on == "d-theirs by CloudFormation"
    assert (plan.actions, plan.sync, plan.spends) == ((), Sync.OUTDATED, False)


def test_somebody_elses_deployment_is_never_stopped_however_long_it_takes() -> None:
    plan = decided(wanted("v2"), shifting(foreign(created_at=0.0), attempt("v1")))
    assert isinstance(plan.outcome, Waiting)
    assert plan.actions == ()


def test_a_deployment_of_another_group_that_shows_in_the_service_is_waited_for() -> None:
    strange = service(task_set(), task_set("ACTIVE", 5, external_id="d-strange"))
    plan = decided(wanted("v2"), live(attempt("v1"), service=strange))
    assert isinstance(plan.outcome, Waiting)
    assert (plan.outcome.on, plan.actions) == ("d-strange", ())


def test_a_task_set_that_a_failed_deployment_left_behind_is_not_waited_for() -> None:
    left = service(task_set(), task_set("ACTIVE", 2, external_id="d-v2"), task_set("ACTIVE", 4))
    plan = decided(wanted("v3"), live(failed("v2"), attempt("v1"), service=left))
    assert kinds(plan)[-1] == "CreateDeployment"


def test_a_rollback_is_followed_to_its_end_and_its_release_is_held() -> None:
    rollback = running("v1", id="d-back", mark=None, creator="codeDeployRollback", rollback_of="d-v2")
    plan = decided(wanted("v2"), shifting(rollback, failed("v2", rollback="d-back"), attempt("v1")))
    assert isinstance(plan.outcome, Progressing)
    assert (plan.outcome.what, plan.outcome.deployment) == ("d-back rolls back d-v2", "d-back")
    assert (plan.actions, plan.sync) == ((), Sync.HELD)


def test_a_rollback_shows_how_the_release_stands_that_it_takes_back() -> None:
    rollback = running("v1", id="d-back", mark=None, creator="codeDeployRollback", rollback_of="d-v2")
    known = (rollback, failed("v2", rollback="d-back"), attempt("v1"))
    progress = Progress(0.0, 0, 2)
    plan = decided(wanted("v2"), shifting(*known, progress=progress))
    assert plan.outcome == Progressing("d-back rolls back d-v2", POLICY.poll, "d-back", progress)
    assert looks(wanted("v2"), shifting(*known, progress=None)) == {Look.PROGRESS}


def test_a_rollback_of_a_deployment_that_nobody_remembers_is_followed_too() -> None:
    rollback = running("v1", id="d-back", mark=None, creator="codeDeployRollback")
    plan = decided(wanted("v2"), shifting(rollback))
    assert isinstance(plan.outcome, Progressing)
    assert (plan.outcome.what, plan.outcome.deployment) == ("d-back rolls back a deployment", "d-back")
    assert plan.sync is Sync.OUTDATED


def test_nothing_newer_ships_before_the_rollback_has_ended() -> None:
    rollback = running("v1", id="d-back", mark=None, rollback_of="d-v2")
    plan = decided(wanted("v3"), shifting(rollback, failed("v2", rollback="d-back"), attempt("v1")))
    assert isinstance(plan.outcome, Progressing)
    assert (plan.actions, plan.sync) == ((), Sync.OUTDATED)


def test_the_newer_release_ships_once_all_is_over() -> None:
    superseded = failed("v2", "MANUAL_STOP", rollback="d-back")
    rollback = attempt("v1", id="d-back", mark=None, rollback_of="d-v2")
    plan = decided(wanted("v3"), live(rollback, superseded, attempt("v1")))
    assert isinstance(plan.actions[-1], CreateDeployment)


def test_how_far_it_is_is_looked_at_while_it_waits_for_a_person() -> None:
    assert looks(wanted("v2"), shifting(running("v2", AttemptState.READY), progress=None)) == {Look.PROGRESS}
