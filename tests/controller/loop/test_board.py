"""What the daemon knows, and how it changes."""

from dataclasses import replace

from controller.loop.attribution import of_field
from controller.loop.author import Author
from controller.loop.board import MOST_AUTHORS, Board, cluster_of
from reconcilers.actions import CreateDeployment, StopDeployment, UpdateService
from reconcilers.attempts import Attempt, Cause, Mark
from reconcilers.diff import Change
from reconcilers.live_service import LoadBalancer
from reconcilers.model import Cluster, Revision, Scope, SyncPolicy
from reconcilers.outcome import Failed, Retry, Sync
from reconcilers.verdict import Order
from tests.controller.builders import (
    DEBUG,
    HELD,
    KEY,
    NOW,
    SHIFTING,
    attempt,
    drifted,
    named,
    observed,
    report,
    snapshot,
    wanted,
)

EDIT = UpdateService("prod", "notes", {"desiredCount": 2})
RETRY = Order(retry=True, by="ann", at=NOW)


def board(*more: str) -> Board:
    made = Board()
    made.adopt(snapshot(wanted("v2"), *(named(name) for name in more)), NOW)
    return made


def test_every_service_of_the_first_snapshot_is_new() -> None:
    assert Board().adopt(snapshot(wanted("v2"), named("other")), NOW) == (KEY, named("other").key)


def test_a_snapshot_changes_only_what_wants_something_else() -> None:
    known = board("other")
    assert known.adopt(snapshot(wanted("v3"), named("other"), commit="c2"), NOW) == (KEY,)


def test_what_is_known_of_a_service_survives_a_new_commit() -> None:
    known = board()
    known.reported(report(HELD), Order())
    known.adopt(snapshot(wanted("v3"), commit="c2"), NOW)
    status = known.service(KEY)
    assert status is not None
    assert (status.sync, status.wanted) == (Sync.HELD, wanted("v3"))


def test_a_removed_service_is_forgotten() -> None:
    known = board("other")
    known.adopt(snapshot(wanted("v2"), commit="c2"), NOW)
    assert [status.wanted.key for status in known.services()] == [KEY]


def test_a_report_of_a_removed_service_is_nobodys() -> None:
    known = board()
    known.adopt(snapshot(named("other"), commit="c2"), NOW)
    assert known.reported(report(), Order()) is None


def test_a_report_tells_before_after_and_what_happened() -> None:
    told = board().reported(drifted(), Order())
    assert told is not None
    assert (told.before.sync, told.after.sync, len(told.events)) == (Sync.UNKNOWN, Sync.DRIFTED, 1)


def test_services_are_found_by_the_cluster_that_a_sweep_reads() -> None:
    known = Board()
    elsewhere = named("other", scope=Scope("us-east-1"))
    known.adopt(snapshot(wanted("v2"), elsewhere), NOW)
    found = known.in_cluster(Cluster(Scope("us-east-1"), "prod"))
    assert [status.wanted.key.name for status in found] == ["other"]
    assert cluster_of(found[0]) == Cluster(Scope("us-east-1"), "prod")


def test_a_sweep_that_finds_nothing_new_refreshes_a_service() -> None:
    known = board()
    known.reported(report(), Order())
    known.glanced(KEY, observed(at=NOW + 60))
    status = known.service(KEY)
    assert status is not None
    assert status.seen_at == NOW + 60


def test_a_sweep_of_a_removed_service_is_nobodys() -> None:
    known = board()
    known.glanced(named("gone").key, observed())
    assert known.service(named("gone").key) is None


def test_an_order_is_kept_until_it_is_spent() -> None:
    known = board()
    assert known.ask(KEY, RETRY)
    known.reported(report(HELD), RETRY)
    assert known.order(KEY) == RETRY


def test_a_plan_that_spends_the_order_takes_it_away() -> None:
    known = board()
    known.ask(KEY, RETRY)
    known.reported(report(plan={"spends": True}), RETRY)
    assert not known.order(KEY).given


def test_an_order_that_came_meanwhile_is_not_spent() -> None:
    known = board()
    known.ask(KEY, RETRY)
    later = replace(RETRY, at=NOW + 1)
    known.ask(KEY, later)
    known.reported(report(HELD, plan={"spends": True}), RETRY)
    assert known.order(KEY) == later


