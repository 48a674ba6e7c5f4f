"""What is known of a service, look by look."""

from dataclasses import replace

import pytest

from controller.loop.learnt import (
    after_commit,
    after_recollection,
    after_report,
    after_unread,
    still_in_sync,
    with_commit,
)
from controller.loop.status import Brought, ServiceStatus
from reconcilers.attempts import Attempt, AttemptState, Cause, Mark
from reconcilers.diff import Change
from reconcilers.live import Live
from reconcilers.model import Revision
from reconcilers.outcome import (
    Blocked,
    BlockedBy,
    Differs,
    Failed,
    Finding,
    Health,
    InSync,
    Outcome,
    Retry,
    Sync,
    Waiting,
)
from reconcilers.report import Report
from reconcilers.verdict import Link, LinkState
from tests.controller.builders import (
    BLOCKED,
    DEBUG,
    HELD,
    KEY,
    NOW,
    SHIFTING,
    attempt,
    drifted,
    held_again,
    observed,
    report,
    status,
    wanted,
)
from tests.reconcilers.builders import registered, service, task_set


def test_before_the_first_look_nothing_is_known() -> None:
    before = status()
    assert (before.sync, before.health, before.outcome, before.ready) == (Sync.UNKNOWN, Health.UNKNOWN, None, False)


def test_a_look_tells_how_git_and_aws_stand() -> None:
    after = status(report(HELD))
    assert (after.sync, after.outcome, after.seen_at) == (Sync.HELD, HELD, NOW)


def test_a_failed_look_keeps_the_last_good_answer() -> None:
    after = status(report(), report(Failed("Throttled", "slow down"), at=NOW + 5))
    assert (after.sync, after.seen_at, after.failing_since) == (Sync.IN_SYNC, NOW, NOW + 5)


def test_failing_counts_from_the_first_failure() -> None:
    after = status(report(Failed("Throttled", ""), at=NOW), report(Failed("Throttled", ""), at=NOW + 60))
    assert after.failing_since == NOW


def test_a_good_look_ends_the_failing() -> None:
    after = status(report(Failed("Throttled", "")), report(at=NOW + 1))
    assert after.failing_since is None


def test_a_state_lasts_since_it_began() -> None:
    after = status(report(HELD, at=NOW), report(HELD, at=NOW + 60))
    assert after.since == NOW


def test_another_state_begins_anew() -> None:
    after = status(report(HELD, at=NOW), report(at=NOW + 60))
    assert after.since == NOW + 60


def test_drift_is_dated_from_when_it_was_first_seen() -> None:
    after = status(drifted(at=NOW), drifted(at=NOW + 60))
    assert after.drift_since == {DEBUG.path: NOW}


def test_what_is_outdated_is_not_drift() -> None:
    after = status(report(SHIFTING, plan={"changes": (DEBUG,)}))
    assert after.drift_since == {}


def test_a_deployment_that_is_followed_is_noted_with_its_begin() -> None:
    after = status(report(SHIFTING, at=NOW), report(SHIFTING, at=NOW + 15))
    assert after.rollout is not None
    assert (after.rollout.deployment, after.rollout.since) == ("d-v2", NOW)


def test_a_deployment_is_no_longer_followed_when_it_is_over() -> None:
    assert status(report(SHIFTING), report()).rollout is None


def test_why_a_deployment_was_made_is_kept_from_the_first_look_that_reads_its_record() -> None:
    heal = attempt("v2", mark=Mark(wanted("v2").release, "c", Cause.HEAL))
    looks = (report(SHIFTING), report(SHIFTING, observed=observed(heal)), report(SHIFTING))
    made = [after.rollout.cause for after in (status(*looks[:n]) for n in (1, 2, 3)) if after.rollout is not None]
    assert made == [None, Cause.HEAL, Cause.HEAL]


def test_a_service_in_sync_and_healthy_is_ready() -> None:
    assert status(report()).ready


def test_a_held_service_is_not_ready() -> None:
    assert not status(report(HELD)).ready


def test_a_service_with_nothing_to_say_is_settled() -> None:
    assert [status(report()).settled, status(report(InSync("waits"))).settled] == [True, False]


