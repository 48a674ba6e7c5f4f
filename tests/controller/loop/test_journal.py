"""What happened is kept in the order in which it was learnt."""

import math
from dataclasses import replace

import pytest

from controller.loop.board import Board, Told
from controller.loop.facts import Fact, Kind
from controller.loop.hearsay import AHEAD
from controller.loop.journal import RECENT, Journal, first_place
from controller.loop.source_facts import STALE
from controller.loop.surroundings import Swept
from controller.loop.telling import LEFT
from reconcilers.attempts import AttemptState
from reconcilers.model import Cluster, Scope
from reconcilers.outcome import Failed, Waiting
from reconcilers.report import Report
from reconcilers.verdict import Order
from tests.controller.builders import (
    BLOCKED,
    HELD,
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


class Kept:
    def __init__(self, most: int = 2000) -> None:
        self.now = NOW
        self.board = Board()
        self.board.adopt(snapshot(), NOW)
        self.journal = Journal(self.board, lambda: self.now, most)

    def look(self, *reports: Report) -> None:
        for each in reports:
            self.now = each.at
            told = self.board.reported(each, Order())
            assert isinstance(told, Told)
            self.journal.told(told)

    def kinds(self, cursor: int = 0) -> list[Kind]:
        return [fact.kind for fact in self.journal.after(cursor)[1]]


def test_an_empty_journal_has_a_place_and_no_facts() -> None:
    cursor, facts = Kept().journal.after()
    assert (cursor > 0, facts) == (True, ())


def test_facts_are_kept_as_they_are_learnt() -> None:
    kept = Kept()
    kept.look(report(SHIFTING), report(at=NOW + 600))
    assert kept.kinds() == [Kind.STARTED, Kind.DONE]


def test_a_reader_gets_what_came_after_his_place() -> None:
    kept = Kept()
    kept.look(report(SHIFTING))
    place, _ = kept.journal.after()
    kept.look(report(at=NOW + 600))
    assert kept.kinds(place) == [Kind.DONE]


def test_a_place_of_another_process_is_from_the_start() -> None:
    kept = Kept()
    kept.look(report(SHIFTING))
    assert kept.kinds(17) == [Kind.STARTED]
    assert kept.kinds(10**15) == [Kind.STARTED]


def test_the_same_fact_is_kept_once() -> None:
    kept = Kept()
    done = attempt("v2", created_at=NOW - 100, finished_at=NOW - 50)
    kept.look(report(observed=observed(done)), report(observed=observed()), report(observed=observed(done)))
    assert kept.kinds() == [Kind.STARTED, Kind.DONE]


def test_a_drift_that_comes_again_is_told_again() -> None:
    kept = Kept()
    for at in (NOW, NOW + 100):
        kept.look(drifted(at=at), report(at=at + 50))
    assert kept.kinds() == [Kind.DRIFT_FOUND, Kind.DRIFT_HEALED] * 2


def test_an_obstacle_that_comes_again_is_told_again() -> None:
    kept = Kept()
    for at in (NOW, NOW + 100):
        kept.look(report(BLOCKED, at=at), report(at=at + 50))
    assert kept.kinds() == [Kind.BLOCKED, Kind.CLEARED] * 2


def test_the_oldest_are_forgotten() -> None:
    kept = Kept(most=2)
    kept.look(report(SHIFTING), report(BLOCKED, at=NOW + 5), report(at=NOW + 10))
    assert len(kept.kinds()) == 2


def test_what_is_older_than_all_that_is_kept_has_no_place_any_more() -> None:
    kept = Kept(most=1)
    one, other = attempt("v1", finished_at=NOW - 3000), attempt("v2", finished_at=NOW - 50)
    kept.look(report(observed=observed(one)), report(observed=observed(other)), report(observed=observed(one)))
    assert [fact.deployment for fact in kept.journal.after()[1]] == ["d-v2"]


LONG_AGO = attempt("v1", created_at=NOW - 9000, finished_at=NOW - 8000)


def test_what_happened_long_before_the_start_is_there_at_its_own_time() -> None:
    kept = Kept()
    kept.look(report(observed=observed(LONG_AGO)))
    assert [(fact.kind, fact.at) for fact in kept.journal.after()[1]] == [
        (Kind.STARTED, NOW - 9000),
        (Kind.DONE, NOW - 8000),
    ]


def test_what_happened_long_before_the_start_is_no_news_to_who_follows() -> None:
    kept = Kept()
    place, _ = kept.journal.after()
    kept.look(report(observed=observed(LONG_AGO)))
    assert kept.journal.after(place) == (place, ())
    assert kept.kinds(17) == []


def test_what_stands_is_news_though_aws_dates_it_long_ago() -> None:
    kept = Kept()
    place, _ = kept.journal.after()
    tried = attempt("v2", AttemptState.STOPPED, created_at=NOW - 9000, finished_at=NOW - 8000)
    kept.look(report(HELD, observed=observed(tried)))
    assert [(fact.kind, fact.at) for fact in kept.journal.after(place)[1]] == [(Kind.HELD, NOW - 8000)]


def test_what_happened_while_no_daemon_was_there_is_news() -> None:
    kept = Kept()
    place, _ = kept.journal.after()
    kept.look(report(observed=observed(attempt("v2", created_at=NOW - 60, finished_at=NOW - 30))))
    assert kept.kinds(place) == [Kind.STARTED, Kind.DONE]


def test_an_outage_of_git_is_told_once_with_its_end() -> None:
    kept = Kept()
    kept.board.source_failed("timeout", "It did not answer.", "Look.", NOW)
    for later in (1, STALE, 2 * STALE):
        kept.now = NOW + later
        kept.journal.polled("timeout", 1.0)
    kept.board.source_unchanged(kept.now)
    kept.journal.polled("unchanged", 1.0)
    assert kept.kinds() == [Kind.SOURCE_STALE, Kind.SOURCE_BACK]


def test_a_second_outage_at_the_same_commit_is_told_too() -> None:
    kept = Kept()
    for start in (NOW, NOW + 1000):
        kept.board.source_failed("timeout", "It did not answer.", "Look.", start)
        kept.now = start + STALE
        kept.journal.polled("timeout", 1.0)
        kept.board.source_unchanged(kept.now)
        kept.journal.polled("unchanged", 1.0)
    assert kept.kinds() == [Kind.SOURCE_STALE, Kind.SOURCE_BACK] * 2


def test_an_outage_before_the_first_commit_is_told() -> None:
    board = Board()
    journal = Journal(board, lambda: NOW + STALE)
    board.source_failed("auth", "Refused.", "Renew the token.", NOW)
    journal.polled("auth", 1.0)
    assert [fact.id for fact in journal.after()[1]] == ["source/never-read/stale"]


def test_a_sweep_and_a_defect_are_no_news() -> None:
    kept = Kept()
    kept.journal.swept(Swept(Cluster(Scope("eu-west-1"), "prod"), 1, 0, 0.1))
    kept.journal.broke("a look", ValueError("defect"))
    assert kept.kinds() == []


def test_a_fact_of_a_service_that_left_git_stays() -> None:
    kept = Kept()
    kept.look(report(SHIFTING))
    kept.board.adopt(replace(snapshot(), services={}), NOW)
    assert kept.kinds() == [Kind.STARTED]


def test_what_stood_of_a_service_ends_when_it_leaves_git() -> None:
    kept = Kept()
    kept.look(report(BLOCKED))
    kept.journal.polled("changed", 0.1)
    assert kept.kinds() == [Kind.BLOCKED]
    kept.board.adopt(snapshot(named("other"), commit="c2"), NOW + 60)
    for _ in range(2):
        kept.journal.polled("changed", 0.1)
    assert kept.kinds() == [Kind.BLOCKED, Kind.LEFT, Kind.CLEARED]
    assert kept.journal.after()[1][-1].text == LEFT


def test_of_a_service_of_which_nothing_stood_nothing_ends_when_it_leaves_git() -> None:
    kept = Kept()
    kept.look(report(BLOCKED), report(at=NOW + 30))
    place, _ = kept.journal.after()
    kept.board.adopt(snapshot(named("other"), commit="c2"), NOW + 60)
    kept.journal.polled("changed", 0.1)
    assert kept.kinds(place) == [Kind.LEFT]


WAITING = Waiting("Deployment d-x is somebody else's.", "d-x", 15.0)


def test_a_hold_stands_while_somebody_elses_deployment_runs_and_is_told_once() -> None:
    kept = Kept()
    kept.look(report(HELD), report(WAITING, at=NOW + 30), report(HELD, at=NOW + 60), report(WAITING, at=NOW + 90))
    assert kept.kinds() == [Kind.HELD]


def test_a_hold_that_somebody_elses_deployment_ended_is_cleared_after_it() -> None:
    kept = Kept()
    kept.look(report(HELD), report(WAITING, at=NOW + 30), report(at=NOW + 60), report(at=NOW + 90))
    assert kept.kinds() == [Kind.HELD, Kind.CLEARED]


def test_a_block_that_gave_way_to_a_newer_commit_ends_once() -> None:
    kept = Kept()
    kept.look(report(BLOCKED))
    kept.board.adopt(snapshot(wanted("v3"), commit="c2"), NOW + 20)
    kept.look(report(at=NOW + 60))
    assert kept.kinds() == [Kind.BLOCKED, Kind.CLEARED]


def test_a_hold_that_ends_while_aws_does_not_answer_is_cleared_after_it() -> None:
    kept = Kept()
    kept.look(report(HELD), report(Failed("Throttled", "slower"), at=NOW + 30), report(at=NOW + 60))
    assert kept.kinds() == [Kind.HELD, Kind.CLEARED]


def theirs(at: float = NOW, kind: Kind = Kind.HELD, name: str = "prod/far/d-v2/held", who: str = "") -> Fact:
    """What another replica told."""
    return Fact(name, kind, at, named("far").key, kind.value, who=who)


def test_what_another_replica_told_is_news_once() -> None:
    kept = Kept()
    place = kept.journal.after()[0]
    assert kept.journal.learn([theirs()])
    assert not kept.journal.learn([theirs()])
    assert kept.kinds(place) == [Kind.HELD]


def test_what_another_replica_tells_again_from_the_start_is_known_with_its_end() -> None:
    kept = Kept()
    told = [theirs(), theirs(NOW + 9, Kind.CLEARED, "prod/far/d-v2/held/cleared"), theirs(NOW + 20)]
    kept.journal.learn(told)
    kept.journal.learn(told)
    assert kept.kinds() == [Kind.HELD, Kind.CLEARED, Kind.HELD]


def test_who_did_what_another_replica_told_is_learnt_later_in_its_place() -> None:
    kept = Kept()
    kept.journal.learn([theirs(), theirs(NOW + 5, name="prod/far/d-v3/held")])
    kept.journal.learn([theirs(who="ann")])
    assert [fact.who for fact in kept.journal.after()[1]] == ["ann", ""]


def test_what_is_told_here_too_is_kept_once() -> None:
    kept = Kept()
    kept.journal.learn([theirs()])
    kept.journal.keep(theirs())
    assert kept.kinds() == [Kind.HELD]


def test_what_was_known_before_a_restart_is_learnt_from_who_was_told_it_and_nothing_goes_round() -> None:
    first, second = Kept(), Kept()
    for at in (NOW, NOW + 100):
        first.look(drifted(at=at), report(at=at + 50))
    second.journal.learn(first.journal.after()[1])
    again = Kept()
    again.look(drifted(at=NOW + 200))
    again.journal.learn(second.journal.after()[1])
    assert sorted(again.kinds()) == sorted([Kind.DRIFT_FOUND, Kind.DRIFT_HEALED] * 2 + [Kind.DRIFT_FOUND])
    assert second.journal.learn(again.journal.after()[1])
    assert not again.journal.learn(second.journal.after()[1])
    assert sorted(second.kinds()) == sorted(again.kinds())


def test_what_two_replicas_saw_at_different_moments_is_one_thing_at_the_earlier() -> None:
    kept = Kept()
    kept.look(report(BLOCKED, at=NOW + 60))
    (found,) = kept.journal.after()[1]
    assert not kept.journal.learn([replace(found, at=NOW)])
    assert [fact.at for fact in kept.journal.after()[1]] == [NOW]


def test_what_happened_long_before_the_start_is_learnt_and_no_news() -> None:
    kept = Kept()
    place = kept.journal.after()[0]
    assert not kept.journal.learn([theirs(NOW - RECENT - 1)])
    assert kept.kinds(place) == []
    assert kept.kinds() == [Kind.HELD]


def test_what_is_learnt_to_have_ended_long_ago_does_not_end_what_stands() -> None:
    kept = Kept()
    kept.look(drifted(at=NOW + 100))
    (found,) = kept.journal.after()[1]
    gone = replace(found, id=f"{found.id}/healed", kind=Kind.DRIFT_HEALED, at=NOW + 50)
    kept.journal.learn([replace(found, at=NOW), gone])
    kept.look(report(at=NOW + 150))
    assert sorted((fact.at, fact.kind) for fact in kept.journal.after()[1]) == [
        (NOW, Kind.DRIFT_FOUND), (NOW + 50, Kind.DRIFT_HEALED),
        (NOW + 100, Kind.DRIFT_FOUND), (NOW + 150, Kind.DRIFT_HEALED),
    ]  # fmt: skip


def test_what_another_replica_saw_end_may_begin_again_here() -> None:
    kept = Kept()
    kept.journal.learn([theirs(), theirs(NOW + 9, Kind.CLEARED, "prod/far/d-v2/held/cleared")])
    kept.journal.keep(theirs(NOW + 20))
    assert kept.kinds() == [Kind.HELD, Kind.CLEARED, Kind.HELD]


def test_an_outage_that_each_replica_saw_for_itself_is_told_once_with_its_end() -> None:
    kept, other = Kept(), Kept()
    for each, late in ((kept, 0.0), (other, 3.0)):
        each.board.source_failed("timeout", "It did not answer.", "Look.", NOW + late)
        each.now = NOW + late + STALE
        each.journal.polled("timeout", 1.0)
        each.board.source_unchanged(each.now)
        each.journal.polled("unchanged", 1.0)
    other.journal.learn(kept.journal.after()[1])
    assert [(fact.kind, fact.at) for fact in other.journal.after()[1]] == [
        (Kind.SOURCE_STALE, NOW), (Kind.SOURCE_BACK, NOW + STALE),
    ]  # fmt: skip


def test_of_what_another_replica_told_the_oldest_makes_room_too() -> None:
    kept = Kept(most=2)
    kept.journal.learn([theirs(NOW + number, name=f"{number}") for number in (5, 6, 7, 1)])
    assert [fact.id for fact in kept.journal.after()[1]] == ["6", "7"]


def test_what_came_again_is_told_once_though_its_first_time_is_forgotten() -> None:
    kept = Kept(most=2)
    kept.journal.keep(theirs())
    kept.journal.keep(theirs(NOW + 9, Kind.CLEARED, "prod/far/d-v2/held/cleared"))
    for later in (20, 30):
        kept.journal.keep(theirs(NOW + later))
    assert kept.kinds() == [Kind.CLEARED, Kind.HELD]


def lies(number: int, at: float = NOW + 60) -> list[Fact]:
    return [theirs(at, name=f"lie-{each}") for each in range(number)]


def test_what_others_tell_takes_no_place_of_what_was_seen_here() -> None:
    kept = Kept(most=2)
    kept.look(report(SHIFTING), report(at=NOW + 600))
    kept.journal.learn(lies(5, NOW + 700))
    assert kept.kinds() == [Kind.STARTED, Kind.DONE, Kind.HELD, Kind.HELD]


def test_what_is_seen_here_has_a_place_whatever_others_told_before() -> None:
    kept = Kept(most=2)
    kept.journal.learn(lies(5))
    kept.look(report(SHIFTING))
    assert kept.kinds() == [Kind.HELD, Kind.HELD, Kind.STARTED]


def test_what_others_told_and_was_then_seen_here_takes_its_place_here() -> None:
    kept = Kept(most=2)
    kept.journal.learn([theirs(who="ann")])
    kept.journal.keep(theirs(NOW + 9))
    kept.journal.learn(lies(5))
    (seen, *rest) = kept.journal.after()[1]
    assert (seen.id, seen.at, seen.who, len(rest)) == (theirs().id, NOW, "ann", 2)


def test_what_is_seen_here_too_reads_as_it_was_seen() -> None:
    kept = Kept()
    kept.journal.learn([replace(theirs(), text="a lie")])
    kept.journal.keep(theirs())
    assert [fact.text for fact in kept.journal.after()[1]] == [theirs().text]


@pytest.mark.parametrize("at", [NOW + AHEAD + 1, 9e14, math.inf, math.nan, -1.0])
def test_what_others_date_far_ahead_or_before_all_time_has_not_happened(at: float) -> None:
    kept = Kept()
    assert not kept.journal.learn([theirs(at)])
    assert kept.kinds() == []


def test_a_clock_that_is_a_little_ahead_is_believed() -> None:
    kept = Kept()
    assert kept.journal.learn([theirs(NOW + AHEAD)])


def test_of_an_answer_without_end_the_newest_are_learnt() -> None:
    kept = Kept(most=2)
    kept.journal.learn(theirs(NOW - 600 + number / 100, name=f"{number}") for number in range(50_000))
    assert [fact.id for fact in kept.journal.after()[1]] == ["49998", "49999"]


def test_what_finds_no_room_any_more_is_no_news_however_often_it_is_told() -> None:
    kept = Kept(most=1)
    kept.journal.learn([theirs(NOW + 5)])
    assert not kept.journal.learn([theirs(NOW, name="older")])


def test_two_replicas_that_began_at_different_moments_do_not_come_to_the_same_places() -> None:
    assert first_place(NOW + 0.001) - first_place(NOW) > 1000
    assert first_place(4e9) < 2**53


def long(at: float, name: str = "prod/far/d-v2/held") -> Fact:
    paths = ("/serviceDefinition/a",) * 100_000
    return replace(theirs(at, name=name), text="a" * 1_000_000, remedy="b" * 1_000_000, paths=paths)


def test_of_what_is_long_as_much_is_kept_whether_it_was_told_or_seen() -> None:
    told, seen = Kept(), Kept()
    told.journal.learn([long(NOW)])
    seen.journal.keep(long(NOW))
    assert told.journal.after()[1] == seen.journal.after()[1]
    assert len(repr(told.journal.after()[1])) < 20_000


def test_a_fact_whose_name_is_longer_than_names_are_is_not_believed() -> None:
    kept = Kept()
    assert not kept.journal.learn([theirs(name="a" * 100_000)])
    assert kept.kinds() == []


def test_what_is_long_is_news_once() -> None:
    kept = Kept()
    kept.journal.learn([long(NOW)])
    assert not kept.journal.learn([long(NOW)])
