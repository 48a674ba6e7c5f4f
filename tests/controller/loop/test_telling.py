"""What there is to tell of a service: what a look found new, and what stands."""

from dataclasses import replace

import pytest

from controller.loop.attribution import of_field
from controller.loop.author import Author
from controller.loop.board import Told
from controller.loop.events import events
from controller.loop.facts import Fact, Kind, Tone
from controller.loop.learnt import after_commit, after_report
from controller.loop.status import Brought, ServiceStatus
from controller.loop.telling import cleared, drift_found, facts_of, healed, standing
from reconcilers.actions import CreateDeployment, Done
from reconcilers.attempts import AttemptState, AwsReason, Cause, Mark
from reconcilers.diff import Change
from reconcilers.digest import Digest
from reconcilers.live_service import LoadBalancer
from reconcilers.outcome import Failed, Outcome
from reconcilers.report import Report
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
from tests.reconcilers.builders import registered, rolling_service, service, task_set

LATER = NOW + 600


def told(*reports: Report, before: ServiceStatus | None = None) -> tuple[Fact, ...]:
    """The facts of the last of these looks."""
    *earlier, last = reports
    was = before or status(*earlier)
    after = after_report(was, last)
    return facts_of(Told(was, after, events(was, after, last.at)), last.at)


def kinds(*reports: Report) -> list[Kind]:
    return [fact.kind for fact in told(*reports)]


def test_a_look_that_finds_nothing_new_has_nothing_to_tell() -> None:
    assert told(report(), report(at=LATER)) == ()


def test_a_deployment_that_is_followed_has_started() -> None:
    (fact,) = told(report(SHIFTING))
    assert (fact.kind, fact.id, fact.deployment) == (Kind.STARTED, "prod/notes/d-v2/started", "d-v2")
    assert (fact.commit, fact.subject, fact.who) == ("commit-v2", "ship v2", "ann")


@pytest.mark.parametrize(
    ("cause", "text"),
    [
        (Cause.HEAL, "d-v2 puts back what commit commit- says"),
        (Cause.COMMIT, "commit commit- is shipping (deployment d-v2)"),
    ],
)
def test_a_deployment_that_was_just_made_says_what_for_before_aws_s_record_does(cause: Cause, text: str) -> None:
    mark = Mark(Digest("v1-release"), "commit-v2", cause)
    creates = CreateDeployment("app", "group", None, LoadBalancer(None, "proxy", 80), mark)
    (fact,) = told(report(SHIFTING, acted=(Done(creates, "d-v2"),)))
    assert fact.text == text


def test_a_rollout_that_ended_tells_how_long_it_took() -> None:
    (fact,) = told(report(SHIFTING), report(at=LATER))
    assert (fact.kind, fact.seconds, fact.tone) == (Kind.DONE, 600, Tone.GOOD)


def test_awss_record_of_an_end_counts_for_more_than_our_look_at_it() -> None:
    done = attempt("v2", created_at=NOW - 100, finished_at=NOW + 50)
    ended = next(
        each for each in told(report(SHIFTING), report(at=LATER, observed=observed(done))) if each.kind is Kind.DONE
    )
    assert (ended.at, ended.seconds) == (NOW + 50, 150)


def test_what_aws_remembers_is_told_at_the_first_look() -> None:
    first = observed(attempt("v2", created_at=NOW - 100, finished_at=NOW - 50), attempt("v1", finished_at=NOW - 3000))
    assert [each.deployment for each in told(report(observed=first))] == ["d-v1", "d-v1", "d-v2", "d-v2"]


def test_the_same_record_read_again_is_not_told_again() -> None:
    seen = observed(attempt("v1"))
    assert told(report(observed=seen), report(at=LATER, observed=seen)) == ()


def test_drift_is_told_with_its_fields() -> None:
    (fact,) = told(report(), drifted())
    assert (fact.kind, fact.paths, fact.at) == (Kind.DRIFT_FOUND, (DEBUG.path,), NOW)
    assert fact.text == f"{DEBUG.path} is otherwise than Git says"


def test_drift_by_two_hands_is_told_with_both() -> None:
    grace = Change("/serviceDefinition/healthCheckGracePeriodSeconds", "changed", 60, 5)
    by_hand = replace(observed(), running=registered("v1", registered_by="arn:aws:iam::1:user/mallory"))
    seen = status(replace(drifted(DEBUG, grace), observed=by_hand))
    known = replace(seen, authors={of_field(grace.path, NOW): Author("arn:aws:iam::1:user/erin")})
    fact = drift_found(known, (DEBUG.path, grace.path))
    assert fact.text.endswith(", by user/mallory and user/erin")
    assert fact.who == "arn:aws:iam::1:user/mallory and arn:aws:iam::1:user/erin"


def test_drift_of_many_fields_names_the_first_and_counts_the_rest() -> None:
    changes = [Change(f"/serviceDefinition/field{number}", "changed", 1, 2) for number in range(5)]
    (fact,) = told(report(), drifted(*changes))
    assert fact.text.startswith(
        "/serviceDefinition/field0, /serviceDefinition/field1, /serviceDefinition/field2 and 2 more are"
    )


