"""What failed is held, from AWS's record or from the revision's tag; the infrastructure's faults are not."""

from dataclasses import replace

import botocore.session
import pytest

from reconcilers import tags
from reconcilers.actions import CreateDeployment, TagRevision
from reconcilers.attempts import Attempt, AttemptState, AwsReason, Cause, Mark
from reconcilers.model import SyncPolicy
from reconcilers.outcome import Blocked, BlockedBy, Differs, Held, Sync, Waiting
from reconcilers.rollout.failures import CODES, Fault
from reconcilers.rollout.holds import verdicts
from reconcilers.rollout.survey import survey
from reconcilers.tags import HeldTag, held_on, written
from reconcilers.verdict import Look, Order
from tests.reconcilers.builders import (
    CODE_DEPLOY,
    NOW,
    POLICY,
    arn,
    attempt,
    decided,
    failed,
    kinds,
    live,
    looks,
    old,
    registered,
    release,
    wanted,
)

V1 = attempt("v1", created_at=1.0)


def tagged(tag: str = "v2", number: int = 2, **labels: str) -> tuple[object, ...]:
    names = {"held": tags.HELD, "superseded": tags.SUPERSEDED}
    return (registered(tag, number, tags={names[name]: text for name, text in labels.items()}),)


@pytest.mark.parametrize(
    "bad",
    [
        failed("v2", "ALARM_ACTIVE"),
        failed("v2", "MANUAL_STOP"),
        failed("v2", "HOOK_EXECUTION_FAILURE"),
        failed("v2", "TIMEOUT"),
        failed("v2", "SOMETHING_NEW"),
        failed("v2", mark=None),
        failed("v2", mark=Mark(old("x"), "c", Cause.COMMIT)),
        attempt("v2", AttemptState.ROLLED_BACK),
        attempt("v2", AttemptState.SUCCEEDED, rollback="d-back"),
    ],
)
def test_what_did_not_succeed_is_held(bad: Attempt) -> None:
    plan = decided(wanted("v2"), live(bad, V1))
    assert isinstance(plan.outcome, Held)
    assert (plan.outcome.deployment, plan.actions, plan.sync) == ("d-v2", (), Sync.HELD)


def test_a_hold_shows_awss_own_reason() -> None:
    outcome = decided(wanted("v2"), live(failed("v2"), V1)).outcome
    assert outcome == Held(release("v2"), "d-v2", AwsReason("ALARM_ACTIVE", "because ALARM_ACTIVE"))


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (attempt("v2", AttemptState.FAILED, aws_status="Failed"), "FAILED"),
        (attempt("v2", AttemptState.FAILED, aws_status=""), "failed"),
        (attempt("v2", rollback="d-back"), "ROLLED_BACK"),
    ],
)
def test_a_hold_without_awss_reason_says_what_is_known(bad: Attempt, code: str) -> None:
    outcome = decided(wanted("v2"), live(bad, V1)).outcome
    assert isinstance(outcome, Held)
    assert outcome.reason.code == code


def test_a_rollback_that_succeeded_is_no_success_of_its_release() -> None:
    rollback = attempt("v1", id="d-back", mark=None, rollback_of="d-v2")
    assert isinstance(decided(wanted("v2"), live(rollback, failed("v2", rollback="d-back"), V1)).outcome, Held)


def test_a_hold_ends_when_the_release_changes() -> None:
    assert kinds(decided(wanted("v3"), live(failed("v2"), V1)))[-1] == "CreateDeployment"


def test_a_hold_ends_when_the_hooks_change() -> None:
    rollout = replace(CODE_DEPLOY, hooks={"AfterInstall": "smoke"})
    assert kinds(decided(wanted("v2", rollout=rollout), live(failed("v2"), V1)))[-1] == "CreateDeployment"


def test_a_hold_ends_when_anything_else_that_the_release_ships_changes() -> None:
    want = replace(wanted("v2"), release=release("v2", {"another": "thing"}))
    assert kinds(decided(want, live(failed("v2"), V1)))[-1] == "CreateDeployment"