def test_an_order_whose_actions_failed_is_not_spent() -> None:
    known = board()
    known.ask(KEY, RETRY)
    known.reported(replace(report(HELD, EDIT, plan={"spends": True}), acted=()), RETRY)
    assert known.order(KEY) == RETRY


def test_an_order_for_nobody_is_refused() -> None:
    assert not board().ask(named("gone").key, RETRY)


def test_an_order_ends_when_git_wants_something_else() -> None:
    known = board()
    known.ask(KEY, RETRY)
    known.adopt(snapshot(wanted("v3"), commit="c2"), NOW)
    assert not known.order(KEY).given


def test_an_order_outlives_a_commit_that_does_not_concern_it() -> None:
    known = board()
    known.ask(KEY, RETRY)
    known.adopt(snapshot(wanted("v2"), named("other"), commit="c2"), NOW)
    assert known.order(KEY).given


def test_our_own_edits_of_a_service_are_remembered() -> None:
    known = board()
    known.reported(report(drifted().outcome, EDIT, at=NOW), Order())
    known.reported(report(drifted().outcome, EDIT, at=NOW + 60), Order())
    assert known.order(KEY).field_heals == (NOW, NOW + 60)


def test_to_apply_what_git_changed_is_no_heal() -> None:
    known = board()
    known.reported(report(plan={"declared": {"desiredCount": 1}}), Order())
    known.reported(report(drifted().outcome, EDIT, plan={"declared": {"desiredCount": 2}}), Order())
    assert known.order(KEY).field_heals == ()
    assert known.order(KEY).applied == {"desiredCount": 2}
    known.reported(report(drifted().outcome, EDIT, plan={"declared": {"desiredCount": 2}}), Order())
    assert known.order(KEY).field_heals == (NOW,)


def test_what_was_applied_is_kept_apart_from_what_waits() -> None:
    known = board()
    known.reported(report(plan={"declared": {"desiredCount": 1, "platformVersion": "1.3.0"}}), Order())
    wants = {"desiredCount": 2, "platformVersion": "1.4.0"}
    known.reported(report(drifted().outcome, EDIT, plan={"declared": wants}), Order())
    assert known.order(KEY).applied == {"desiredCount": 2, "platformVersion": "1.3.0"}


