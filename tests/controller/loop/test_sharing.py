"""The loop with a part of the fleet: what another replica keeps is not looked at, and what comes is at once."""

from dataclasses import dataclass, field, replace

import pytest

from controller.lease.turf import Turf
from controller.loop import words
from controller.loop.gate import DOUBTED, TAKEN
from controller.loop.keys import SyncSource
from controller.loop.loop import Loop
from controller.loop.surroundings import Clocks, Rhythm, Work
from controller.source.git_errors import SourceError
from controller.source.snapshot import Snapshot
from controller.web.rows import row
from controller.web.showing import service_view
from reconcilers.leases import Errand, Shard
from reconcilers.model import Scope
from reconcilers.outcome import Failed, Sync
from reconcilers.verdict import Order
from tests.controller.builders import KEY, SHIFTING, snapshot, wanted
from tests.controller.loop.test_loop import CLUSTER, Stage

SCOPE = Scope("eu-west-1")
HERE = Shard("", "eu-west-1")
OTHERS = Turf(frozenset(), {HERE: "host-b"})
OURS = Turf(frozenset({HERE}), {}, frozenset({HERE}), frozenset({HERE}))


@dataclass
class Tenancy:
    """Ours or not, as a test says; ``inside`` counts the steps in hand."""

    ours: bool = False
    inside: int = 0
    entered: list[Scope] = field(default_factory=list)
    sent: list[Errand] = field(default_factory=list)

    def enter(self, scope: Scope, /) -> bool:
        self.entered.append(scope)
        self.inside += self.ours
        return self.ours

    def leave(self, _scope: Scope, /) -> None:
        self.inside -= 1

    def send(self, errand: Errand, /) -> None:
        self.sent.append(errand)


class Shared(Stage):
    """A loop whose one shard another replica keeps to begin with."""

    def __init__(self) -> None:
        super().__init__(snapshot())
        self.tenancy = Tenancy()
        clocks = Clocks(lambda: self.time, lambda: self.time, lambda: 0.5)
        work = Work(self.work.source, self.work.sweep, self.work.reconcile)
        self.loop = Loop(work, self.board, self.heard, Rhythm(30, 60, 300), clocks, tenancy=self.tenancy)
        self.loop.shared(OTHERS)
        self.loop.queue.add(SyncSource())

    def take(self) -> None:
        self.tenancy.ours = True
        self.loop.shared(OURS)

    def lose(self) -> None:
        self.tenancy.ours = False
        self.loop.shared(OTHERS)


def test_what_another_replica_keeps_is_not_looked_at() -> None:
    stage = Shared()
    stage.work.differing = {"notes"}
    stage.steps()
    stage.after(600)
    assert stage.heard.sweeps == []
    assert stage.work.reconciled == []
    assert stage.heard.polls.count("unchanged") > 0, "Git is read all the same"


def test_what_comes_is_swept_at_once() -> None:
    stage = Shared()
    stage.steps()
    stage.take()
    assert CLUSTER in stage.steps()
    assert stage.board.services()[0].sync is Sync.IN_SYNC
    assert stage.tenancy.inside == 0


def test_before_git_is_read_nothing_may_be_changed_of_what_comes() -> None:
    stage = Shared()
    stage.steps()
    stage.take()
    assert not stage.board.handover.over(SCOPE)
    assert stage.steps()[0] == SyncSource(), "it is read at once"
    assert stage.board.handover.over(SCOPE)


def test_a_look_at_git_that_is_not_answered_lets_nothing_be_changed() -> None:
    stage = Shared()
    stage.steps()
    stage.work.commits = [SourceError("timeout", "no answer", "Wait."), None]
    stage.take()
    stage.steps()
    assert not stage.board.handover.over(SCOPE)
    stage.after(60)
    assert stage.board.handover.over(SCOPE)


def test_a_look_at_git_that_began_before_the_taking_may_have_missed_a_commit() -> None:
    stage = Shared()
    stage.steps()

    def answer(_: Snapshot | None) -> None:
        stage.take()

    stage.loop._work = replace(stage.loop._work, source=answer)
    stage.loop.step(SyncSource())
    assert not stage.board.handover.over(SCOPE)


def test_what_had_to_wait_for_git_is_looked_at_once_it_is_read() -> None:
    stage = Shared()
    stage.steps()
    stage.work.commits = [SourceError("timeout", "no answer", "Wait."), None]
    stage.work.differing, stage.work.outcomes = {"notes"}, {"notes": TAKEN}
    stage.take()
    stage.steps()
    looks = len(stage.work.reconciled)
    stage.loop.step(SyncSource())
    assert stage.loop.queue.take() == KEY
    assert len(stage.work.reconciled) == looks


def test_what_was_only_refused_a_look_is_not_waited_for() -> None:
    stage = Shared()
    stage.steps()
    stage.take()
    stage.steps()
    stage.loop.shared(Turf(frozenset({HERE}), {}, frozenset({HERE})))
    assert stage.board.handover.over(SCOPE), "nobody else had it"
    assert stage.steps() == [CLUSTER]