def test_a_newer_attempt_decides_anew() -> None:
    later = attempt("v2", id="d-later", mark=None)
    plan = decided(wanted("v2"), live(attempt("v7", mark=None), later, failed("v2"), V1))
    assert plan.sync is Sync.OUTDATED


def test_a_retry_ships_the_held_release_once() -> None:
    plan = decided(wanted("v2"), live(failed("v2"), V1), Order(retry=True))
    action = plan.actions[-1]
    assert isinstance(action, CreateDeployment)
    assert (action.mark.cause, plan.sync, plan.spends) == (Cause.RETRY, Sync.HELD, True)


def test_a_retry_ships_even_where_sync_is_manual() -> None:
    plan = decided(wanted("v2", sync=SyncPolicy.MANUAL), live(failed("v2"), V1), Order(retry=True))
    assert kinds(plan)[-1] == "CreateDeployment"


def test_a_retry_takes_the_tag_off_after_the_deployment_was_made() -> None:
    seen = live(failed("v2"), V1, candidates=tagged(held="d-v2 ALARM_ACTIVE: because ALARM_ACTIVE"))
    plan = decided(wanted("v2"), seen, Order(retry=True))
    assert kinds(plan) == ("CreateDeployment", "TagRevision")
    assert plan.actions[-1] == TagRevision(arn(2), {tags.HELD: None})


def test_saying_sync_does_not_lift_a_hold_and_is_spent() -> None:
    plan = decided(wanted("v2"), live(failed("v2"), V1), Order(sync=True))
    assert (plan.actions, plan.sync, plan.spends) == ((), Sync.HELD, True)


def test_a_hold_is_written_on_the_revision_that_was_shipped() -> None:
    seen = live(failed("v2"), V1, candidates=(registered("v2", 9), registered("v2", 2)))
    plan = decided(wanted("v2"), seen)
    assert plan.actions == (TagRevision(arn(2), {tags.HELD: "d-v2 ALARM_ACTIVE: because ALARM_ACTIVE"}),)


def test_a_hold_is_written_on_another_revision_of_the_same_content_where_that_one_is_gone() -> None:
    assert kinds(decided(wanted("v2"), live(failed("v2"), V1, candidates=(registered("v2", 9),)))) == ("TagRevision",)


def test_a_hold_is_written_once() -> None:
    first = decided(wanted("v2"), live(failed("v2"), V1, candidates=(registered("v2", 2),))).actions[0]
    assert isinstance(first, TagRevision)
    again = replace(registered("v2", 2), tags={name: text or "" for name, text in first.tags.items()})
    assert decided(wanted("v2"), live(failed("v2"), V1, candidates=(again,))).actions == ()


def test_the_tag_of_an_older_hold_is_replaced() -> None:
    seen = live(failed("v2"), V1, candidates=tagged(held="d-old TIMEOUT: long ago"))
    assert kinds(decided(wanted("v2"), seen)) == ("TagRevision",)


def test_a_hold_is_known_from_the_tag_where_the_record_has_ended() -> None:
    plan = decided(wanted("v2"), live(V1, candidates=tagged(held="d-gone ALARM_ACTIVE: 5xx")))
    assert plan.outcome == Held(release("v2"), "d-gone", AwsReason("ALARM_ACTIVE", "5xx"))
    assert plan.actions == ()


def test_a_tag_of_the_same_content_with_other_hooks_holds_nothing_while_the_record_tells_them_apart() -> None:
    rollout = replace(CODE_DEPLOY, hooks={"AfterInstall": "smoke"})
    seen = live(failed("v2"), V1, candidates=tagged(held="d-v2 ALARM_ACTIVE: 5xx"))
    assert kinds(decided(wanted("v2", rollout=rollout), seen))[-1] == "CreateDeployment"


def test_a_tag_that_nobody_can_read_holds_nothing() -> None:
    assert kinds(decided(wanted("v2"), live(V1, candidates=tagged(held="?")))) == ("CreateDeployment",)