def test_a_sweep_that_finds_nothing_refreshes_when_it_was_seen() -> None:
    after = still_in_sync(status(report()), observed(at=NOW + 60))
    assert (after.seen_at, after.health, after.sync) == (NOW + 60, Health.HEALTHY, Sync.IN_SYNC)


def test_the_same_report_twice_changes_nothing() -> None:
    before = status(report(HELD))
    assert after_report(before, report(HELD)) == before


def test_what_a_sweep_could_not_read_stands_and_is_dated() -> None:
    before = status(report(HELD))
    after = after_unread(
        after_unread(before, Retry("Throttled", "slow"), NOW + 60), Retry("Throttled", "slow"), NOW + 90
    )
    assert (after.outcome, after.sync, after.failing_since) == (HELD, Sync.HELD, NOW + 60)


def test_what_was_never_read_says_why() -> None:
    after = after_unread(status(), Retry("Throttled", "slow"), NOW)
    assert (after.outcome, after.failing_since) == (Failed("Throttled", "slow"), NOW)


def test_the_last_thing_that_was_read_is_kept_through_a_failure() -> None:
    after = status(report(), report(Failed("Throttled", ""), observed=None))
    assert after.live == observed()


def test_the_release_that_was_seen_in_sync_is_remembered() -> None:
    after = status(report(), drifted())
    assert after.in_sync_release == after.wanted.release
    assert status(drifted()).in_sync_release is None


def dated(*attempts: Attempt, tags: dict[str, str] | None = None) -> str:
    """The commit for the one that brought v2, as a daemon knows it that came when Git was at ``head`` already."""
    before = replace(status(), wanted=replace(wanted("v2"), commit=Revision("head", NOW)), brought=Brought.SUPPOSED)
    running = registered("v2", 2, tags=tags)
    seen = Live(NOW, service(), running, attempts or None)
    return after_report(before, report(observed=seen)).wanted.commit.commit


OURS = {"trueup:owner": str(KEY), "trueup:release": wanted("v2").release, "trueup:commit": "registered"}


def test_the_commit_of_a_release_is_what_the_mark_of_its_deployment_names() -> None:
    assert dated(attempt("v2"), attempt("v1"), tags=OURS) == "commit-v2"


def test_a_deployment_that_only_put_the_release_back_is_not_what_brought_it() -> None:
    healed = replace(attempt("v2", id="d-9"), mark=Mark(wanted("v2").release, "head", Cause.HEAL))
    assert dated(healed, attempt(None, id="d-8"), attempt("v2"), attempt("v1")) == "commit-v2"


def test_a_release_that_came_back_has_the_commit_that_brought_it_back() -> None:
    back = replace(attempt("v2", id="d-9"), mark=Mark(wanted("v2").release, "revert", Cause.COMMIT))
    assert dated(back, attempt("v1"), attempt("v2")) == "revert"


def test_a_release_that_was_given_up_and_came_back_has_the_later_commit() -> None:
    again = replace(attempt("v2", id="d-9"), mark=Mark(wanted("v2").release, "again", Cause.COMMIT))
    assert dated(again, attempt("v2"), attempt("v1")) == "again"


def test_a_release_of_which_only_heals_are_known_has_the_commit_of_the_first() -> None:
    heal = replace(attempt("v2"), mark=Mark(wanted("v2").release, "first", Cause.HEAL))
    assert dated(replace(heal, id="d-9", mark=Mark(wanted("v2").release, "head", Cause.HEAL)), heal) == "first"


def test_a_release_that_was_not_shipped_since_another_has_the_newest_commit() -> None:
    assert dated(attempt("v1"), attempt("v2")) == "head"


def test_before_the_deployments_are_read_the_revision_that_runs_names_the_commit() -> None:
    assert dated(tags=OURS) == "registered"


@pytest.mark.parametrize("change", [{"trueup:owner": "prod/other"}, {"trueup:release": "v1-other"}])
def test_a_revision_of_another_service_or_release_names_no_commit(change: dict[str, str]) -> None:
    assert dated(tags={**OURS, **change}) == "head"


def test_the_chain_begins_with_the_commit_that_aws_record_names() -> None:
    before = replace(status(), wanted=replace(wanted("v2"), commit=Revision("head", NOW)), brought=Brought.SUPPOSED)
    links = (Link("commit", LinkState.DONE, "head"), Link("rendering", LinkState.DONE, "notes.yaml"))
    after = after_report(before, report(plan={"chain": links}, observed=observed(attempt("v2"))))
    assert [each.text for each in after.chain] == ["commit-v2", "notes.yaml"]


