"""Keys in, outcomes out: the loop with hand-written work in its hands."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pytest

from controller.loop.board import Board, Told, cluster_of
from controller.loop.commits import History
from controller.loop.keys import Key, SyncSource
from controller.loop.loop import HINTS, Loop
from controller.loop.queue import Priority
from controller.loop.recollection import EVERY
from controller.loop.surroundings import Clocks, Rhythm, Swept, Work
from controller.source.git_errors import SourceError
from controller.source.snapshot import Snapshot
from reconcilers.attempts import Attempt, Cause, Mark
from reconcilers.live import Live
from reconcilers.model import Cluster, Revision, Scope, Service, ServiceKey
from reconcilers.outcome import Failed, Outcome, Retry, Stalled, Sync
from reconcilers.report import Report
from reconcilers.sweep import SweepResult
from reconcilers.verdict import Order
from tests.controller.builders import HELD, KEY, NOW, SHIFTING, attempt, named, observed, report, snapshot, wanted
from tests.reconcilers.builders import registered

CLUSTER = Cluster(wanted().scope, "prod")


@dataclass
class FakeWork:
    """Git, AWS and the reconcilers, as a test wants them."""

    commits: list[Snapshot | Exception | None] = field(default_factory=list)
    differing: set[str] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)
    why: Retry | Stalled = field(default_factory=lambda: Retry("Throttled", ""))  # of what is unread
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    orders: list[Order] = field(default_factory=list)
    reconciled: list[ServiceKey] = field(default_factory=list)
    spends: bool = False
    reconciles: Callable[[Service], Report] | None = None
    tags: dict[str, str] | None = None  # of the revision that a sweep finds
    remembered: dict[str, list[tuple[Attempt, ...] | Exception]] = field(default_factory=dict)  # what AWS says, in turn
    recollected: list[str] = field(default_factory=list)
    authors: dict[str, Revision] = field(default_factory=dict)
    asked: list[frozenset[str]] = field(default_factory=list)  # commits, at once
    traced: list[set[str]] = field(default_factory=list)  # services whose files were looked for in the history
    defect: str = ""  # in which cluster's sweep

    def source(self, previous: Snapshot | None) -> Snapshot | None:
        answer = self.commits.pop(0) if self.commits else None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def named(self, commits: frozenset[str]) -> dict[str, Revision]:
        self.asked.append(commits)
        if not self.authors:
            raise SourceError("timeout", "Git does not answer", "Look at it")
        return self.authors

    def touched(self, places: Mapping[ServiceKey, tuple[str, ...]]) -> Mapping[ServiceKey, Revision]:
        self.traced.append({key.name for key in places})
        return {key: Revision(f"last of {key.name}", NOW, "ann", "touch it") for key in places}

    def attempts(self, service: Service) -> tuple[Attempt, ...]:
        self.recollected.append(service.key.name)
        said = self.remembered.get(service.key.name, [])
        answer = said.pop(0) if said else ()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def sweep(self, cluster: Cluster, services: tuple[Service, ...]) -> SweepResult:
        if cluster.name == self.defect:
            raise RuntimeError("a defect")
        keys = {each.key for each in services}
        unread = frozenset(key for key in keys if key.name in self.unread)
        differing = frozenset(key for key in keys if key.name in self.differing) - unread
        seen = replace(observed(), running=registered(tags=self.tags))
        live: dict[ServiceKey, Live] = dict.fromkeys(keys - unread, seen)
        return SweepResult(frozenset(keys) - differing - unread, differing, live, dict.fromkeys(unread, self.why))

    def reconcile(self, service: Service, order: Order) -> Report:
        self.reconciled.append(service.key)
        self.orders.append(order)
        if self.reconciles is not None:
            return self.reconciles(service)
        return report(self.outcomes.get(service.key.name), key=service.key, plan={"spends": self.spends})


@dataclass
class Heard:
    """An observer that remembers."""

    tales: list[Told] = field(default_factory=list)
    sweeps: list[Swept] = field(default_factory=list)
    polls: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def told(self, told: Told) -> None:
        self.tales.append(told)

    def swept(self, swept: Swept) -> None:
        self.sweeps.append(swept)

    def polled(self, result: str, seconds: float) -> None:
        self.polls.append(result)

    def broke(self, what: str, error: Exception, /) -> None:
        self.broken.append(what)


class Stage:
    """A loop on a clock that stands still until it is told to go; ``steps`` does what is ready."""

    def __init__(self, *commits: Snapshot | Exception | None, remembers: bool = False) -> None:
        self.time = 0.0
        self.work = FakeWork(list(commits))
        self.heard = Heard()
        self.board = Board()
        clocks = Clocks(now=lambda: NOW + self.time, monotonic=lambda: self.time, chance=lambda: 0.5)
        work = Work(self.work.source, self.work.sweep, self.work.reconcile)
        if remembers:
            history = History(self.work.named, self.work.touched)
            work = replace(work, history=history, attempts=self.work.attempts)
        self.loop = Loop(work, self.board, self.heard, Rhythm(poll=30, sweep=60, recheck=300), clocks)
        self.loop.queue.add(SyncSource())

    def steps(self) -> list[Key]:
        """Everything that is ready now, in order."""
        done: list[Key] = []
        while self.loop.queue.depth():
            key = self.loop.queue.take()
            assert key is not None
            self.loop.step(key)
            self.loop.queue.give_back(key)
            done.append(key)
        return done

    def after(self, seconds: float) -> list[Key]:
        self.time += seconds
        return self.steps()


def test_the_first_snapshot_leads_to_one_sweep_of_each_cluster() -> None:
    stage = Stage(snapshot(wanted("v2"), named("other")))
    assert stage.steps() == [SyncSource(), CLUSTER]
    assert stage.work.reconciled == []


def test_what_a_sweep_finds_in_sync_is_known_to_be_in_sync() -> None:
    stage = Stage(snapshot())
    stage.steps()
    assert [status.sync for status in stage.board.services()] == [Sync.IN_SYNC]
    assert stage.board.services()[0].chain != ()


def test_what_a_sweep_finds_differing_is_looked_at_alone() -> None:
    stage = Stage(snapshot(wanted("v2"), named("other")))
    stage.work.differing = {"other"}
    stage.steps()
    assert stage.work.reconciled == [named("other").key]


def test_what_a_sweep_could_not_read_keeps_its_last_answer() -> None:
    stage = Stage(snapshot())
    stage.steps()
    stage.work.unread = {"notes"}
    stage.after(60)
    assert stage.board.services()[0].sync is Sync.IN_SYNC
    assert stage.heard.sweeps[-1].failed == "Throttled"


def test_what_somebody_must_clear_before_it_can_be_read_is_looked_at_alone_once() -> None:
    stage = Stage(snapshot())
    stage.work.unread, stage.work.why = {"notes"}, Stalled("ClusterNotFound", "", "")
    stage.steps()
    stage.after(60)
    assert stage.work.reconciled == [KEY]


def test_what_was_never_read_is_looked_at_once_it_can_be() -> None:
    stage = Stage(snapshot())
    stage.work.unread, stage.work.differing = {"notes"}, {"notes"}
    stage.steps()
    assert stage.board.services()[0].failing_since == NOW
    stage.work.unread = set()
    stage.after(60)
    assert stage.work.reconciled == [KEY]


def test_a_commit_that_changes_a_service_leads_to_a_look_at_once() -> None:
    stage = Stage(snapshot(wanted("v2"), named("other")), snapshot(wanted("v3"), named("other"), commit="c2"))
    stage.steps()
    assert KEY in stage.after(30)
    assert stage.work.reconciled == [KEY]


def test_an_unchanged_repository_leads_to_nothing() -> None:
    stage = Stage(snapshot())
    stage.steps()
    assert stage.after(30) == [SyncSource()]
    assert stage.heard.polls == ["changed", "unchanged"]


def test_a_repository_that_fails_is_looked_at_again_and_nothing_is_forgotten() -> None:
    stage = Stage(snapshot(), SourceError("timeout", "It hangs.", "Wait."))
    stage.steps()
    stage.after(30)
    assert stage.board.source.reason == "timeout"
    assert len(stage.board.services()) == 1
    assert SyncSource() in stage.after(30)


def broken_at_the_source(*before: Snapshot) -> Stage:
    """A loop that fails by a defect of ours when it looks at Git after these commits."""
    stage = Stage(*before, ValueError("s3cret"))
    stage.steps()
    with pytest.raises(ValueError, match="s3cret"):
        stage.after(30) if before else stage.loop.step(SyncSource())
    return stage


def test_a_defect_in_looking_at_git_is_told_as_the_sources() -> None:
    source = broken_at_the_source(snapshot()).board.source
    assert source.reason == "defect"
    assert source.failing_since is not None
    assert "ValueError" in source.message
    assert source.remedy


def test_a_defects_own_words_are_told_to_nobody() -> None:
    source = broken_at_the_source(snapshot()).board.source
    assert "s3cret" not in f"{source.message} {source.remedy}"


def test_a_defect_in_looking_at_git_is_counted_as_a_look() -> None:
    assert broken_at_the_source(snapshot()).heard.polls == ["changed", "defect"]


def test_what_was_known_before_a_defect_still_counts() -> None:
    assert len(broken_at_the_source(snapshot()).board.services()) == 1


def test_sweeps_come_back() -> None:
    stage = Stage(snapshot())
    stage.steps()
    stage.after(60)
    assert len(stage.heard.sweeps) == 2


def test_a_cluster_without_services_is_swept_no_more() -> None:
    elsewhere = named("other", cluster="elsewhere")
    stage = Stage(snapshot(wanted("v2"), elsewhere), snapshot(wanted("v2"), commit="c2"))
    stage.steps()
    stage.after(60)
    stage.after(60)
    assert [swept.cluster.name for swept in stage.heard.sweeps].count("elsewhere") == 1


def test_a_new_cluster_is_swept_at_once() -> None:
    elsewhere = named("other", cluster="elsewhere")
    stage = Stage(snapshot(), snapshot(wanted("v2"), elsewhere, commit="c2"))
    stage.steps()
    stage.after(30)
    assert [swept.cluster.name for swept in stage.heard.sweeps] == ["prod", "elsewhere"]


def test_a_shift_is_looked_at_again_when_it_says() -> None:
    stage = Stage(snapshot())
    stage.work.differing, stage.work.outcomes = {"notes"}, {"notes": SHIFTING}
    stage.steps()
    assert stage.after(14.9) == []
    assert stage.after(0.1) == [KEY]


def test_a_held_release_costs_no_look_of_its_own_at_every_sweep() -> None:
    stage = Stage(snapshot())
    stage.work.differing, stage.work.outcomes = {"notes"}, {"notes": HELD}
    stage.steps()
    for _ in range(4):
        stage.after(60)
    assert stage.work.reconciled == [KEY]


def test_failures_in_a_row_wait_longer_each_time() -> None:
    stage = Stage(snapshot())
    stage.work.differing, stage.work.outcomes = {"notes"}, {"notes": Failed("Throttled", "")}
    stage.steps()
    looks = [stage.time]
    while len(looks) < 4:
        if KEY in stage.after(0.5):
            looks.append(stage.time)
    assert [later - earlier for earlier, later in pairwise(looks)] == [1.5, 3.0, 6.0]


def test_a_success_ends_the_waiting() -> None:
    stage = Stage(snapshot())
    stage.work.differing, stage.work.outcomes = {"notes"}, {"notes": Failed("Throttled", "")}
    stage.steps()
    stage.work.outcomes = {"notes": SHIFTING}
    stage.after(2)
    stage.work.outcomes = {"notes": Failed("Throttled", "")}
    stage.after(15)
    assert KEY in stage.after(1.5)


def test_what_a_person_asks_is_looked_at_at_once_and_handed_on() -> None:
    stage = Stage(snapshot())
    stage.steps()
    assert stage.loop.ask(KEY, Order(sync=True))
    assert stage.steps() == [KEY]
    assert stage.work.orders == [Order(sync=True, in_sync_before=True, applied={})]


def test_an_order_is_handed_on_until_it_is_spent() -> None:
    stage = Stage(snapshot())
    stage.steps()
    stage.loop.ask(KEY, Order(retry=True))
    stage.work.spends = True
    stage.steps()
    stage.loop.queue.add(KEY)
    stage.steps()
    assert [order.retry for order in stage.work.orders] == [True, False]


def test_an_order_for_a_service_that_nobody_knows_is_refused() -> None:
    assert not Stage(snapshot()).loop.ask(KEY, Order(sync=True))


def test_a_push_is_a_hint_to_look_at_the_repository_now() -> None:
    stage = Stage(snapshot())
    stage.steps()
    stage.time = HINTS
    stage.loop.look_at_source()
    assert stage.steps() == [SyncSource()]


def test_a_push_right_after_a_look_waits_for_a_second_to_pass() -> None:
    stage = Stage(snapshot())
    stage.steps()
    stage.time = HINTS / 2
    stage.loop.look_at_source()
    assert stage.steps() == []
    stage.time = HINTS
    assert stage.steps() == [SyncSource()]


def test_a_service_that_left_git_is_left_alone() -> None:
    stage = Stage(snapshot(wanted("v2"), named("other")), snapshot(wanted("v2"), commit="c2"))
    stage.steps()
    stage.after(30)
    stage.loop.queue.add(named("other").key)
    stage.steps()
    assert stage.work.reconciled == []


def test_every_look_is_told_to_the_observer() -> None:
    stage = Stage(snapshot())
    stage.work.differing, stage.work.outcomes = {"notes"}, {"notes": HELD}
    stage.steps()
    assert [told.after.sync for told in stage.heard.tales] == [Sync.HELD]
    assert cluster_of(stage.heard.tales[0].after) == CLUSTER


def hands_out(stage: Stage, *keys: Key) -> set[Key]:
    """Which of the keys are handed out together to as many workers as they are and one more."""
    stage.loop.queue.staff(len(keys) + 1)
    for key in keys:
        stage.loop.queue.add(key)
    backlog = stage.loop.queue._backlog  # the queue itself would wait for what is not handed out
    taken = set[Key]()
    while (found := backlog.take(stage.time)) is not None:
        taken.add(found)
    for key in taken:
        backlog.give_back(key)
    return taken


def two_regions() -> Stage:
    stage = Stage(snapshot(wanted("v2"), named("other"), replace(named("far"), scope=Scope("us-east-1"))))
    stage.steps()
    return stage


FAR = named("far").key


@pytest.mark.parametrize("reason", ["Timeout", "Unreachable", "Throttled"])
def test_where_a_look_got_no_answer_one_worker_looks_until_one_does(reason: str) -> None:
    stage = two_regions()
    stage.work.outcomes = {"notes": Failed(reason, "")}
    stage.loop.queue.add(KEY)
    stage.steps()
    assert len(hands_out(stage, named("other").key, CLUSTER, FAR, SyncSource())) == 3

    stage.loop.queue.add(named("other").key)
    stage.steps()
    assert len(hands_out(stage, named("other").key, CLUSTER, FAR, SyncSource())) == 4


def test_where_a_sweep_got_no_answer_one_worker_looks_until_one_does() -> None:
    stage = two_regions()
    stage.work.unread = {"notes", "other"}
    stage.after(60)
    assert len(hands_out(stage, KEY, CLUSTER, FAR, SyncSource())) == 3
    stage.work.unread = {"notes"}
    stage.loop.queue.add(CLUSTER)
    stage.steps()
    assert len(hands_out(stage, KEY, CLUSTER, FAR, SyncSource())) == 4


def waited(condition: Callable[[], bool]) -> bool:
    patience = threading.Event()
    return any(condition() or patience.wait(0.01) for _ in range(1000))


def test_workers_do_what_is_ready_and_stop_when_told() -> None:
    stage = Stage(snapshot())
    stage.loop.start(workers=3)
    assert waited(lambda: len(stage.heard.sweeps) == 1)
    assert stage.loop.beats(within=60)
    assert stage.loop.stop(within=10)
    assert not stage.loop.beats(within=60)


def test_while_every_look_into_one_account_hangs_the_other_is_looked_at() -> None:
    far = Scope("eu-west-1", "arn:aws:iam::210987654321:role/deploy")
    hanging = [replace(named(f"far{n}"), scope=far) for n in range(10)]
    stage = Stage(snapshot(wanted("v2"), *hanging))
    stage.steps()
    answered = threading.Event()

    def reconcile(service: Service, order: Order) -> Report:
        if service.scope == far:
            answered.wait(30)
        return stage.work.reconcile(service, order)

    stage.loop._work = replace(stage.loop._work, reconcile=reconcile)
    for each in hanging:
        stage.loop.queue.add(each.key, priority=Priority.PERSON)
    stage.loop.start(workers=3)
    assert waited(lambda: stage.loop.queue.in_hand() == 2)
    for looks in range(1, 4):
        stage.loop.queue.add(KEY)
        assert waited(lambda looks=looks: stage.work.reconciled.count(KEY) == looks)  # type: ignore[misc]
    assert waited(lambda: stage.loop.queue.in_hand() == 2)
    answered.set()
    assert waited(lambda: len(stage.work.reconciled) == 13)
    assert stage.loop.stop(within=10)


def test_a_step_that_makes_headway_is_a_beat_however_long_it_takes() -> None:
    stage = Stage(snapshot())
    stage.loop.beat_at -= 1000.0
    assert not stage.loop.beats(300)
    assert stage.loop.beats(300, moved_at=stage.loop.beat_at + 900.0)


def test_a_step_that_raises_does_not_end_its_worker() -> None:
    stage = Stage(snapshot())
    stage.work.defect = "prod"
    stage.loop.start(workers=1)
    assert waited(lambda: stage.heard.broken == ["sweep of prod"])
    stage.time = HINTS
    stage.loop.look_at_source()
    assert waited(lambda: len(stage.heard.polls) == 2)
    assert stage.loop.stop(within=10)


def test_a_step_that_raises_is_tried_again_later() -> None:
    stage = Stage(snapshot())
    stage.work.defect = "prod"
    stage.loop.start(workers=1)
    assert waited(lambda: stage.heard.broken == ["sweep of prod"])
    stage.work.defect = ""
    stage.time = 10
    stage.loop.look_at_source()
    assert waited(lambda: len(stage.heard.sweeps) == 1)
    assert stage.loop.stop(within=10)


def test_what_broke_is_named() -> None:
    stage = Stage(SourceError("timeout", "", ""))
    stage.work.commits = [RuntimeError("a defect")]
    stage.loop.start(workers=1)
    assert waited(lambda: stage.heard.broken == ["source"])
    stage.loop.queue.add(KEY)
    assert stage.loop.stop(within=10)


def test_a_loop_that_finishes_nothing_beats_no_more() -> None:
    stage = Stage(snapshot())
    stage.time = 301
    assert not stage.loop.beats(within=300)


def remembered(service: Service) -> Report:
    """A look that found in AWS's record by which commit the service came."""
    made = replace(attempt("v2"), mark=Mark(service.release, f"commit of {service.key.name}", Cause.COMMIT))
    return report(key=service.key, observed=observed(made))


