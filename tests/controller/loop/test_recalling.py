"""What an earlier process applied last, for as long as Git was not read since the start."""

from dataclasses import replace

import pytest

from controller.lease.sole import Sole
from controller.loop.board import Board
from controller.loop.gate import OVERTAKEN, SHUT, gate
from controller.loop.keys import SyncSource
from controller.loop.source_facts import source_fact
from controller.loop.status import Brought
from controller.source.git_errors import SourceError
from controller.source.recalled import Recalled
from controller.source.snapshot import Snapshot
from reconcilers.model import ServiceKey
from reconcilers.outcome import Outcome, Waiting
from reconcilers.verdict import Order
from tests.controller.builders import HELD, KEY, NOW, drifted, named, report, snapshot, wanted
from tests.controller.loop.test_loop import CLUSTER, Stage

AWAY = SourceError("unreachable", "It cannot be reached.", "Look.")
OLD = Recalled(snapshot(wanted("v2"), named("other"), commit="c1"), NOW - 3600)


def begun(
    recalled: Recalled | None = OLD, *commits: Snapshot | Exception | None, other: Outcome | None = None
) -> Stage:
    """A loop whose Git is away at first, and whose disk has this. Looks at the other service, if any, end so."""
    stage = Stage(AWAY, *commits)
    stage.loop._work = replace(stage.loop._work, recall=lambda: recalled)
    if other is not None:
        stage.work.differing, stage.work.outcomes = {"other"}, {"other": other}
    stage.steps()
    return stage


def board() -> Board:
    made = Board()
    made.source_failed(AWAY.reason, AWAY.message, AWAY.remedy, NOW)
    made.recall(OLD)
    return made


def test_where_git_is_away_at_the_start_what_the_disk_has_is_looked_at() -> None:
    stage = begun(other=HELD)
    assert [each.wanted.key for each in stage.board.services()] == [KEY, named("other").key]
    assert stage.heard.polls == ["unreachable"]
    assert stage.work.reconciled == [named("other").key]


def test_where_the_disk_has_nothing_nothing_is_known() -> None:
    stage = begun(None)
    assert stage.board.snapshot is None
    assert (stage.board.source.good_at, stage.board.source.recalled) == (None, False)


def test_a_newest_commit_that_may_not_be_applied_is_no_git_that_is_away() -> None:
    stage = Stage(SourceError("unverified", "Eve.", "Look."))
    stage.loop._work = replace(stage.loop._work, recall=lambda: OLD)
    stage.steps()
    assert stage.board.snapshot is None


def test_what_was_read_since_the_start_is_not_recalled() -> None:
    stage = Stage(snapshot(wanted("v3"), commit="c2"), AWAY)
    stage.loop._work = replace(stage.loop._work, recall=lambda: OLD)
    stage.steps()
    stage.after(30)
    assert stage.board.snapshot is not None
    assert (stage.board.snapshot.revision.commit, stage.board.source.recalled) == ("c2", False)


def test_a_disk_that_was_looked_at_in_vain_is_looked_at_again() -> None:
    stage = begun(None, AWAY)
    stage.loop._work = replace(stage.loop._work, recall=lambda: OLD)
    stage.after(30)
    assert stage.board.snapshot is not None


def test_the_failure_is_told_and_what_stands_meanwhile() -> None:
    known = board()
    for at in (NOW, NOW + 30):
        said = known.source.message
        assert (known.source.reason, known.source.remedy) == ("unreachable", "Look."), at
        assert said.startswith("It cannot be reached. It was not read since the start: what commit c1 says")
        assert said.count("nothing is changed") == 1
        known.source_failed(AWAY.reason, AWAY.message, AWAY.remedy, at)


def test_the_silence_counts_from_the_last_good_look_of_whichever_process() -> None:
    known = board()
    assert (known.source.good_at, known.source.failing_since) == (NOW - 3600, NOW - 3600)
    fact = source_fact(known.source, "c1", NOW)
    assert fact is not None
    assert (fact.id, fact.at) == ("source/c1/stale", NOW - 3600)


def test_nothing_that_was_recalled_may_be_changed() -> None:
    assert gate(Sole(), board(), wanted("v2")) == SHUT