def test_a_commit_that_was_seen_to_come_is_not_asked_of_aws() -> None:
    after = status(report(observed=observed(replace(attempt("v2"), mark=Mark(wanted("v2").release, "x", Cause.HEAL)))))
    assert after.wanted.commit.commit == "commit-v2"


def test_what_was_never_read_names_no_commit() -> None:
    before = replace(status(), brought=Brought.SUPPOSED)
    assert after_report(before, report(Failed("Throttled", ""), observed=None)).wanted == before.wanted


def test_of_what_a_commit_brought_it_is_not_said_that_there_is_nothing_to_do() -> None:
    after = after_commit(status(report()), wanted("v3"), Brought.SUPPOSED)
    assert (after.sync, after.outcome) == (Sync.OUTDATED, None)
    assert [(each.name, each.state.value) for each in after.chain][:3] == [
        ("commit", "done"),
        ("rendering", "done"),
        ("revision", "pending"),
    ]


def test_what_is_under_way_stays_so_when_another_commit_comes() -> None:
    assert after_commit(status(report(SHIFTING)), wanted("v3"), Brought.SUPPOSED).outcome == SHIFTING


THEIRS = attempt("v3", id="d-hand", mark=None, created_at=NOW - 600)
BY_HAND = replace(observed(THEIRS, attempt("v2")), running=registered("v1", 3), service=service(task_set(number=3)))


def by_hand(*changes: Change, at: float = NOW) -> Report:
    """A look at what somebody shipped ten minutes ago."""
    return replace(drifted(*changes, at=at), observed=BY_HAND)


def test_drift_that_a_deployment_brought_is_dated_from_its_creation() -> None:
    after = status(by_hand())
    assert (after.drift_since, after.since, after.drift_stood) == ({DEBUG.path: NOW - 600}, NOW - 600, frozenset())


def test_after_a_restart_drift_is_as_old_as_before() -> None:
    before, after = status(report(at=NOW - 900), by_hand(at=NOW - 500)), status(by_hand(at=NOW))
    assert before.drift_since == after.drift_since


def supposed(*attempts: Attempt) -> ServiceStatus:
    """A service that was never shipped here, found as somebody else left it while Git's newest commit is of other
    things."""
    found = replace(drifted(DEBUG, COUNT), observed=replace(BY_HAND, attempts=attempts))
    return status(found)


def test_what_the_newest_commit_did_not_bring_has_drifted_since_it_was_shipped() -> None:
    found = supposed(THEIRS)
    assert (found.drift_since[DEBUG.path], found.since) == (NOW - 60, NOW - 60)
    after = with_commit(found, replace(found.wanted.commit, commit="e" * 40, committed_at=NOW - 4000))
    assert after.drift_since == {DEBUG.path: NOW - 600, COUNT.path: NOW}
    assert (after.since, after.drift_stood) == (NOW - 600, frozenset({COUNT.path}))


def test_a_commit_that_nobody_dates_or_that_is_younger_changes_no_age() -> None:
    found = supposed(THEIRS)
    for committed_at in (None, NOW - 30):
        after = with_commit(found, replace(found.wanted.commit, committed_at=committed_at))
        assert after.drift_since == found.drift_since


def test_what_drifted_before_what_runs_now_was_shipped_is_as_old_as_it_was() -> None:
    found = replace(supposed(THEIRS), drift_since={DEBUG.path: NOW - 900}, since=NOW - 900)
    after = with_commit(found, replace(found.wanted.commit, committed_at=NOW - 4000))
    assert (after.drift_since, after.since) == ({DEBUG.path: NOW - 900}, NOW - 900)


def test_what_waits_for_something_else_is_as_old_as_it_was_though_its_drift_is_older() -> None:
    found = replace(supposed(THEIRS), sync=Sync.HELD, since=NOW - 60)
    after = with_commit(found, replace(found.wanted.commit, committed_at=NOW - 4000))
    assert (after.drift_since[DEBUG.path], after.since) == (NOW - 600, NOW - 60)


def test_drift_of_a_field_is_dated_from_when_it_was_first_seen_though_something_was_shipped() -> None:
    after = status(by_hand(COUNT))
    assert after.drift_since == {COUNT.path: NOW}


