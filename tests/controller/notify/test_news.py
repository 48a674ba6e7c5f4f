"""What is to be told of a service now, compared with what was told."""

from dataclasses import replace
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.loop.board import SourceStatus, Told
from controller.loop.events import events
from controller.loop.facts import Fact, Kind
from controller.loop.source_facts import STALE, source_fact
from controller.loop.status import ServiceStatus
from controller.loop.telling import LEFT, facts_of
from controller.notify.ledger import Entry, Ledger, after
from controller.notify.news import FRESH, news, parting, running, source_news, unsure
from controller.notify.writing import read, written
from reconcilers.attempts import AttemptState
from reconcilers.diff import Change
from reconcilers.live import Live
from reconcilers.outcome import Differs, Failed, Waiting
from tests.controller.builders import BLOCKED, DEBUG, HELD, SHIFTING, held_again, observed, report, status
from tests.controller.notify.builders import (
    AT_REST,
    DONE,
    DRIFTED,
    IN_THE_WAY,
    KEY,
    LATER,
    NOW,
    ON_HOLD,
    RUNNING,
    SHIPPED,
    STARTED,
    attempt,
    properties,
)
from tests.reconcilers.builders import failed, registered, rolling_service, service, task_set

OLD = attempt("v1", created_at=NOW - 9000, finished_at=NOW - 8000)
DRIFT = report(Differs("live differs"), plan={"changes": (DEBUG,)})
OTHER = Change("/serviceDefinition/desiredCount", "changed", 2, 3)


def told(*statuses: ServiceStatus, ledger: Ledger | None = None) -> Ledger:
    """The ledger once everything of these looks was told."""
    kept = ledger or Ledger()
    for each in statuses:
        kept = reduce(lambda one, fact: after(one, fact, running(each)), news(kept, each, NOW), kept)
    return kept


def forgotten(ledger: Ledger) -> Ledger:
    """The same as another process reads it."""
    return read(written(Entry(ledger))).ledger


def kinds(ledger: Ledger, seen: ServiceStatus, now: float = NOW) -> list[Kind]:
    return [fact.kind for fact in news(ledger, seen, now)]


def test_a_service_of_which_nothing_is_known_has_no_news() -> None:
    unread = status(report(Failed("Throttled", "slow down")))
    assert news(told(DRIFTED), unread, NOW) == ()
    assert news(Ledger(), ServiceStatus(AT_REST.wanted), NOW) == ()


def test_a_rollout_is_told_when_it_begins_and_when_it_ends() -> None:
    assert kinds(Ledger(), STARTED) == [Kind.STARTED]
    assert kinds(told(STARTED), STARTED) == []
    assert kinds(told(STARTED), SHIPPED) == [Kind.DONE]
    assert kinds(told(STARTED, SHIPPED), SHIPPED) == []


def test_a_rollout_that_came_and_ended_unseen_is_told_whole() -> None:
    (began, ended) = news(Ledger(), SHIPPED, NOW)
    assert (began.kind, ended.kind, began.at, ended.at) == (Kind.STARTED, Kind.DONE, DONE.created_at, DONE.finished_at)


def test_where_nothing_was_ever_told_what_ended_long_ago_is_no_news() -> None:
    both = status(report(observed=observed(DONE, OLD)))
    assert {fact.deployment for fact in news(Ledger(), both, NOW)} == {"d-v2"}
    assert news(Ledger(), SHIPPED, NOW + FRESH) == ()


def test_what_still_runs_is_told_however_long_ago_it_began() -> None:
    long = status(report(observed=observed(replace(RUNNING, created_at=NOW - 3 * FRESH))))
    assert kinds(Ledger(), long) == [Kind.STARTED]


def test_everything_since_what_was_told_last_is_told_however_long_ago() -> None:
    newer = attempt("v3", created_at=NOW - 7000, finished_at=NOW - 6000)
    ledger = told(status(report(observed=observed(OLD))), ledger=Ledger())
    ledger = after(ledger, news(Ledger(), status(report(observed=observed(OLD))), NOW - 8000)[-1])
    both = status(report(observed=observed(newer, OLD)))
    assert [fact.id.rpartition("notes/")[2] for fact in news(ledger, both, NOW)] == ["d-v3/started", "d-v3/done"]


def test_what_came_before_the_rollout_that_was_told_last_is_no_news() -> None:
    both = status(report(observed=observed(DONE, replace(OLD, created_at=NOW - 900, finished_at=NOW - 800))))
    assert kinds(told(SHIPPED), both) == []


