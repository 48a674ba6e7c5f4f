"""AWS refuses calls as too many, whatever the reason: it gets slower, and nothing is dropped or starves."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from typing import Any

import pytest

from controller.loop.again import again
from controller.loop.board import Board
from controller.loop.keys import SyncSource
from controller.loop.loop import Loop
from controller.loop.queue import Backlog, Entry, Priority
from controller.loop.surroundings import Clocks, Work
from controller.source.snapshot import Snapshot
from reconcilers.aws.gateways import GatewayPool
from reconcilers.aws.pace import INSISTENCE, PATIENCE, Pace
from reconcilers.aws.session import AwsClients
from reconcilers.leases import Shard
from reconcilers.model import Revision, RollingRollout, ServiceKey
from reconcilers.outcome import InSync, Paced, Sync, Waiting
from reconcilers.reconcile import Reconciler
from reconcilers.sweep import Sweeper
from reconcilers.verdict import Policy
from sandbox.blueprints import Rolling, rolling
from sandbox.clock import ManualClock
from sandbox.errors import AwsError
from sandbox.server import serve
from sandbox.world.calls import Answer, Caller, Params
from sandbox.world.world import World
from tests.controller.builders import report, snapshot, wanted
from tests.reconcilers.sandboxed import SCOPE, Account, manifest
from tests.scenarios.house import SELDOM, TICK, Heard

CALLS = 12  # that a look at a service makes, at most


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


@dataclass
class Refusing:
    """A world that refuses so many of a hundred calls as too many."""

    world: World
    chance: random.Random
    share: float = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.world, name)

    def call(self, service: str, operation: str, params: Params, caller: Caller | None = None) -> Answer:
        if self.chance.random() < self.share:
            raise AwsError("ThrottlingException", "Rate exceeded")
        return self.world.call(service, operation, params, caller)


class Fleet:
    """Services that ECS rolls, each in a cluster of its own, and a daemon with one worker."""

    def __init__(self, names: tuple[str, ...], seed: int) -> None:
        self.clock = ManualClock()
        self.world = Refusing(World(self.clock), random.Random(seed))
        self.accounts = [self.built(name) for name in names]
        self.clock.advance(600)
        self.world.run()
        self.git = snapshot(*(each.wanted for each in self.accounts))
        self.oldest = 0.0
        self.heard = Heard()

    def built(self, name: str) -> Account:
        plan = Rolling(name=name)
        made = rolling(self.world.world, plan)
        service = replace(wanted(), key=ServiceKey("prod", name), scope=SCOPE, cluster=made.cluster, name=made.service)
        service = replace(service, rollout=RollingRollout())
        return Account(self.world.world, self.clock, manifest(service, plan.workload.request(name), "1.0.0"))

    def commit(self, tag: str) -> None:
        self.accounts[0].push(tag)  # all have the same images
        self.git = replace(
            snapshot(*(each.wants(tag) for each in self.accounts)), revision=Revision(f"c-{tag}", 1_790_000_000.0)
        )

    def start(self, endpoint: str) -> None:
        clients = AwsClients("test", lambda _: None, endpoint_url=endpoint)
        clients.pace = Pace(self.clock.now, self.clock.advance)
        pool, now = GatewayPool(clients), self.clock.now
        work = Work(self.source, Sweeper(pool, now).sweep, Reconciler(pool, now, Policy()).reconcile)
        self.loop = Loop(work, Board(), self.heard, SELDOM, Clocks(now, now, lambda: 0.5))
        self.loop.queue.add(SyncSource())

    def source(self, previous: Snapshot | None) -> Snapshot | None:
        return None if previous is not None and previous.revision == self.git.revision else self.git

    def settled(self) -> bool:
        statuses = self.loop.board.services()
        return bool(statuses) and all(
            status.wanted == self.git.services[status.wanted.key]
            and status.sync is Sync.IN_SYNC
            and isinstance(status.outcome, InSync)
            for status in statuses
        )

    def settle(self, hours: float) -> None:
        until = self.clock.now() + 3600 * hours
        while not self.settled():
            assert self.clock.now() < until, [(each.sync, each.outcome) for each in self.loop.board.services()]
            self.work()
            self.clock.advance(TICK)

    def work(self) -> None:
        while self.loop.queue.depth():
            self.oldest = max(self.oldest, self.loop.queue.oldest())
            key = self.loop.queue.take()
            assert key is not None
            self.loop.step(key)
            self.loop.queue.give_back(key)


@pytest.fixture
def fleet(request: pytest.FixtureRequest) -> Iterator[Fleet]:
    made = Fleet(("web", "api"), seed=7)
    with serve(made.world) as server:
        made.start(server.url)
        yield made


@pytest.mark.parametrize("share", [0.1, pytest.param(0.5, marks=pytest.mark.thorough), 0.9])
def test_whatever_share_of_calls_is_refused_everything_ships_and_no_key_waits_for_ever(
    fleet: Fleet, share: float
) -> None:
    fleet.settle(hours=1)
    fleet.world.share = share
    fleet.oldest = 0.0
    fleet.commit("1.1.0")

    fleet.settle(hours=24)

    keys = 1 + 2 * len(fleet.accounts)  # the repository, the services, their clusters
    assert fleet.oldest <= keys * CALLS * (INSISTENCE + PATIENCE)
    assert fleet.heard.broken == []
    swept = fleet.heard.sweeps
    fleet.world.share = 0.0
    for _ in range(40):
        fleet.clock.advance(TICK)
        fleet.work()
    assert fleet.heard.sweeps >= swept + 2 * len(fleet.accounts), "nothing was dropped: all is looked at as before"
    counted = Counter(fleet.world.calls)
    assert counted["ecs", "RegisterTaskDefinition"] == 2 * len(fleet.accounts), "no content is registered twice"


READS = ("DescribeServices", "ListServiceDeployments", "ListTaskDefinitions", "DescribeTaskDefinition")
NETWORK = 0.05  # seconds that a call takes
OWN = Shard("", "eu-west-1")


class Release:
    """So many services that must all register, and workers that call at once: what happens, moment by moment."""

    def __init__(self, services: int, workers: int) -> None:
        self.now = 0.0
        self.pace = Pace(lambda: self.now, lambda _: None)  # what is to be waited is yielded instead
        self.queue: Backlog[int] = Backlog()
        self.services, self.workers = services, workers
        self.looks: Counter[int] = Counter()
        self.shipped: dict[int, float] = {}
        for key in range(services):
            self.queue.add(key, Entry(0.0, Priority.COMMIT))

    def look(self, key: int) -> Iterator[float]:
        """The waits of one look, each as it begins."""
        self.looks[key] += 1
        try:
            for operation in READS:
                yield NETWORK + self.pace.take(OWN, ("ecs", operation), f"{operation} {key}")
            yield NETWORK + self.pace.take(OWN, ("ecs", "RegisterTaskDefinition"), str(key))
            self.shipped[key] = self.now
        except Paced as paced:
            outcome = Waiting(paced.message, paced.limit, paced.after or 0.0)
            wish = again(report(outcome))
            assert wish is not None
            assert wish.after is not None
            self.queue.add(key, Entry(self.now + wish.after, wish.priority))

    def work(self, until: float) -> None:
        under_way: list[tuple[float, int, Iterator[float]]] = []
        while self.now < until and len(self.shipped) < self.services:
            while len(under_way) < self.workers and (key := self.queue.take(self.now)) is not None:
                heappush(under_way, (self.now, key, self.look(key)))
            soonest = under_way[0][0] if under_way else self.queue.next_at()
            assert soonest is not None
            self.now = max(self.now, soonest)
            if under_way and under_way[0][0] <= self.now:
                _, key, look = heappop(under_way)
                wait = next(look, None)
                if wait is None:
                    self.queue.give_back(key)
                else:
                    heappush(under_way, (self.now + wait, key, look))


@pytest.mark.parametrize("workers", [4, 64])
def test_a_release_of_a_thousand_services_looks_at_each_twice_and_takes_no_longer_than_aws_makes_it(
    workers: int,
) -> None:
    release = Release(1000, workers)

    release.work(until=3600.0)

    assert len(release.shipped) == 1000
    assert max(release.looks.values()) <= 3
    assert release.looks.total() <= 2.1 * 1000
    # Twenty revisions may be registered at once, and one a second after that.
    assert max(release.shipped.values()) <= 1.05 * (1000 - 20)