COUNT = Change("/serviceDefinition/desiredCount", "changed", 2, 4)
IMAGE = Change("/taskDefinition/containerDefinitions/proxy/image", "changed", "v3", "v2")


@pytest.mark.parametrize("outcome", [SHIFTING, HELD, BLOCKED])
def test_what_drifted_stays_drift_while_another_release_ships_or_is_held(outcome: Outcome) -> None:
    after = status(drifted(COUNT), report(outcome, at=NOW + 60, plan={"changes": (IMAGE, COUNT)}))
    assert (after.drift_since, after.since) == ({COUNT.path: NOW}, NOW + 60)
    assert after.drift_stood == {COUNT.path}


@pytest.mark.parametrize("sync", [Sync.IN_SYNC, Sync.DRIFTED, Sync.OUTDATED])
def test_what_drifted_in_the_tasks_is_drift_until_the_update_that_heals_it_ends(sync: Sync) -> None:
    shifts = report(SHIFTING, at=NOW + 60)
    rolling = replace(shifts, plan=replace(shifts.plan, sync=sync) if shifts.plan else None)
    assert status(drifted(DEBUG), rolling).drift_since == {DEBUG.path: NOW}
    assert status(drifted(COUNT), rolling).drift_since == {}
    assert status(drifted(DEBUG), rolling, report(at=NOW + 90)).drift_since == {}


def edited(outcome: Outcome, declared: int) -> ServiceStatus:
    """A service that was in sync with a count of 2, and then differs in it and in its image."""
    calm = report(plan={"declared": {"desiredCount": 2}})
    return status(
        calm, report(outcome, at=NOW + 60, plan={"changes": (IMAGE, COUNT), "declared": {"desiredCount": declared}})
    )


@pytest.mark.parametrize("outcome", [SHIFTING, HELD, BLOCKED])
def test_a_field_that_was_as_git_says_is_drift_while_another_release_ships_or_is_held(outcome: Outcome) -> None:
    assert edited(outcome, declared=2).drift_since == {COUNT.path: NOW + 60}


def test_a_field_that_git_changed_is_no_drift_while_a_release_is_held() -> None:
    assert edited(HELD, declared=3).drift_since == {}


def test_a_field_of_which_nobody_knows_how_it_was_is_no_drift_while_a_release_is_held() -> None:
    held = report(HELD, plan={"changes": (COUNT,), "declared": {"desiredCount": 2}})
    assert status(held).drift_since == {}


FIVE = replace(COUNT, live=5)


def test_a_field_that_gets_another_value_drifts_as_long_and_has_it_since() -> None:
    after = status(drifted(COUNT), drifted(FIVE, at=NOW + 60), drifted(FIVE, at=NOW + 90))
    assert (after.drift_since, after.given_at) == ({COUNT.path: NOW}, {COUNT.path: NOW + 60})


def test_a_field_that_stays_as_it_drifted_was_given_no_other_value() -> None:
    assert status(drifted(COUNT), drifted(COUNT, DEBUG, at=NOW + 60)).given_at == {}


def test_a_field_of_a_revision_is_as_its_revision_was_registered() -> None:
    assert status(drifted(DEBUG), drifted(replace(DEBUG, live="2"), at=NOW + 60)).given_at == {}


def test_drift_that_was_healed_and_came_back_is_another() -> None:
    after = status(drifted(COUNT), drifted(FIVE, at=NOW + 60), report(at=NOW + 70), drifted(COUNT, at=NOW + 90))
    assert (after.drift_since, after.given_at) == ({COUNT.path: NOW + 90}, {})


def test_what_drifted_is_no_drift_once_git_says_the_same() -> None:
    after = status(drifted(COUNT, DEBUG), report(SHIFTING, at=NOW + 60, plan={"changes": (IMAGE, DEBUG)}))
    assert after.drift_since == {DEBUG.path: NOW}


def test_what_drifted_stays_drift_while_nothing_can_be_compared() -> None:
    missing = report(BLOCKED, at=NOW + 60)
    unknown = replace(missing, plan=replace(missing.plan, sync=Sync.UNKNOWN) if missing.plan else None)
    assert status(drifted(COUNT), unknown).drift_since == {COUNT.path: NOW}


