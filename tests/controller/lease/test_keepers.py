"""Several keepers on one table, each with a clock of its own, stopped and started and cut off at any moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.lease.beliefs import Terms
from controller.lease.keeper import Keeper
from controller.lease.means import Means
from controller.lease.turf import Turf
from reconcilers.digest import Digest
from reconcilers.leases import Bury, Depart, Errand, Holding, Shard, Table, shard_of
from reconcilers.model import Scope, ServiceKey
from reconcilers.outcome import Waiting
from reconcilers.verdict import Order
from tests.controller.lease.tables import Line, Rows
from tests.examples import examples

TERMS = Terms(10.0)
SCOPES = tuple(Scope(region) for region in ("eu-west-1", "us-east-1", "ap-south-1"))
SHARDS = frozenset(map(shard_of, SCOPES))


@dataclass
class Told:
    """An audience that remembers."""

    turfs: list[Turf] = field(default_factory=list)
    commits: int = 0
    errands: list[Errand] = field(default_factory=list)

    def shared(self, turf: Turf, /) -> None:
        self.turfs.append(turf)

    def newer_commit(self) -> None:
        self.commits += 1

    def hear(self, errand: Errand, /) -> bool:
        if self.turfs[-1].keeper(Scope(errand.service.environment)) is None:
            self.errands.append(errand)
            return True
        return False


class One:
    """A replica: ``now`` is the time by its own clock, which starts anywhere and runs at its own ``speed``."""

    def __init__(self, rows: Rows, name: str, start: float = 0.0, speed: float = 1.0) -> None:
        self.line = Line(rows)
        self.name, self.now, self.speed, self.lives = name, start, speed, 0
        self.wants = ("c1", SHARDS)
        self.told = Told()
        self.due = 0.0  # by the world's clock
        self.keeper: Keeper
        self.start()

    def start(self) -> None:
        """A process that remembers nothing."""
        log: Any = structlog.testing.CapturingLogger()
        means = Means(self.line, TERMS, lambda: self.now, self._name, lambda: self.wants, log)
        self.keeper = Keeper(means)
        self.keeper.tell(self.told)

    def _name(self) -> str:
        self.lives += 1
        return f"{self.name}-{self.lives}"

    def allowed(self) -> frozenset[Scope]:
        """Where it believes that nobody else acts."""
        return frozenset(each for each in SCOPES if self.keeper.keeps(each))

    @contextmanager
    def step(self, scope: Scope) -> Iterator[bool]:
        began = self.keeper.enter(scope)
        yield began
        if began:
            self.keeper.leave(scope)


class Fleet:
    """Replicas in a world whose time passes when a test says so."""

    def __init__(self, *names: str) -> None:
        self.rows = Rows()
        self.time = 0.0
        self.replicas = [One(self.rows, name, 1000.0 * number) for number, name in enumerate(names)]

    def run(self, seconds: float, *idle: One) -> None:
        """Let time pass, in which all but ``idle`` look at the table when it is time."""
        end = self.time + seconds
        while self.time < end:
            for each in self.replicas:
                if each not in idle and each.due <= self.time:
                    each.keeper.tick()
                    each.due = self.time + TERMS.look
            self.pass_(0.25)

    def pass_(self, seconds: float) -> None:
        self.time += seconds
        for each in self.replicas:
            each.now += seconds * each.speed

    def kept(self) -> dict[Scope, str]:
        """Who may act where. Two in one place are an error."""
        found: dict[Scope, str] = {}
        for each in self.replicas:
            for scope in each.allowed():
                assert scope not in found, f"{found[scope]} and {each.name} both act in {scope.region}"
                found[scope] = each.name
        return found


def test_one_replica_keeps_all() -> None:
    fleet = Fleet("a")
    fleet.run(2)
    assert fleet.kept() == dict.fromkeys(SCOPES, "a")


def test_nothing_is_kept_before_git_was_read() -> None:
    fleet = Fleet("a")
    fleet.replicas[0].wants = ("", frozenset())
    fleet.run(5)
    assert fleet.kept() == {}
    fleet.replicas[0].wants = ("c1", SHARDS)
    fleet.run(2)
    assert len(fleet.kept()) == 3


def test_three_replicas_keep_one_each() -> None:
    fleet = Fleet("a", "b", "c")
    fleet.run(5)
    assert sorted(fleet.kept().values()) == ["a", "b", "c"]


def test_a_replica_that_comes_gets_its_share_and_no_more_moves() -> None:
    fleet = Fleet("a", "b")
    fleet.run(5)
    before = fleet.kept()
    fleet.replicas.append(One(fleet.rows, "c"))
    fleet.run(5)
    after = fleet.kept()
    assert sorted(after.values()) == ["a", "b", "c"]
    assert {after[scope] for scope in SCOPES if after[scope] != before[scope]} == {"c"}


def test_a_killed_replica_is_followed_within_a_lease_and_three_looks() -> None:
    fleet = Fleet("a", "b")
    fleet.run(5)
    killed = fleet.replicas.pop(0)
    fleet.run(TERMS.ttl - TERMS.beat)
    assert set(fleet.kept().values()) == {"b"}
    assert len(fleet.kept()) < 3
    fleet.run(TERMS.beat + 3 * TERMS.look)
    assert fleet.kept() == dict.fromkeys(SCOPES, "b")
    assert killed.keeper is not None


def test_a_replica_that_ends_is_followed_at_the_next_look() -> None:
    fleet = Fleet("a", "b")
    fleet.run(5)
    fleet.replicas.pop(0).keeper.stop(idle=True)
    fleet.run(2 * TERMS.look)
    assert fleet.kept() == dict.fromkeys(SCOPES, "b")


def test_a_replica_that_ends_with_a_step_in_hand_leaves_its_lease_to_run_out() -> None:
    fleet = Fleet("a", "b")
    fleet.run(5)
    fleet.replicas.pop(0).keeper.stop(idle=False)
    fleet.run(TERMS.ttl - TERMS.beat)
    assert len(fleet.kept()) < 3
    fleet.run(TERMS.beat + 3 * TERMS.look)
    assert len(fleet.kept()) == 3


def test_nothing_is_allowed_after_the_end() -> None:
    fleet = Fleet("a")
    fleet.run(5)
    fleet.replicas[0].keeper.stop(idle=False)
    assert fleet.kept() == {}


def test_a_paused_replica_changes_nothing_when_it_goes_on() -> None:
    fleet = Fleet("a", "b")
    fleet.run(5)
    paused = fleet.replicas[0]
    scope = min(paused.allowed(), key=str)
    with paused.step(scope) as began:
        assert began
        assert paused.keeper.gate(scope) is None
        fleet.run(3 * TERMS.ttl, paused)
        assert fleet.kept() == dict.fromkeys(SCOPES, "b")
        outcome = paused.keeper.gate(scope)
        assert isinstance(outcome, Waiting)
        assert outcome.on == "the lease"


def test_a_step_that_began_in_one_tenure_changes_nothing_in_the_next() -> None:
    fleet = Fleet("a", "b")
    fleet.run(5)
    paused, other = fleet.replicas
    scope = min(paused.allowed(), key=str)
    with paused.step(scope):
        fleet.run(3 * TERMS.ttl, paused)
        other.keeper.stop(idle=True)
        fleet.replicas.remove(other)
        fleet.run(TERMS.ttl)
        assert paused.keeper.gate(scope) is not None
    assert fleet.kept() == dict.fromkeys(SCOPES, "a")


def test_a_step_in_hand_ends_before_its_shard_is_given_back() -> None:
    fleet = Fleet("a")
    fleet.run(5)
    only, scope = fleet.replicas[0], SCOPES[0]
    others = frozenset(SCOPES[1:])
    only.wants = ("c2", frozenset(map(shard_of, others)))
    with only.step(scope):
        fleet.run(5)
        assert only.keeper.gate(scope) is None
        assert fleet.rows.holdings[shard_of(scope)].holder == "a-1"
        assert not only.keeper.enter(scope), "nothing new begins there"
    fleet.run(2)
    assert fleet.rows.holdings[shard_of(scope)].holder == ""
    assert fleet.kept().keys() == others


def test_what_is_lost_leaves_the_audience_when_its_step_has_ended() -> None:
    fleet, scope = Fleet("a", "b"), SCOPES[0]
    for each in fleet.replicas:
        each.wants = ("c1", frozenset({shard_of(scope)}))
    fleet.run(5)
    paused, other = sorted(fleet.replicas, key=lambda each: not each.keeper.keeps(scope))
    with paused.step(scope):
        fleet.run(3 * TERMS.ttl, paused)
        fleet.run(2)
        assert fleet.kept() == {scope: other.name}
        assert paused.told.turfs[-1].keeper(scope) is None, "the step in hand still tells what came of it"
    fleet.run(2)
    assert paused.told.turfs[-1].keeper(scope) == f"{other.name}-1"


def test_a_replica_that_finds_its_row_gone_begins_anew_at_once() -> None:
    fleet = Fleet("a")
    fleet.run(5)
    only = fleet.replicas[0]
    fleet.rows.write(Depart("a-1"))
    only.keeper.tick()
    assert only.allowed() == frozenset()
    only.keeper.tick()
    assert set(fleet.rows.replicas) == {"a-2"}
    only.keeper.tick()
    assert only.allowed() == set(SCOPES)


def test_a_table_that_does_not_answer_shuts_the_gate_before_anybody_could_take_over() -> None:
    fleet = Fleet("a", "b")
    fleet.run(5)
    cut_off = fleet.replicas[0]
    cut_off.line.fate = lambda: "lost"
    fleet.run(TERMS.sure)
    assert cut_off.allowed() == frozenset()
    assert not any(isinstance(each, Bury) for each in fleet.rows.written)


def test_a_table_that_answers_again_in_time_costs_nothing_but_the_wait() -> None:
    fleet = Fleet("a", "b")
    fleet.run(5)
    before = fleet.kept()
    for each in fleet.replicas:
        each.line.fate = lambda: "lost"
    fleet.run(3 * TERMS.ttl)
    assert fleet.kept() == {}
    first = fleet.replicas[0]
    refused = min(first.told.turfs[-1].ours)
    assert not first.keeper.enter(Scope(refused.region))
    for each in fleet.replicas:
        each.line.fate = lambda: "ok"
    fleet.run(5)
    assert fleet.kept() == before
    assert first.told.turfs[-1].again == {refused}, "what was not looked at meanwhile is looked at now"
    assert not first.told.turfs[-1].taken, "nobody else had it"


def test_what_was_refused_while_the_row_was_out_and_a_step_in_hand_is_looked_at_once_it_is_kept_anew() -> None:
    fleet = Fleet("a")
    fleet.run(5)
    (only,) = fleet.replicas
    refused = min(only.told.turfs[-1].ours)
    assert only.keeper.enter(Scope(refused.region))
    fleet.rows.replicas.clear()
    only.keeper.tick()
    assert not only.keeper.enter(Scope(refused.region))
    heard = len(only.told.turfs)
    fleet.run(5)
    only.keeper.leave(Scope(refused.region))
    fleet.run(5)
    assert refused in frozenset().union(*(each.again for each in only.told.turfs[heard:]))


def test_what_is_kept_anew_is_taken_though_a_step_in_hand_outlived_its_loss() -> None:
    fleet = Fleet("a")
    fleet.run(5)
    (only,) = fleet.replicas
    lost = min(only.told.turfs[-1].ours)
    heard = len(only.told.turfs)
    with only.step(Scope(lost.region)):
        fleet.rows.replicas.clear()
        fleet.run(5)
        assert lost in only.told.turfs[-1].ours
    assert [each.taken for each in only.told.turfs[heard:] if lost in each.taken] == [SHARDS]


def test_a_shard_whose_release_was_not_heard_is_never_believed_in_again() -> None:
    fleet = Fleet("a")
    fleet.run(5)
    only, scope = fleet.replicas[0], Scope("ap-south-1")
    only.wants = ("c2", SHARDS - {shard_of(scope)})
    fates = iter(["ok", "ok", "late"])  # renew, read, give back
    only.line.fate = lambda: next(fates, "ok")
    only.keeper.tick()
    only.wants = ("c3", SHARDS)
    only.keeper.tick()
    assert fleet.rows.holdings[shard_of(scope)].holder == "", "asked again, and heard"
    assert scope not in only.allowed()
    only.keeper.tick()
    assert fleet.rows.holdings[shard_of(scope)] == Holding("a-1", 2)
    only.line.deliver()
    assert scope in only.allowed()


def test_a_replica_that_joined_while_the_table_was_read_keeps_what_it_took() -> None:
    fleet = Fleet("a")
    fleet.run(2)
    reader, newcomer = fleet.replicas[0], One(fleet.rows, "n")
    before = dict(fleet.rows.replicas)
    fleet.rows.holdings.clear()
    newcomer.keeper.tick()
    newcomer.keeper.tick()
    took = newcomer.allowed()
    assert took
    reader.line.torn = Table(before, dict(fleet.rows.holdings))  # the newcomer's row was not there yet, the shard's is
    reader.keeper.tick()
    assert newcomer.allowed() == took
    assert not took & reader.allowed()


def test_a_commit_that_another_has_read_is_looked_for() -> None:
    fleet = Fleet("a", "b")
    fleet.run(3)
    first, second = fleet.replicas
    told = second.told.commits
    first.wants = ("c2", SHARDS)
    fleet.run(2)
    assert second.told.commits == told + 1
    assert first.told.commits <= 1


def test_the_audience_is_told_who_keeps_what() -> None:
    fleet = Fleet("a", "b")
    fleet.run(5)
    turf = fleet.replicas[0].told.turfs[-1]
    assert {*turf.ours, *turf.others} == SHARDS
    assert set(turf.others.values()) == {"b-1"}
    assert fleet.replicas[0].told.turfs[0] == Turf()


CHAOS = ("ok",) * 12 + ("lost", "unanswered", "late")


@settings(max_examples=examples(30), deadline=None)
@given(st.integers(0, 2**32), st.integers(2, 5))
def test_two_never_act_in_one_place_and_in_the_end_everything_is_kept(seed: int, count: int) -> None:
    chance = Random(seed)
    fleet = Fleet()
    fleet.replicas = [
        One(fleet.rows, f"r{number}", chance.uniform(0, 1e6), chance.uniform(0.9, 1.1)) for number in range(count)
    ]
    for each in fleet.replicas:
        each.line.fate = lambda: chance.choice(CHAOS)
    paused: dict[str, float] = {}
    while fleet.time < 90:
        _something_happens(fleet, chance, paused)
        for each in chance.sample(fleet.replicas, count):
            if paused.get(each.name, 0.0) <= fleet.time and each.due <= fleet.time:
                each.keeper.tick()
                each.due = fleet.time + TERMS.look * chance.uniform(0.5, 3)
                fleet.kept()
        fleet.pass_(chance.uniform(0.05, 1.0))
        fleet.kept()
    for each in fleet.replicas:
        each.line.fate = lambda: "ok"
        each.line.deliver()
        each.due = fleet.time
    fleet.run(40)
    assert fleet.kept().keys() == set(SCOPES)


def _something_happens(fleet: Fleet, chance: Random, paused: dict[str, float]) -> None:
    one = chance.choice(fleet.replicas)
    match chance.choice(["nothing"] * 20 + ["kill", "end", "pause", "late"]):
        case "kill":
            one.start()
        case "end":
            one.keeper.stop(idle=True)
            one.start()
        case "pause":
            paused[one.name] = fleet.time + chance.uniform(1, 40)
        case "late":
            one.line.deliver()
        case _:
            pass


@pytest.mark.parametrize("name", ["beat", "look", "sure", "patience"])
def test_all_lengths_follow_from_the_lease(name: str) -> None:
    assert getattr(Terms(20.0), name) == 2 * getattr(TERMS, name)


def test_a_shard_is_an_account_in_a_region() -> None:
    assert shard_of(Scope("eu-west-1")) == Shard("", "eu-west-1")
    assert shard_of(Scope("eu-west-1", "arn:aws:iam::111122223333:role/t")) == Shard("111122223333", "eu-west-1")
    assert [str(Shard("", "a")), str(Shard("1", "a"))] == ["own/a", "1/a"]


def test_a_renewal_counts_from_before_it_was_sent() -> None:
    fleet = Fleet("a")
    only = fleet.replicas[0]

    def slow() -> str:
        only.now += 1.0
        return "ok"

    only.line.fate = slow
    only.keeper.tick()  # joins, renews, reads, and takes three
    assert only.keeper.sharing().left == TERMS.sure - 5.0, "of the renewal, the second of six calls"


def test_an_errand_is_heard_by_whoever_keeps_the_service_and_then_gone() -> None:
    fleet = Fleet("a", "b")
    fleet.run(5)
    scope, keeper = min(fleet.kept().items(), key=lambda each: each[1])
    errand = Errand(ServiceKey(scope.region, "web"), Digest("v1-x"), Order(retry=True, by="ann", at=1.0))
    fleet.replicas[1].keeper.send(errand)
    fleet.run(3)
    assert [each.told.errands for each in fleet.replicas] == [[errand], []]
    assert keeper == "a"
    assert fleet.rows.errands == {}


def test_no_step_begins_in_a_shard_before_the_audience_was_told_that_it_is_ours() -> None:
    """The table may be slow between the taking and the telling, and who is told asks Git before anything is changed."""
    only = Fleet("a").replicas[0]
    allowed: set[frozenset[Scope]] = set()

    def watched() -> str:
        allowed.add(only.allowed())
        return "ok"

    only.line.fate = watched
    only.keeper.tick()  # takes three, one call after the other
    assert allowed == {frozenset()}
    assert only.allowed() == frozenset(SCOPES)