def test_what_git_still_wants_may_be_changed_after_the_first_good_look() -> None:
    known = board()
    known.adopt(snapshot(wanted("v2"), commit="c9"), NOW + 60)
    assert gate(Sole(), known, wanted("v2")) is None


def test_a_step_that_began_with_what_was_recalled_may_not_end_it_once_git_wants_something_else() -> None:
    known = board()
    known.adopt(snapshot(wanted("v3"), commit="c2"), NOW + 60)
    assert gate(Sole(), known, wanted("v2")) == OVERTAKEN
    assert gate(Sole(), known, named("other")) == OVERTAKEN, "it left Git"
    assert gate(Sole(), known, wanted("v3")) is None


def test_fields_that_git_wants_otherwise_are_not_sent_though_the_release_is_the_same() -> None:
    known = board()
    known.adopt(snapshot(replace(wanted("v2"), service_definition={"desiredCount": 5}), commit="c2"), NOW + 60)
    assert gate(Sole(), known, wanted("v2")) == OVERTAKEN


def test_the_first_good_look_goes_on_from_nothing() -> None:
    stage = begun(OLD, snapshot(wanted("v3"), commit="c2"))
    given: list[Snapshot | None] = []
    source = stage.loop._work.source

    def noting(previous: Snapshot | None) -> Snapshot | None:
        given.append(previous)
        return source(previous)

    stage.loop._work = replace(stage.loop._work, source=noting)
    stage.after(30)
    assert given == [None], "what a commit spoils must not stand as an old commit had it"
    assert stage.heard.polls == ["unreachable", "changed"]
    assert not stage.board.source.recalled


def test_what_waited_for_git_is_looked_at_at_once_when_it_is_back() -> None:
    waiting = Waiting("Git is away", "Git", 500.0)
    stage = begun(OLD, snapshot(wanted("v2"), named("other"), commit="c1"), other=waiting)
    stage.work.reconciled.clear()
    stage.after(30)
    assert stage.work.reconciled == [named("other").key], "and the one in sync is left alone"


def test_what_is_known_of_a_service_stays_known_where_git_wants_the_same() -> None:
    known = board()
    known.reported(report(HELD), Order())
    known.adopt(snapshot(wanted("v2"), commit="c9"), NOW + 60)
    status = known.service(KEY)
    assert status is not None
    assert status.outcome == HELD


def test_an_old_commit_is_not_what_was_applied_before_the_newest() -> None:
    known = board()
    known.reported(drifted(), Order())
    known.adopt(snapshot(replace(wanted("v2"), service_definition={"desiredCount": 5}), commit="c2"), NOW + 60)
    status = known.service(KEY)
    assert status is not None
    assert (status.applied, status.outcome, status.brought) == (None, None, Brought.SUPPOSED)


def test_an_order_that_was_given_meanwhile_is_kept_where_git_wants_the_same() -> None:
    known = board()
    order = Order(sync=True)
    assert known.ask(KEY, order)
    known.adopt(snapshot(wanted("v2"), commit="c1"), NOW + 60)
    assert known.order(KEY).sync


def test_each_cluster_is_swept_once_and_goes_on_being_swept_when_git_is_back() -> None:
    stage = begun(OLD, snapshot(wanted("v2"), named("other"), commit="c1"))
    assert stage.after(30) == [SyncSource()]
    assert stage.after(30).count(CLUSTER) == 1


def test_a_service_that_left_git_meanwhile_is_known_no_more() -> None:
    known = board()
    known.adopt(snapshot(wanted("v2"), commit="c2"), NOW + 60)
    assert known.service(ServiceKey("prod", "other")) is None


def test_where_the_newest_commit_meets_a_defect_at_the_start_what_the_disk_has_is_looked_at() -> None:
    stage = Stage(ValueError("a defect"))
    stage.loop._work = replace(stage.loop._work, recall=lambda: OLD)
    with pytest.raises(ValueError, match="a defect"):
        stage.steps()
    assert stage.board.source.recalled
    assert stage.board.source.reason == "defect"
    assert len(stage.board.services()) == 2