def test_drift_that_another_release_left_is_as_old_as_it_was() -> None:
    after = status(
        drifted(COUNT), report(SHIFTING, at=NOW + 60, plan={"changes": (COUNT,)}), drifted(COUNT, at=NOW + 90)
    )
    assert (after.drift_since, after.since) == ({COUNT.path: NOW}, NOW)


def test_what_differed_at_the_first_look_did_so_for_longer() -> None:
    after = status(drifted(COUNT), drifted(COUNT, DEBUG, at=NOW + 60))
    assert after.drift_stood == {COUNT.path}


def test_what_differs_anew_is_known_since_when_it_does() -> None:
    after = status(drifted(COUNT), report(at=NOW + 30), drifted(COUNT, at=NOW + 60))
    assert (after.drift_stood, after.drift_since) == (frozenset(), {COUNT.path: NOW + 60})


def test_another_obstacle_to_the_same_drift_is_new() -> None:
    blocked = report(BLOCKED, at=NOW + 60, plan={"changes": (DEBUG,)})
    still = replace(blocked, plan=replace(blocked.plan, sync=Sync.DRIFTED) if blocked.plan else None)
    assert status(drifted(), still).since == NOW + 60


def test_a_hold_is_dated_from_the_end_of_what_did_not_succeed() -> None:
    tried = attempt("v2", AttemptState.STOPPED, finished_at=NOW - 300)
    assert status(report(HELD, observed=observed(tried))).since == NOW - 300


def test_what_a_later_commit_wants_once_more_is_held_since_that_commit() -> None:
    found = held_again(report(at=NOW))
    assert found.since == NOW + 1440
    assert after_report(found, report(HELD, at=NOW + 1800, observed=found.live)).since == NOW + 1440


def test_an_outage_does_not_begin_a_hold_anew() -> None:
    found = undated(held_again(report(at=NOW)), NOW + 1500)
    lost = after_report(found, report(Failed("Throttled", ""), at=NOW + 1800))
    assert after_report(lost, report(HELD, at=NOW + 2000, observed=found.live)).since == NOW + 1500


def test_what_a_commit_wants_once_more_that_nobody_dates_is_held_since_that_was_found() -> None:
    found = held_again(report(at=NOW))
    before = undated(replace(found, sync=Sync.OUTDATED, outcome=None), NOW)
    assert after_report(before, report(HELD, at=NOW + 1500, observed=found.live)).since == NOW + 1500


def undated(found: ServiceStatus, since: float) -> ServiceStatus:
    """The same, and Git does not tell when the commit was made."""
    commit = replace(found.wanted.commit, committed_at=None)
    return replace(found, wanted=replace(found.wanted, commit=commit), judged=commit, since=since)


@pytest.mark.parametrize("brought", Brought)
def test_after_a_restart_what_is_wanted_once_more_is_held_since_its_commit(brought: Brought) -> None:
    assert held_again(brought=brought).since == NOW + 1440


def test_after_a_restart_what_another_commit_hides_is_held_since_it_did_not_succeed() -> None:
    before = replace(status(), wanted=replace(wanted("v2"), commit=Revision("head", NOW)), brought=Brought.SUPPOSED)
    bad = attempt("v2", AttemptState.STOPPED, finished_at=NOW - 300)
    assert after_report(before, report(HELD, observed=observed(bad))).since == NOW - 300


def test_a_hold_whose_end_aws_does_not_date_is_dated_from_its_beginning() -> None:
    tried = attempt("v2", AttemptState.STOPPED, created_at=NOW - 400)
    assert status(report(HELD, observed=observed(tried))).since == NOW - 400


def test_a_hold_that_aws_has_forgotten_is_dated_from_when_it_was_seen() -> None:
    assert status(report(HELD, observed=observed())).since == NOW


SHIPPED = attempt("v1", created_at=NOW - 900, finished_at=NOW - 600)


def outdated(outcome: Outcome, at: float = NOW) -> Report:
    found = report(outcome, at=at)
    return replace(found, plan=replace(found.plan, sync=Sync.OUTDATED) if found.plan else None)


def test_what_is_in_sync_at_the_first_look_is_so_since_it_was_shipped() -> None:
    assert status(report(observed=observed(SHIPPED))).since == NOW - 600
    assert status(report(observed=observed(replace(SHIPPED, finished_at=None)))).since == NOW - 900