def test_a_rollback_after_the_end_was_told_is_told_as_well() -> None:
    back = status(report(observed=observed(failed("v2", created_at=NOW - 60, finished_at=NOW, rollback="d-back"))))
    assert kinds(told(SHIPPED), back) == [Kind.ROLLED_BACK]


def test_an_older_look_at_a_rollout_that_has_ended_does_not_begin_it_again() -> None:
    assert kinds(told(SHIPPED), STARTED) == []


def test_a_stop_is_the_same_one_once_a_newer_commit_has_followed_it() -> None:
    stopped = attempt("v2", AttemptState.STOPPED, created_at=NOW - 60, finished_at=NOW, rollback="d-b")
    before = status(report(observed=observed(stopped)))
    assert kinds(told(STARTED), before) == [Kind.ROLLED_BACK]
    newer = attempt("v3", AttemptState.RUNNING, created_at=NOW)
    after_it = status(report(observed=observed(newer, stopped)), tag="v3")
    assert [(fact.deployment, fact.kind) for fact in news(told(STARTED, before), after_it, NOW)] == [
        ("d-v3", Kind.STARTED)
    ]
    assert kinds(told(STARTED), after_it) == [Kind.ROLLED_BACK, Kind.STARTED]


def test_drift_is_told_and_its_end_once_all_is_as_git_says() -> None:
    assert kinds(Ledger(), DRIFTED) == [Kind.DRIFT_FOUND]
    assert kinds(told(DRIFTED), DRIFTED) == []
    assert kinds(told(DRIFTED), STARTED) == [Kind.STARTED]
    assert kinds(told(DRIFTED), AT_REST) == [Kind.DRIFT_HEALED]


def test_the_end_of_a_drift_that_another_process_told_names_no_fields() -> None:
    (fact,) = news(forgotten(told(DRIFTED)), AT_REST, LATER)
    (known,) = news(told(DRIFTED), AT_REST, LATER)
    assert fact.text == "what had drifted is as Git says again"
    assert (fact.id, fact.seconds) == (known.id, known.seconds)
    assert known.paths == (DEBUG.path,)


def test_a_drift_is_told_again_when_it_grows_but_not_when_it_shrinks() -> None:
    both = status(report(), report(Differs("x"), plan={"changes": (DEBUG, OTHER)}))
    assert kinds(told(DRIFTED), both) == [Kind.DRIFT_FOUND]
    assert kinds(told(both), DRIFTED) == []


def test_a_drift_that_grows_is_told_as_the_activity_tells_it() -> None:
    first = report(Differs("x"), plan={"changes": (DEBUG,)})
    more = report(Differs("x"), at=LATER, plan={"changes": (DEBUG, OTHER)})
    before, after = status(report(), first), status(report(), first, more)
    (shown,) = facts_of(Told(before, after, events(before, after, LATER)), LATER)
    (found,) = news(told(before), after, LATER)
    assert found == shown
    assert found.paths == (OTHER.path,)
    assert found.text == f"{OTHER.path} is otherwise than Git says; 2 fields are so in all"


def test_the_end_of_a_drift_that_grew_names_all_of_it_and_when_it_began() -> None:
    first = report(Differs("x"), plan={"changes": (DEBUG,)})
    more = report(Differs("x"), at=LATER, plan={"changes": (DEBUG, OTHER)})
    ledger = told(status(report(), first), status(report(), first, more))
    (gone,) = news(ledger, AT_REST, LATER + 60)
    assert (gone.paths, gone.seconds) == ((DEBUG.path, OTHER.path), LATER + 60 - NOW)
    (another,) = news(forgotten(ledger), AT_REST, LATER + 60)
    assert (another.id, another.seconds) == (gone.id, gone.seconds)


def test_of_a_drift_of_many_fields_more_are_not_told() -> None:
    many = tuple(Change(f"/serviceDefinition/{number}", "changed", 1, 2) for number in range(12))
    ledger = told(status(report(), report(Differs("x"), plan={"changes": many})))
    assert kinds(ledger, DRIFTED) == []


