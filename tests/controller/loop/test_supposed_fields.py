"""A service field that a commit changes is Git's doing, though nobody saw what was applied before."""

from typing import Any

from controller.loop.applied import with_supposed
from controller.loop.board import Board
from reconcilers.actions import UpdateService
from reconcilers.diff import Change
from reconcilers.model import RollingRollout
from reconcilers.outcome import Sync
from reconcilers.report import Report
from reconcilers.verdict import Order, Plan
from tests.controller.builders import HELD, KEY, NOW, report, snapshot, status, wanted
from tests.reconcilers.builders import ROLLING, decided, live

GRACE = {"healthCheckGracePeriodSeconds": 0}
COUNT = Change("/serviceDefinition/desiredCount", "changed", 3, 2)
WAITED = Change("/serviceDefinition/healthCheckGracePeriodSeconds", "changed", 0, 60)


def board(*commits: dict[str, Any], tag: str = "v2") -> Board:
    """A daemon that found a held release at the first of these commits, and read the others since."""
    made = Board()
    first, *later = commits
    made.adopt(snapshot(wanted(tag, service_definition=first)), NOW)
    made.reported(held(first), Order())
    for number, fields in enumerate(later):
        made.adopt(snapshot(wanted(tag, service_definition=fields), commit=f"c{number}"), NOW)
    return made


def held(declared: dict[str, Any], *changes: Change) -> Report:
    return report(HELD, plan={"declared": declared, "changes": changes})


def plan(known: Board, wants: dict[str, Any]) -> Plan:
    """What is decided with the good release back in Git."""
    known.adopt(snapshot(wanted("v1", service_definition=wants), commit="good"), NOW)
    return decided(wanted("v1", service_definition=wants), live(), known.order(KEY))


def test_a_field_that_a_commit_changed_while_a_release_was_held_is_applied_as_gits() -> None:
    wants = {"desiredCount": 3, **GRACE}
    made = plan(board({"desiredCount": 2, **GRACE}, wants), wants)
    assert made.sync is Sync.OUTDATED
    assert [each.fields for each in made.actions if isinstance(each, UpdateService)] == [{"desiredCount": 3}]


def test_a_field_that_the_commit_with_another_release_changes_is_gits() -> None:
    assert plan(board({"desiredCount": 2}), {"desiredCount": 3}).sync is Sync.OUTDATED


def test_a_field_that_no_commit_changed_is_drift() -> None:
    wants = {"desiredCount": 2, "healthCheckGracePeriodSeconds": 60}
    made = plan(board({**wants, "desiredCount": 9}, wants), wants)
    assert made.sync is Sync.DRIFTED
    assert [each.fields for each in made.actions if isinstance(each, UpdateService)] == [
        {"healthCheckGracePeriodSeconds": 60}
    ]


def test_a_commit_that_changes_no_field_tells_nothing() -> None:
    known = board({"desiredCount": 3}, {"desiredCount": 3})
    assert known.order(KEY).applied is None


def test_what_two_commits_changed_is_gits_both_times() -> None:
    wants = {"desiredCount": 3, "healthCheckGracePeriodSeconds": 60}
    made = plan(board({"desiredCount": 2, **GRACE}, {"desiredCount": 3, **GRACE}, wants), wants)
    assert made.sync is Sync.OUTDATED
    assert [each.fields for each in made.actions if isinstance(each, UpdateService)] == [wants]


def test_what_one_commit_changed_and_the_next_took_back_is_drift_where_live_differs() -> None:
    there = {"desiredCount": 3}
    assert plan(board(there, {"desiredCount": 4}, there), there).sync is Sync.DRIFTED


def test_a_field_that_a_commit_declares_newly_is_gits() -> None:
    assert board({}, {"desiredCount": 3}).order(KEY).applied == {}


def test_after_a_restart_nothing_is_known_of_earlier_commits() -> None:
    restarted = board({"desiredCount": 3})
    assert restarted.order(KEY).applied is None


def test_what_another_replica_kept_meanwhile_is_not_known() -> None:
    known = board({"desiredCount": 2}, {"desiredCount": 3})
    known.shared(lambda _: "another")
    known.shared(lambda _: None)
    assert known.order(KEY).applied is None


def test_what_was_seen_in_sync_stands_whatever_commits_say() -> None:
    known = board({"desiredCount": 2})
    known.reported(report(plan={"declared": {"desiredCount": 2}}), Order())
    known.adopt(snapshot(wanted("v2", service_definition={"desiredCount": 3}), commit="a"), NOW)
    known.adopt(snapshot(wanted("v2", service_definition={"desiredCount": 4}), commit="b"), NOW)
    assert known.order(KEY).applied == {"desiredCount": 2}


def test_to_apply_what_such_a_commit_changed_is_no_heal_and_an_edit_after_it_is_one() -> None:
    known = board({"desiredCount": 2}, {"desiredCount": 3})
    update = UpdateService("prod", "notes", {"desiredCount": 3})
    applies = report(HELD, update, plan={"declared": {"desiredCount": 3}})
    known.reported(applies, Order())
    assert (known.order(KEY).field_heals, known.order(KEY).applied) == ((), {"desiredCount": 3})
    known.reported(applies, Order())
    assert known.order(KEY).field_heals == (NOW,)


def test_a_rolling_updates_configuration_counts_as_a_field() -> None:
    before = status()
    configured = RollingRollout(configuration={"maximumPercent": 150})
    after = with_supposed(before, wanted("v2", rollout=configured))
    assert after.applied == {}
    back = with_supposed(status(), wanted("v2", rollout=ROLLING))
    assert back.applied is None


def test_while_held_nobody_is_said_to_have_edited_what_was_not_seen_applied() -> None:
    known = board({"desiredCount": 2, **GRACE}, {"desiredCount": 3, **GRACE})
    told = known.reported(held({"desiredCount": 3, **GRACE}, COUNT, WAITED), Order())
    assert told is not None
    assert told.after.drift_since == {}


def test_once_it_was_in_sync_an_edit_while_held_is_told() -> None:
    known = board({"desiredCount": 2, **GRACE}, {"desiredCount": 3, **GRACE})
    known.reported(report(plan={"declared": {"desiredCount": 3, **GRACE}}), Order())
    told = known.reported(held({"desiredCount": 3, **GRACE}, WAITED), Order())
    assert told is not None
    assert told.after.drift_since == {WAITED.path: NOW}


def test_a_look_that_compared_no_fields_makes_nothing_sure() -> None:
    known = board({"desiredCount": 2}, {"desiredCount": 3})
    told = known.reported(report(), Order())
    assert told is not None
    assert (told.after.applied, told.after.applied_supposed) == ({"desiredCount": 2}, True)


def test_what_git_changed_while_held_is_told_as_no_drift() -> None:
    known = board({"desiredCount": 2}, {"desiredCount": 3})
    told = known.reported(held({"desiredCount": 3}, COUNT), Order())
    assert told is not None
    assert told.after.drift_since == {}