def test_observe_writes_no_tag() -> None:
    plan = decided(
        wanted("v2", sync=SyncPolicy.OBSERVE),
        live(failed("v2"), V1, candidates=(registered("v2", 2),)),
        Order(retry=True),
    )
    assert (plan.actions, plan.sync) == ((), Sync.HELD)


def test_what_we_stopped_for_a_newer_release_may_ship_when_it_is_wanted_again() -> None:
    seen = live(failed("v2", "MANUAL_STOP"), V1, candidates=tagged(superseded="d-v2"))
    assert kinds(decided(wanted("v2"), seen)) == ("CreateDeployment",)


@pytest.mark.parametrize(
    ("bad", "label"),
    [
        (failed("v2", "MANUAL_STOP"), "d-other"),
        (failed("v2", "ALARM_ACTIVE"), "d-v2"),
        (failed("v2", "HOOK_EXECUTION_FAILURE"), "d-v2"),
    ],
)
def test_what_failed_by_itself_is_held_although_we_meant_to_stop_it(bad: Attempt, label: str) -> None:
    assert decided(wanted("v2"), live(bad, V1, candidates=tagged(superseded=label))).sync is Sync.HELD


def test_an_older_failure_still_holds_what_was_superseded_later() -> None:
    again = Mark(release("v2"), "commit-v2", Cause.RETRY)
    stopped = failed("v2", "MANUAL_STOP", id="d-second", mark=again)
    seen = live(stopped, failed("v2"), V1, candidates=tagged(superseded="d-second"))
    assert decided(wanted("v2"), seen).sync is Sync.HELD


def test_what_still_runs_is_no_verdict() -> None:
    seen = live(attempt("v2", AttemptState.RUNNING, id="d-now"), failed("v2", id="d-before"), V1)
    situation = survey(wanted("v2"), seen, NOW, POLICY, Order())
    assert situation is not None
    assert [each.id for each in verdicts(situation)] == ["d-before"]


def test_what_was_superseded_twice_may_ship_although_its_revision_remembers_only_the_last_stop() -> None:
    stops = failed("v2", "MANUAL_STOP", id="d-second"), failed("v2", "MANUAL_STOP", id="d-first")
    seen = live(*stops, V1, candidates=tagged(superseded="d-second"))
    assert kinds(decided(wanted("v2"), seen)) == ("CreateDeployment",)


def test_a_stop_of_ours_for_being_late_shows_our_reason() -> None:
    seen = live(failed("v2", "MANUAL_STOP"), V1, candidates=tagged(held="d-v2 TIMED_OUT: too late"))
    outcome = decided(wanted("v2"), seen).outcome
    assert isinstance(outcome, Held)
    assert outcome.reason == AwsReason("TIMED_OUT", "too late")


def test_an_alarms_own_words_are_shown_rather_than_the_tags() -> None:
    seen = live(failed("v2"), V1, candidates=tagged(held="d-v2 TIMED_OUT: too late"))
    outcome = decided(wanted("v2"), seen).outcome
    assert isinstance(outcome, Held)
    assert outcome.reason.code == "ALARM_ACTIVE"


def test_candidates_are_looked_at_before_something_is_held() -> None:
    assert looks(wanted("v2"), live(failed("v2"), candidates=None)) == {Look.CANDIDATES}


def test_an_infrastructure_fault_is_not_held_and_waits_before_it_is_tried_again() -> None:
    plan = decided(wanted("v2"), live(failed("v2", "THROTTLED", finished_at=NOW - 20), V1))
    assert isinstance(plan.outcome, Waiting)
    assert (plan.outcome.on, plan.outcome.after, plan.actions, plan.sync) == ("AWS", 40.0, (), Sync.OUTDATED)


def test_an_infrastructure_fault_is_tried_again_after_its_time() -> None:
    plan = decided(wanted("v2"), live(failed("v2", "THROTTLED", finished_at=NOW - 60), V1))
    assert isinstance(plan.actions[-1], CreateDeployment)


def test_an_ordered_release_is_tried_again_without_another_word() -> None:
    seen = live(failed("v2", "THROTTLED", finished_at=NOW - 60), V1)
    assert kinds(decided(wanted("v2", sync=SyncPolicy.MANUAL), seen))[-1] == "CreateDeployment"