def test_a_drift_that_stands_while_another_release_ships_is_told_once_until_it_is_healed() -> None:
    ships = report(SHIFTING, plan={"changes": (DEBUG,)})
    newer, left = status(report(), DRIFT, ships), status(report(), DRIFT, ships, DRIFT)
    assert kinds(Ledger(), newer) == [Kind.DRIFT_FOUND], "whoever was away hears of it"
    for kept in (told(DRIFTED, newer), forgotten(told(DRIFTED, newer))):
        assert (kinds(kept, newer), kinds(kept, left)) == ([], [])
        assert kinds(kept, AT_REST) == [Kind.DRIFT_HEALED]


def test_a_drift_that_a_rollout_heals_is_gone_after_it() -> None:
    assert kinds(told(DRIFTED), SHIPPED) == [Kind.STARTED, Kind.DONE, Kind.DRIFT_HEALED]


def test_an_obstacle_is_told_until_another_one_stands_or_none() -> None:
    assert kinds(Ledger(), ON_HOLD) == [Kind.HELD]
    assert kinds(told(ON_HOLD), ON_HOLD) == []
    assert kinds(told(ON_HOLD), IN_THE_WAY) == [Kind.BLOCKED]
    assert kinds(told(IN_THE_WAY), AT_REST) == [Kind.CLEARED]


def test_a_hold_is_told_again_once_it_was_cleared_and_not_before() -> None:
    again = held_again(report())
    for kept in (told(ON_HOLD), forgotten(told(ON_HOLD))):
        assert Kind.HELD not in kinds(kept, again), "nobody knew the commit"
    for kept in (told(again), forgotten(told(again))):
        assert kinds(kept, held_again()) == kinds(kept, ON_HOLD) == []
        assert kinds(kept, IN_THE_WAY) == [Kind.BLOCKED]
    assert Kind.HELD in kinds(told(ON_HOLD, AT_REST), again)


def test_nobody_knows_whether_an_obstacle_is_gone_while_somebody_elses_deployment_runs() -> None:
    waiting = status(report(Waiting("Deployment d-x is somebody else's.", "d-x", 15.0)))
    assert kinds(told(ON_HOLD), waiting) == kinds(told(IN_THE_WAY), waiting) == []


@pytest.mark.parametrize(("seen", "word"), [(ON_HOLD, "held"), (IN_THE_WAY, "blocked")])
def test_the_end_of_an_obstacle_that_another_process_told_says_which_it_was(seen: ServiceStatus, word: str) -> None:
    (fact,) = news(forgotten(told(seen)), AT_REST, LATER)
    assert (fact.text, fact.id) == (f"no longer {word}", news(told(seen), AT_REST, LATER)[0].id)


def test_what_was_told_as_blocked_gave_way_to_a_newer_commit() -> None:
    (fact,) = news(told(IN_THE_WAY), status(report(), tag="v3"), LATER)
    assert (fact.kind, fact.text) == (Kind.CLEARED, "it gave way to commit commit-")


def test_what_was_told_of_a_service_that_leaves_git_ends() -> None:
    ledger = told(DRIFTED, ON_HOLD)
    for kept in (ledger, forgotten(ledger)):
        ends = parting(kept, KEY, LATER)
        assert [(fact.kind, fact.text) for fact in ends] == [(Kind.DRIFT_HEALED, LEFT), (Kind.CLEARED, LEFT)]
        assert parting(reduce(after, ends, kept), KEY, LATER) == ()
    assert parting(forgotten(told(IN_THE_WAY)), KEY, LATER)[0].id.endswith("/blocked/cleared")
    assert parting(Ledger(), KEY, LATER) == ()


def stale(now: float, source: SourceStatus) -> Fact | None:
    return source_fact(source, "c1", now)


def test_an_outage_of_git_is_told_once_and_its_end_once() -> None:
    down = SourceStatus(good_at=NOW - 60, failing_since=NOW)
    now = NOW + STALE
    (began,) = source_news(Ledger(), down, stale(now, down), now)
    ledger = after(Ledger(), began)
    assert source_news(ledger, down, stale(now, down), now) == ()
    for kept in (ledger, forgotten(ledger)):
        (ended,) = source_news(kept, SourceStatus(good_at=now), None, now + 30)
        assert (began.kind, ended.kind, ended.id) == (Kind.SOURCE_STALE, Kind.SOURCE_BACK, "source/c1/back")
    assert source_news(after(ledger, ended), SourceStatus(good_at=now), None, now) == ()