def broken(commit: str) -> Snapshot:
    """A commit in which the manifest of the only service cannot be read, and an earlier one stands."""
    return replace(snapshot(commit=commit), stale=frozenset({KEY}))


def test_what_was_in_doubt_is_looked_at_once_its_manifest_is_mended() -> None:
    stage = Shared()
    stage.work.commits = [broken("c2"), None, broken("c3"), snapshot(commit="c4")]
    stage.work.differing, stage.work.outcomes = {"notes"}, {"notes": DOUBTED}
    stage.steps()
    stage.take()
    stage.steps()
    assert stage.board.handover.doubted(KEY)
    stage.loop.step(SyncSource())
    assert stage.steps() == [], "it is broken still"
    stage.loop.step(SyncSource())
    assert stage.steps() == [KEY]
    assert not stage.board.handover.doubted(KEY)


def test_a_step_that_breaks_is_not_in_hand_any_more() -> None:
    stage = Shared()
    stage.steps()
    stage.take()
    stage.work.defect = CLUSTER.name
    with pytest.raises(RuntimeError, match="a defect"):
        stage.steps()
    assert stage.tenancy.inside == 0


def test_what_leaves_is_not_known_any_more() -> None:
    stage = Shared()
    stage.steps()
    stage.take()
    stage.steps()
    stage.loop.ask(KEY, Order(sync=True))
    stage.lose()
    after = stage.board.services()[0]
    assert (after.sync, after.outcome, after.kept_by) == (Sync.UNKNOWN, None, "host-b")
    assert not stage.board.order(KEY).sync


def test_what_was_to_be_looked_at_while_that_was_refused_is_looked_at_again() -> None:
    stage = Shared()
    stage.steps()
    stage.take()
    stage.work.differing, stage.work.outcomes = {"notes"}, {"notes": SHIFTING}
    stage.steps()
    stage.tenancy.ours = False
    stage.after(20)
    looks = len(stage.work.reconciled)
    stage.tenancy.ours = True
    stage.loop.shared(OURS)
    assert KEY in stage.steps()
    assert len(stage.work.reconciled) == looks + 1


def test_what_was_never_seen_is_looked_at_again_too_where_its_next_look_was_refused() -> None:
    stage = Shared()
    stage.steps()
    stage.take()
    stage.work.differing, stage.work.outcomes = {"notes"}, {"notes": Failed("Timeout", "no answer in time")}
    stage.steps()
    stage.tenancy.ours = False
    stage.after(600)
    looks = len(stage.work.reconciled)
    stage.tenancy.ours = True
    stage.loop.shared(OURS)
    assert KEY in stage.steps()
    assert len(stage.work.reconciled) == looks + 1


def test_what_is_ours_still_keeps_what_is_known_of_it() -> None:
    stage = Shared()
    stage.steps()
    stage.take()
    stage.steps()
    before = stage.board.services()
    stage.loop.shared(Turf(frozenset({HERE}), {Shard("", "x"): "host-c"}))
    assert stage.board.services() == before
    assert stage.steps() == []


def test_a_newer_commit_of_another_replica_is_looked_for_at_once() -> None:
    stage = Shared()
    stage.steps()
    stage.loop.newer_commit()
    assert stage.steps() == [SyncSource()]


def test_who_keeps_a_service_is_said_where_its_state_would_be() -> None:
    stage = Shared()
    stage.steps()
    status = stage.board.services()[0]
    assert row(status, stale=False).text == service_view(status).text == "Replica host-b keeps it"
    stage.loop.shared(Turf())
    assert words.state(stage.board.services()[0]) == "No replica keeps it"
    stage.take()
    assert words.state(stage.board.services()[0]) == "not looked at yet"


def test_what_a_person_wants_of_another_replicas_service_is_passed_on() -> None:
    stage = Shared()
    stage.steps()
    order = Order(retry=True, by="ann", at=1.0)
    assert stage.loop.ask(KEY, order)
    assert stage.tenancy.sent == [Errand(KEY, wanted("v2").release, order)]
    assert not stage.loop.hear(stage.tenancy.sent[0]), "it is still another's"
    stage.take()
    stage.steps()
    assert stage.loop.hear(stage.tenancy.sent[0])
    assert stage.board.order(KEY).retry
    assert stage.steps() == [KEY]


def test_what_was_asked_of_a_release_that_is_not_wanted_any_more_is_let_go() -> None:
    stage = Shared()
    stage.steps()
    stage.take()
    stage.steps()
    assert stage.loop.hear(Errand(KEY, wanted("v1").release, Order(retry=True)))
    assert not stage.board.order(KEY).given
    assert not stage.loop.hear(Errand(replace(KEY, name="gone"), wanted("v2").release, Order(retry=True)))