def test_what_was_shipped_before_is_told_later_too() -> None:
    before = replace(status(report()), brought=Brought.SUPPOSED)
    assert before.since == NOW
    assert after_recollection(before, (SHIPPED,)).since == NOW - 600


def test_what_was_put_right_is_in_sync_since_it_was_seen_to_be() -> None:
    after = status(drifted(), report(at=NOW + 60, observed=observed(SHIPPED)))
    assert after.since == NOW + 60


def test_what_waits_at_the_first_look_does_so_since_its_commit() -> None:
    found = status(outdated(Differs("waits for somebody to say sync")))
    assert found.since == NOW - 60
    assert with_commit(found, replace(found.wanted.commit, committed_at=NOW - 4000)).since == NOW - 4000


def test_what_is_blocked_at_the_first_look_may_have_come_long_after_the_commit() -> None:
    assert status(outdated(BLOCKED)).since == NOW


def test_what_begins_to_wait_later_does_so_since_it_was_seen_to() -> None:
    assert status(report(), outdated(BLOCKED, NOW + 60)).since == NOW + 60


def test_what_goes_on_at_the_first_look_goes_on_since_it_was_seen_to() -> None:
    assert status(outdated(SHIFTING)).since == NOW


def test_what_the_revisions_tags_told_a_deployments_mark_knows_better() -> None:
    before = replace(status(), wanted=replace(wanted("v2"), commit=Revision("head", NOW)), brought=Brought.SUPPOSED)
    swept = Live(NOW, service(), registered("v2", 2, tags=OURS))
    told = after_report(before, report(observed=swept))
    back = replace(attempt("v2"), mark=Mark(wanted("v2").release, "revert", Cause.COMMIT))
    sure = after_recollection(told, (back,))
    assert (told.brought, sure.brought, sure.wanted.commit.commit) == (Brought.TOLD, Brought.SURE, "revert")


def test_what_the_tags_confirm_is_told() -> None:
    before = replace(
        status(), wanted=replace(wanted("v2"), commit=Revision("registered", NOW)), brought=Brought.SUPPOSED
    )
    told = after_report(before, report(observed=Live(NOW, service(), registered("v2", 2, tags=OURS))))
    assert (told.brought, told.wanted.commit) == (Brought.TOLD, Revision("registered", NOW))


NO_CLUSTER = Blocked(BlockedBy.SERVICE, (Finding("ClusterNotFound", "Cluster not found.", "Create it."),))


def unreadable(outcome: Outcome, at: float = NOW) -> Report:
    """A look that could read nothing at all."""
    return replace(report(outcome, at=at), plan=None, observed=None)


def stands_at(after: ServiceStatus) -> list[tuple[str, str]]:
    return [(each.name, each.text) for each in after.chain if each.state is LinkState.BLOCKED]


def test_what_never_could_be_read_has_a_chain_with_what_has_to_be_cleared() -> None:
    after = status(unreadable(NO_CLUSTER))
    assert stands_at(after) == [("preflight", "Cluster not found.")]
    assert [each.state.value for each in after.chain[:2]] == ["done", "done"]


def test_what_can_be_read_no_more_for_a_cause_to_be_cleared_says_so_in_its_chain() -> None:
    assert stands_at(status(report(), unreadable(NO_CLUSTER))) == [("preflight", "Cluster not found.")]


def test_what_was_read_keeps_its_chain_while_aws_does_not_answer() -> None:
    links = (Link("traffic", LinkState.DONE, "all of it"),)
    read = report(plan={"chain": links})
    assert status(read, unreadable(Failed("Throttled", "slower"))).chain == links
    assert after_unread(status(read), Retry("Throttled", "slower"), NOW).chain == links


def test_what_never_could_be_read_says_in_its_chain_that_aws_does_not_answer() -> None:
    swept = after_unread(status(), Retry("Throttled", "slower"), NOW)
    for after in (swept, status(unreadable(Failed("Throttled", "slower")))):
        assert stands_at(after) == [("preflight", "Throttled: slower")]


def test_what_had_to_wait_before_it_was_ever_read_has_no_chain_yet() -> None:
    assert status(unreadable(Waiting("It waits for its turn.", "AWS's limit", 40.0))).chain == ()