def test_what_somebody_else_could_not_ship_is_not_repeated_without_a_word() -> None:
    seen = live(failed("v2", "THROTTLED", mark=None, finished_at=0.0), V1)
    assert decided(wanted("v2", sync=SyncPolicy.MANUAL), seen).actions == ()
    assert kinds(decided(wanted("v2"), seen))[-1] == "CreateDeployment"


def test_the_second_fault_in_a_row_waits_longer() -> None:
    faults = [failed("v2", "INTERNAL_ERROR", id=f"d-{n}", finished_at=NOW - 60 * n) for n in (1, 9)]
    outcome = decided(wanted("v2"), live(*faults, V1)).outcome
    assert isinstance(outcome, Waiting)
    assert outcome.after == 240.0


def test_a_fault_before_a_success_or_a_failure_of_another_kind_does_not_count() -> None:
    fault = failed("v2", "INTERNAL_ERROR", finished_at=NOW - 60)
    for between in (attempt("v2"), failed("v2", "IAM_ROLE_MISSING")):
        plan = decided(wanted("v2"), live(fault, between, replace(fault, id="d-before"), V1))
        assert kinds(plan)[-1] == "CreateDeployment"


def test_infrastructure_faults_in_a_row_block_after_the_retries() -> None:
    faults = [failed("v2", "INTERNAL_ERROR", id=f"d-{n}", finished_at=0.0) for n in range(4)]
    assert kinds(decided(wanted("v2"), live(*faults[:3], V1)))[-1] == "CreateDeployment"
    outcome = decided(wanted("v2"), live(*faults, V1)).outcome
    assert isinstance(outcome, Blocked)
    assert outcome.by is BlockedBy.INFRASTRUCTURE
    assert outcome.findings[0].message.endswith("because INTERNAL_ERROR.")


def test_a_fault_of_the_set_up_blocks_with_its_remedy_until_somebody_says_retry() -> None:
    seen = live(failed("v2", "IAM_ROLE_PERMISSIONS", finished_at=0.0), V1)
    plan = decided(wanted("v2"), seen)
    assert isinstance(plan.outcome, Blocked)
    assert (plan.outcome.by, plan.actions) == (BlockedBy.PERMISSION, ())
    assert plan.outcome.findings[0].message.endswith("because IAM_ROLE_PERMISSIONS.")
    assert "trueup retry prod/notes" in plan.outcome.findings[0].remedy
    assert kinds(decided(wanted("v2"), seen, Order(retry=True)))[-1] == "CreateDeployment"


def test_observe_only_reports_what_the_infrastructure_refused() -> None:
    seen = live(failed("v2", "IAM_ROLE_PERMISSIONS"), V1)
    assert isinstance(decided(wanted("v2", sync=SyncPolicy.OBSERVE), seen).outcome, Differs)


def test_every_error_code_of_codedeploy_is_in_the_table() -> None:
    model = botocore.session.get_session().get_service_model("codedeploy")
    codes = model.shape_for("ErrorCode").metadata["enum"]
    assert set(codes) == CODES.keys() - {"CIRCUIT_BREAKER"}


def test_every_fault_of_the_set_up_has_a_remedy() -> None:
    assert all(how.remedy for how in CODES.values() if how.fault is Fault.SETUP)


def test_a_held_tag_is_read_as_it_was_written() -> None:
    held = HeldTag("d-1", AwsReason("ALARM_ACTIVE", "Alarms: 5xx"))
    assert held_on(registered(tags={tags.HELD: written(held)})) == held


def test_a_held_tag_has_only_what_aws_allows_and_is_cut() -> None:
    text = written(HeldTag("d-1", AwsReason("X", "a\n'b' & " + "c" * 300)))
    assert text.startswith("d-1 X: a b ccc")
    assert len(text) == tags.VALUE_LIMIT


def test_a_revision_whose_tags_were_not_read_has_no_hold() -> None:
    assert held_on(registered()) is None