def test_what_a_deployment_carries_is_applied_with_it() -> None:
    known = board()
    before = {"desiredCount": 1, "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["a"]}}}
    wants = {"desiredCount": 2, "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["b"]}}}
    shift = CreateDeployment(
        "notes", "notes-dg", None, LoadBalancer("tg", "proxy", 80), Mark(wanted("v2").release, "c1", Cause.COMMIT)
    )
    known.reported(report(plan={"declared": before}), Order())
    known.reported(report(SHIFTING, shift, plan={"declared": wants}), Order())
    assert known.order(KEY).applied == {**wants, "desiredCount": 1}


def test_a_stop_applies_nothing() -> None:
    known = board()
    known.reported(report(plan={"declared": {"desiredCount": 1}}), Order())
    stop = StopDeployment("d-1", "superseded")
    known.reported(report(SHIFTING, stop, plan={"declared": {"desiredCount": 2}}), Order())
    assert known.order(KEY).applied == {"desiredCount": 1}


def test_what_was_sent_alone_does_not_tell_what_was_applied_before() -> None:
    known = board()
    known.reported(report(drifted().outcome, EDIT, plan={"declared": {"desiredCount": 2}}), Order())
    assert known.order(KEY).applied is None


def test_an_order_is_spent_whatever_was_applied() -> None:
    known = board()
    known.reported(report(plan={"declared": {"desiredCount": 1}}), Order())
    known.ask(KEY, RETRY)
    known.reported(report(plan={"spends": True}), known.order(KEY))
    assert not known.order(KEY).given


def test_edits_outlive_the_order_they_were_asked_with() -> None:
    known = board()
    known.ask(KEY, RETRY)
    known.reported(report(drifted().outcome, EDIT, plan={"spends": True}), known.order(KEY))
    assert known.order(KEY) == Order(field_heals=(NOW,))


def test_a_failing_repository_keeps_the_last_good_snapshot() -> None:
    known = board()
    known.source_failed("timeout", "It hangs.", "Wait.", NOW + 5)
    known.source_failed("timeout", "It hangs.", "Wait.", NOW + 9)
    assert (known.source.good_at, known.source.failing_since, known.source.reason) == (NOW, NOW + 5, "timeout")
    assert known.snapshot == snapshot(wanted("v2"))


def test_a_repository_that_answers_again_fails_no_more() -> None:
    known = board()
    known.source_failed("timeout", "It hangs.", "Wait.", NOW + 5)
    known.source_unchanged(NOW + 9)
    assert (known.source.good_at, known.source.failing_since) == (NOW + 9, None)


def test_a_failed_look_is_told_too() -> None:
    told = board().reported(report(Failed("Throttled", "")), Order())
    assert told is not None
    assert told.after.failing_since == NOW
    assert DEBUG.path not in told.after.drift_since


def test_a_release_that_was_seen_in_sync_is_kept_in_mind() -> None:
    known = board()
    known.reported(report(), Order())
    known.reported(drifted(), Order())
    assert known.order(KEY).in_sync_before


def test_a_new_release_was_not_seen_in_sync() -> None:
    known = board()
    known.reported(report(), Order())
    known.adopt(snapshot(wanted("v3"), commit="c2"), NOW)
    assert not known.order(KEY).in_sync_before


def test_an_order_is_spent_by_a_plan_that_was_made_with_more_in_mind() -> None:
    known = board()
    known.reported(report(), Order())
    known.ask(KEY, RETRY)
    known.reported(report(plan={"spends": True}), known.order(KEY))
    assert not known.order(KEY).given


def test_what_could_not_be_read_of_a_removed_service_is_nobodys() -> None:
    assert board().unread(named("gone").key, Retry("Throttled", ""), NOW) is None


def test_who_did_something_is_kept_and_known_better_later() -> None:
    known = board()
    known.attributed(KEY, "deployment d-1", Author(pending=True))
    known.attributed(KEY, "deployment d-1", Author("ann"))
    known.reported(report(), Order())
    status = known.service(KEY)
    assert status is not None
    assert status.authors == {"deployment d-1": Author("ann")}


def test_of_many_authors_the_oldest_are_forgotten() -> None:
    known = board()
    for number in range(MOST_AUTHORS + 1):
        known.attributed(KEY, f"deployment d-{number}", Author("ann"))
    status = known.service(KEY)
    assert status is not None
    assert len(status.authors) == MOST_AUTHORS
    assert "deployment d-0" not in status.authors


def test_who_did_something_to_a_removed_service_is_nobodys_matter() -> None:
    known = board()
    known.attributed(named("other").key, "deployment d-1", Author("ann"))
    assert known.service(named("other").key) is None


def test_a_release_that_a_new_commit_leaves_as_it_is_keeps_the_commit_that_brought_it() -> None:
    known = board()
    manual = replace(wanted("v2"), commit=Revision("c2", NOW), sync=SyncPolicy.MANUAL)
    assert known.adopt(snapshot(manual, commit="c2"), NOW) == (KEY,)
    status = known.service(KEY)
    assert status is not None
    assert (status.wanted.commit.commit, status.wanted.sync) == ("commit-v2", SyncPolicy.MANUAL)


def test_a_commit_that_changes_nothing_of_a_service_is_no_news_to_it() -> None:
    known = board()
    assert known.adopt(snapshot(replace(wanted("v2"), commit=Revision("c2", NOW)), commit="c2"), NOW) == ()


def restarted(*attempts: Attempt) -> Board:
    """A board whose first commit came long after the release, and which then read this of AWS."""
    known = Board()
    known.adopt(snapshot(replace(wanted("v2"), commit=Revision("head", NOW))), NOW)
    known.reported(report(observed=observed(*attempts)), Order())
    return known


def test_after_a_restart_the_commit_is_the_one_that_aws_record_names() -> None:
    assert restarted(attempt("v2")).nameless() == {"commit-v2"}


def test_a_commit_that_aws_record_named_survives_the_next_ones_of_git() -> None:
    known = restarted(attempt("v2"))
    known.adopt(snapshot(replace(wanted("v2"), commit=Revision("next", NOW)), commit="next"), NOW)
    assert known.nameless() == {"commit-v2"}


def test_what_git_says_of_a_commit_is_kept() -> None:
    known = restarted(attempt("v2"))
    known.named({"commit-v2": Revision("commit-v2", NOW - 60, "ann", "ship v2")})
    status = known.service(KEY)
    assert status is not None
    assert (status.wanted.commit.subject, known.nameless()) == ("ship v2", frozenset())


def test_what_git_does_not_know_stays_an_id() -> None:
    known = restarted(attempt("v2"))
    known.named({})
    assert known.nameless() == {"commit-v2"}


def test_a_service_that_comes_while_the_daemon_runs_has_the_commit_that_brought_it() -> None:
    known = Board()
    known.adopt(snapshot(named("other")), NOW)
    known.adopt(snapshot(named("other"), wanted("v2"), commit="c2"), NOW)
    again = replace(attempt("v2"), mark=Mark(wanted("v2").release, "long-ago", Cause.COMMIT))
    known.reported(report(observed=observed(again)), Order())
    assert known.nameless() == frozenset()


def test_the_commit_that_mends_a_manifest_may_not_be_the_one_that_brought_the_release() -> None:
    known = Board()
    broken = replace(snapshot(named("other")), spoiled={KEY: ()})
    known.adopt(broken, NOW)
    known.adopt(snapshot(replace(wanted("v2"), commit=Revision("mended", NOW)), commit="mended"), NOW)
    known.reported(report(observed=observed(attempt("v2"))), Order())
    assert known.nameless() == {"commit-v2"}


def test_what_cloudtrail_tells_of_an_edit_dates_the_drift() -> None:
    known, count = board(), Change("/serviceDefinition/desiredCount", "changed", 2, 4)
    known.reported(drifted(count), Order())
    known.attributed(KEY, of_field(count.path, NOW), Author("arn:aws:iam::1:user/eve", NOW - 500))
    status = known.service(KEY)
    assert status is not None
    assert status.drift_since == {count.path: NOW - 500}


def test_what_aws_remembers_of_a_service_names_its_commit_and_changes_nothing_else() -> None:
    known = Board()
    known.adopt(snapshot(replace(wanted("v2"), commit=Revision("head", NOW))), NOW)
    known.reported(report(), Order())
    told = known.recollected(wanted("v2"), (attempt("v2"),))
    assert told is not None
    assert (told.events, told.before.report is told.after.report) == ((), True)
    assert (told.after.wanted.commit.commit, told.after.outcome, told.after.seen_at) == (
        "commit-v2",
        told.before.outcome,
        told.before.seen_at,
    )


def test_what_a_look_has_read_meanwhile_is_newer_than_what_is_remembered() -> None:
    known = board()
    known.reported(report(observed=observed(attempt("v2"))), Order())
    told = known.recollected(wanted("v2"), ())
    assert told is not None
    assert told.after == told.before


def test_what_is_remembered_of_another_release_than_the_wanted_one_is_dropped() -> None:
    assert board().recollected(wanted("v1"), ()) is None


def adopted() -> Board:
    """A service in sync, whose manifest names a chart, and which we never shipped."""
    known = Board()
    made = replace(wanted("v2"), commit=Revision("head", NOW), made_of=("charts/notes",))
    known.adopt(snapshot(made), NOW)
    return known


def test_what_aws_was_asked_about_in_vain_is_for_git_to_tell() -> None:
    known = adopted()
    assert known.untold() == {}
    known.reported(report(), Order())
    assert known.untold() == {KEY: ("desired/prod/notes.yaml", "charts/notes")}


def test_what_gits_history_tells_is_kept_until_a_mark_knows_better() -> None:
    known = adopted()
    known.reported(report(), Order())
    known.dated({KEY: Revision("touched", NOW - 60), named("gone").key: Revision("x", NOW)})
    status = known.service(KEY)
    assert status is not None
    assert (status.wanted.commit.commit, known.untold()) == ("touched", {})
    known.dated({KEY: Revision("later", NOW)})
    known.recollected(wanted("v2"), (attempt("v2"),))
    assert known.nameless() == {"commit-v2"}


def test_a_fetch_that_takes_long_is_told_until_it_has_ended() -> None:
    known = board()
    known.source_arriving("40 MiB are here")
    assert known.source.arriving == "40 MiB are here"
    known.source_unchanged(NOW)
    assert known.source.arriving == ""


def test_a_fetch_that_failed_is_on_its_way_no_more() -> None:
    known = board()
    known.source_arriving("40 MiB are here")
    known.source_failed("timeout", "It did not answer.", "Check it.", NOW)
    assert known.source.arriving == ""