def test_drift_names_who_registered_what_runs() -> None:
    by = registered(registered_by="arn:aws:iam::1:user/mallory", registered_at=NOW - 5)
    (fact,) = told(report(), replace(drifted(), observed=replace(observed(), running=by)))
    assert fact.who == "arn:aws:iam::1:user/mallory"
    assert fact.text.endswith(", by user/mallory")


def test_drift_that_is_gone_says_how_long_it_lasted() -> None:
    (fact,) = told(report(), drifted(), report(at=LATER))
    assert (fact.kind, fact.seconds, fact.paths) == (Kind.DRIFT_HEALED, 600, (DEBUG.path,))


def test_the_end_of_a_drift_is_named_after_its_beginning() -> None:
    (found,), (gone,) = told(report(), drifted()), told(report(), drifted(), report(at=LATER))
    assert gone.id == f"{found.id}/healed"


def test_the_same_change_by_another_deployment_is_another_drift() -> None:
    def found(by: str) -> str:
        hand = replace(observed(), service=service(task_set(external_id=by)))
        return told(report(), replace(drifted(), observed=hand))[0].id

    assert found("d-1") != found("d-2")


def test_drift_without_a_primary_task_set_is_told_too() -> None:
    (fact,) = told(report(), replace(drifted(), observed=replace(observed(), service=rolling_service())))
    assert fact.kind is Kind.DRIFT_FOUND


def test_drift_of_a_service_that_was_not_read_is_told_too() -> None:
    (fact,) = told(report(), replace(drifted(), observed=replace(observed(), service=None)))
    assert fact.kind is Kind.DRIFT_FOUND


def test_a_hold_tells_awss_reason_and_what_to_do() -> None:
    fact = next(each for each in told(report(SHIFTING), report(HELD, at=LATER)) if each.kind is Kind.HELD)
    assert (fact.reason, fact.deployment, fact.tone) == ("ALARM_ACTIVE", "d-v2", Tone.BAD)
    assert "trueup retry" in fact.remedy


def holds(seen: ServiceStatus) -> Fact:
    now = standing(seen)
    assert now is not None
    assert now.obstacle is not None
    return now.obstacle


def test_the_hold_of_a_release_that_a_later_commit_wants_once_more_is_another_one() -> None:
    again = holds(held_again(report()))
    assert (again.id, again.at) == ("prod/notes/d-v2-again00/held", NOW + 1440)
    assert again.commit is not None
    assert again.commit.startswith("again000")
    assert holds(held_again()).id == again.id, "after a restart it is the same"


def test_the_end_of_a_hold_is_named_after_the_commit_that_was_held() -> None:
    found = held_again(report())
    fixed = after_commit(found, wanted("v4"), Brought.SURE)
    after = after_report(fixed, report(at=NOW + 3000))
    gone = next(each for each in facts_of(Told(fixed, after, ()), NOW + 3000) if each.kind is Kind.CLEARED)
    assert (gone.id, gone.commit) == (f"{holds(found).id}/cleared", holds(found).commit)


@pytest.mark.parametrize(
    ("outcome", "text"),
    [
        (HELD, "d-v2 did not succeed. ALARM_ACTIVE: the alarm fired"),
        (BLOCKED, "preflight: AlarmFiring: Alarm 5xx fires. Wait for it to end."),
    ],
)
def test_what_stands_in_the_way_does_not_say_again_that_it_does(outcome: Outcome, text: str) -> None:
    assert holds(status(report(outcome))).text == text


def test_what_was_blocked_until_a_newer_commit_came_gave_way_to_that() -> None:
    newer = after_commit(status(report(BLOCKED)), wanted("v3"), Brought.SURE)
    (gone,) = facts_of(Told(newer, after_report(newer, report(at=LATER)), ()), LATER)
    assert (gone.kind, gone.commit, gone.text) == (Kind.CLEARED, "commit-v2", "it gave way to commit commit-")


def test_a_block_tells_its_findings_remedy() -> None:
    (fact,) = told(report(), report(BLOCKED))
    assert (fact.kind, fact.reason, fact.remedy) == (Kind.BLOCKED, "preflight", "Wait for it to end.")


def test_an_obstacle_that_stays_is_told_once() -> None:
    assert kinds(report(BLOCKED), report(BLOCKED, at=LATER)) == []


@pytest.mark.parametrize(("obstacle", "word"), [(BLOCKED, "blocked"), (HELD, "held")])
def test_an_obstacle_that_is_gone_is_told(obstacle: object, word: str) -> None:
    facts = told(report(at=NOW - 60), report(obstacle), report(at=LATER))  # type: ignore[arg-type]
    assert [(fact.kind, fact.text, fact.seconds) for fact in facts] == [(Kind.CLEARED, f"no longer {word}", 600)]