def two_that_aws_remembers(**authors: Revision) -> Stage:
    stage = Stage(snapshot(wanted("v2"), named("other")), remembers=True)
    stage.work.authors = authors
    stage.work.reconciles = remembered
    stage.work.differing = {"notes", "other"}
    stage.steps()
    return stage


def test_after_a_restart_git_is_asked_once_about_all_commits_that_aws_named() -> None:
    stage = two_that_aws_remembers(**{"commit of notes": Revision("commit of notes", NOW, "ann", "ship it")})
    stage.after(30)
    stage.after(30)
    assert stage.work.asked == [{"commit of notes", "commit of other"}]
    assert [each.wanted.commit.subject for each in stage.board.services()] == ["ship it", ""]


def test_a_git_that_does_not_tell_of_a_commit_is_not_asked_again() -> None:
    stage = two_that_aws_remembers()
    stage.after(30)
    stage.after(30)
    assert len(stage.work.asked) == 1


def test_what_a_sweep_learns_of_commits_is_asked_of_git_at_once() -> None:
    stage = Stage(snapshot(wanted("v2")), remembers=True)
    stage.work.tags = {"trueup:owner": str(KEY), "trueup:release": wanted("v2").release, "trueup:commit": "earlier"}
    stage.steps()
    assert stage.work.asked == [{"earlier"}]