def test_git_is_not_back_before_it_answers() -> None:
    down = SourceStatus(good_at=NOW - 60, failing_since=NOW)
    ledger = after(Ledger(), source_news(Ledger(), down, stale(NOW + STALE, down), NOW)[0])
    assert source_news(ledger, SourceStatus(good_at=NOW, failing_since=NOW), None, NOW) == ()
    assert source_news(ledger, SourceStatus(), None, NOW) == ()
    assert source_news(Ledger(), SourceStatus(good_at=NOW), None, NOW) == ()


def test_only_what_may_have_been_missed_is_looked_at_closer() -> None:
    swept = status(report())
    assert not unsure(Ledger(), SHIPPED, NOW), "they were looked at"
    assert not unsure(Ledger(), ServiceStatus(swept.wanted), NOW), "nothing is known"
    assert not unsure(Ledger(), replace(swept, live=None), NOW), "nothing was read"
    assert not unsure(Ledger(), replace(swept, failing_since=NOW), NOW), "AWS did not answer"
    assert unsure(told(STARTED), swept, NOW), "it may have ended"
    assert not unsure(told(STARTED, SHIPPED), swept, NOW), "it is as it was told"
    moved = replace(swept, live=Live(NOW, service(task_set(number=9)), registered()))
    assert unsure(told(STARTED, SHIPPED), moved, NOW), "something else runs"


@pytest.mark.parametrize(("at", "asks"), [(NOW - 60, True), (NOW - 2 * FRESH, False), (None, False)])
def test_of_a_service_of_which_nothing_was_told_a_fresh_revision_is_looked_at_closer(at: float, asks: bool) -> None:
    swept = replace(AT_REST, live=Live(NOW, service(), registered(registered_at=at)))
    assert unsure(Ledger(), swept, NOW) is asks
    assert not unsure(Ledger(), replace(AT_REST, live=Live(NOW, service(), None)), NOW)


def test_what_runs_is_told_apart_by_revision_and_by_deployment() -> None:
    def runs(seen: Live | None) -> str:
        return running(replace(AT_REST, live=seen))

    assert runs(None) == runs(Live(NOW, None)) == ""
    lives = [
        Live(NOW, service()),
        Live(NOW, service(task_set(number=2))),
        Live(NOW, service(task_set(external_id="d-1"))),
        Live(NOW, rolling_service()),
    ]
    assert len({runs(each) for each in lives}) == len(lives)
    assert all(runs(each) == runs(each) != "" for each in lives)


LOOKS = [
    AT_REST,
    STARTED,
    SHIPPED,
    ON_HOLD,
    IN_THE_WAY,
    DRIFTED,
    status(report(), report(Differs("x"), plan={"changes": (DEBUG, OTHER)})),
    status(report(HELD, observed=observed(failed("v2", created_at=NOW - 60, finished_at=NOW, rollback="d-b")))),
    status(report(BLOCKED, observed=observed(attempt("v3", AttemptState.FAILED, created_at=NOW - 50), DONE))),
]


@properties
@given(st.lists(st.sampled_from(LOOKS), max_size=8), st.sampled_from(LOOKS), st.booleans())
def test_once_all_news_are_told_there_are_none(before: list[ServiceStatus], last: ServiceStatus, anew: bool) -> None:
    ledger = told(*before)
    ledger = told(last, ledger=forgotten(ledger) if anew else ledger)
    assert news(ledger, last, NOW) == ()
    assert news(forgotten(ledger), last, NOW) == ()


@properties
@given(st.lists(st.sampled_from(LOOKS), max_size=8), st.sampled_from(LOOKS))
def test_another_process_has_the_same_news_by_the_same_names(before: list[ServiceStatus], last: ServiceStatus) -> None:
    ledger = told(*before)
    ours, theirs = news(ledger, last, NOW), news(forgotten(ledger), last, NOW)
    assert [(fact.id, fact.kind) for fact in ours] == [(fact.id, fact.kind) for fact in theirs]


@properties
@given(st.lists(st.sampled_from(LOOKS), max_size=8))
def test_what_ends_had_begun(looks: list[ServiceStatus]) -> None:
    ledger, open_drift, open_obstacle = Ledger(), False, False
    for each in looks:
        for fact in news(ledger, each, NOW):
            assert open_drift or fact.kind is not Kind.DRIFT_HEALED
            assert open_obstacle or fact.kind is not Kind.CLEARED
            ledger = after(ledger, fact, running(each))
            open_drift, open_obstacle = ledger.drift is not None, ledger.obstacle is not None