def test_an_obstacle_is_not_gone_because_aws_does_not_answer() -> None:
    assert told(report(BLOCKED), report(Failed("Throttled", "slower"), at=LATER)) == ()


def test_facts_come_oldest_first() -> None:
    facts = told(report(observed=observed(attempt("v2", created_at=NOW - 10), attempt("v1", finished_at=NOW - 3000))))
    assert [fact.at for fact in facts] == sorted(fact.at for fact in facts)


def test_nothing_is_said_to_stand_before_the_first_look() -> None:
    assert standing(status()) is None


def test_nothing_is_said_to_stand_while_aws_does_not_answer() -> None:
    assert standing(status(report(), report(Failed("Throttled", "slower")))) is None


def test_a_service_at_rest_has_nothing_that_stands() -> None:
    now = standing(status(report()))
    assert now is not None
    assert now.facts == ()


def test_the_newest_rollout_of_ours_stands() -> None:
    now = standing(status(report(observed=observed(attempt("v2", finished_at=NOW - 5), attempt("v1")))))
    assert now is not None
    assert now.rollout is not None
    assert (now.rollout.kind, now.rollout.deployment) == (Kind.DONE, "d-v2")


def test_an_obstacle_and_a_drift_stand_beside_the_rollout() -> None:
    bad = attempt("v2", AttemptState.STOPPED, reason=AwsReason("ALARM_ACTIVE", "it fired"), rollback="d-back")
    now = standing(status(report(HELD, observed=observed(bad))))
    assert now is not None
    assert [fact.kind for fact in now.facts] == [Kind.ROLLED_BACK, Kind.HELD]


def test_drift_stands_as_long_as_it_is_seen() -> None:
    now = standing(status(report(), drifted(), drifted(at=LATER)))
    assert now is not None
    assert now.drift is not None
    assert (now.drift.kind, now.drift.at) == (Kind.DRIFT_FOUND, NOW)


@pytest.mark.parametrize("outcome", [SHIFTING, HELD])
def test_drift_that_stands_while_another_release_ships_is_neither_healed_nor_found_again(outcome: Outcome) -> None:
    newer = report(outcome, at=LATER, plan={"changes": (DEBUG,)})
    drift = {Kind.DRIFT_FOUND, Kind.DRIFT_HEALED}
    assert drift.isdisjoint(kinds(report(), drifted(), newer))
    assert drift.isdisjoint(kinds(report(), drifted(), newer, drifted(at=LATER + 60)))
    now = standing(status(report(), drifted(), newer))
    assert now is not None
    assert now.drift is not None
    assert now.drift.at == NOW


def test_drift_that_a_newer_release_ended_lasted_until_that_shipped() -> None:
    newer = report(SHIFTING, at=NOW + 60, plan={"changes": (DEBUG,)})
    gone = next(each for each in told(report(), drifted(), newer, report(at=LATER)) if each.kind is Kind.DRIFT_HEALED)
    assert gone.seconds == LATER - NOW


def test_what_stands_has_the_name_under_which_it_was_told() -> None:
    now = standing(status(report(), report(BLOCKED)))
    assert now is not None
    assert now.obstacle in told(report(), report(BLOCKED))


def test_what_ended_is_told_of_what_was_told() -> None:
    now = standing(status(report(), drifted()))
    assert now is not None
    assert now.drift is not None
    assert healed(now.drift, LATER) == told(report(), drifted(), report(at=LATER))[0]


def test_a_clock_that_went_back_makes_no_negative_duration() -> None:
    now = standing(status(report(BLOCKED)))
    assert now is not None
    assert now.obstacle is not None
    assert cleared(now.obstacle, NOW - 60).seconds == 0


def test_a_fact_belongs_to_its_service() -> None:
    assert {fact.service for fact in told(report(SHIFTING), report(HELD, at=LATER))} == {KEY}


def unreadable(at: float = NOW) -> Report:
    """A look that AWS refused for a cause that a person has to clear: there is no such cluster."""
    return replace(report(BLOCKED, at=at), plan=None, observed=None)


def test_what_cannot_be_read_for_a_cause_to_be_cleared_is_blocked_since_the_first_look() -> None:
    (fact,) = told(unreadable())
    assert (fact.kind, fact.at) == (Kind.BLOCKED, NOW)
    assert told(unreadable(), unreadable(at=LATER)) == ()


def test_what_cannot_be_read_for_a_cause_to_be_cleared_stands() -> None:
    stands = standing(status(unreadable()))
    assert stands is not None
    assert [each.kind for each in stands.facts] == [Kind.BLOCKED]


def test_what_could_be_read_before_is_blocked_since_it_cannot() -> None:
    assert status(report(), unreadable(at=LATER)).since == LATER


def test_an_obstacle_in_the_place_of_another_is_told_as_found_now() -> None:
    other = replace(BLOCKED, findings=tuple(replace(each, code="Another") for each in BLOCKED.findings))
    (fact,) = told(unreadable(), report(other, at=LATER))
    assert (fact.kind, fact.at) == (Kind.BLOCKED, LATER)