def test_after_the_start_every_service_in_sync_is_recollected_once_and_one_at_a_time() -> None:
    stage = Stage(snapshot(wanted("v2"), named("other"), named("shifts")), remembers=True)
    stage.work.differing, stage.work.outcomes = {"shifts"}, {"shifts": SHIFTING}
    stage.steps()
    assert stage.work.recollected == []
    stage.after(EVERY)
    assert stage.work.recollected == ["notes"]
    for _ in range(60):
        stage.after(EVERY)
    assert stage.work.recollected == ["notes", "other"]


def test_what_aws_remembers_is_told_and_no_event() -> None:
    stage = Stage(snapshot(wanted("v2")), remembers=True)
    stage.work.remembered = {"notes": [(attempt("v2"),)]}
    stage.steps()
    stage.after(EVERY)
    told = stage.heard.tales[-1]
    assert (told.after.live and told.after.live.attempts, told.events) == ((attempt("v2"),), ())


def test_an_aws_that_does_not_answer_is_asked_again_and_the_service_is_as_it_was() -> None:
    stage = Stage(snapshot(wanted("v2")), remembers=True)
    stage.work.remembered = {"notes": [Retry("Throttled", "slow down"), (attempt("v2"),)]}
    stage.steps()
    stage.after(EVERY)
    before = stage.board.service(KEY)
    stage.after(EVERY)
    after = stage.board.service(KEY)
    assert before is not None
    assert after is not None
    assert (before.settled, before.live and before.live.attempts) == (True, None)
    assert after.live is not None
    assert after.live.attempts == (attempt("v2"),)


def test_an_aws_that_refuses_is_not_asked_again() -> None:
    stage = Stage(snapshot(wanted("v2")), remembers=True)
    stage.work.remembered = {"notes": [Stalled("AccessDenied", "no", "Allow it.")]}
    for _ in range(5):
        stage.after(EVERY)
    assert stage.work.recollected == ["notes"]


def test_of_what_was_never_shipped_by_us_gits_history_names_the_commit_once_for_all() -> None:
    stage = Stage(snapshot(wanted("v2"), named("other")), remembers=True)
    stage.steps()
    stage.after(30)
    assert stage.work.traced == [{"notes", "other"}]
    assert [each.wanted.commit.commit for each in stage.board.services()] == ["last of notes", "last of other"]


def test_a_service_that_comes_with_a_commit_is_not_looked_for_in_the_history() -> None:
    stage = Stage(snapshot(wanted("v2")), snapshot(wanted("v2"), named("other"), commit="c2"), remembers=True)
    stage.steps()
    stage.after(30)
    stage.after(60)
    assert stage.work.traced == [{"notes"}]
