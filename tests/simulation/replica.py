"""One controller, as the composition root puts it together, without its threads: whoever is next is told to go on."""

import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from typing import Any, Protocol

from controller.lease.beliefs import Terms
from controller.lease.keeper import Keeper
from controller.lease.means import Means
from controller.loop.board import Board, Told
from controller.loop.gate import gate, seen
from controller.loop.keys import Key, SyncSource
from controller.loop.loop import Loop
from controller.loop.surroundings import Clocks, Rhythm, Swept, Work
from controller.source.snapshot import Snapshot
from reconcilers.aws.gateways import GatewayPool
from reconcilers.leases import Shard, Table, Write
from reconcilers.model import Scope, ServiceKey
from reconcilers.outcome import Retry
from reconcilers.reconcile import Reconciler
from reconcilers.sweep import Sweeper
from reconcilers.verdict import Order, Policy
from tests.controller.lease.tables import Rows
from tests.simulation.door import Aws, Door, Sent
from tests.simulation.process import Process, Surroundings
from tests.simulation.repository import Clone, Commit, Compiling, Known, Origin
from tests.simulation.violation import Violated

TERMS = Terms(600.0)
RHYTHM = Rhythm(poll=150.0, sweep=300.0, recheck=480.0)
POLICY = Policy(poll=90.0)
WORKERS = 2
TABLE_PATIENCE = TERMS.patience


class Silent:
    """A log that nobody reads."""

    def info(self, *_: Any, **__: Any) -> None: ...
    def warning(self, *_: Any, **__: Any) -> None: ...
    def error(self, *_: Any, **__: Any) -> None: ...


class Witness(Protocol):
    """Who watches a replica."""

    def heard(self, replica: "Replica", sent: Sent) -> None: ...
    def unanswered(self, replica: "Replica", sent: Sent) -> None: ...
    def told(self, replica: "Replica", told: Told) -> None: ...
    def broke(self, replica: "Replica", what: str, error: Exception) -> None: ...
    def ticked(self, replica: "Replica") -> None: ...
    def taken(self, replica: "Replica", key: Key) -> None: ...
    def looked(self, replica: "Replica", step: "Step") -> None: ...


class Around(Surroundings, Protocol):
    """What a replica is put into."""

    aws: Aws
    rows: Rows
    origin: Origin

    @property
    def witness(self) -> Witness: ...
    def chance(self) -> float: ...


@dataclass
class Step:
    """A key in hand: since when, what it asked of AWS, what of Git was known then, and which calls ``failed``.

    ``gated``: what of Git is known as the newest change leaves, which the gate has let through.
    """

    key: Key
    began: float
    sent: list[Sent]
    known: dict[str, Known]
    read: str = ""  # the newest commit then
    wall: float = 0.0  # what the replica took the time to be: its clock jumps
    failed: list[str] = field(default_factory=list)
    gated: dict[str, Known] = field(default_factory=dict)


class Replica(Process):
    """A process with a name of its own, which ends with it."""

    def __init__(self, name: str, life: int, world: Around, rate: float, jumped: float) -> None:
        super().__init__(name, life, world, rate, jumped)
        self._world = world
        self.keeping = False
        self.busy: list[Step] = []
        self.keeper_due = world.now()
        self._due: float | None = None  # nobody but itself, and who asks it, has any of it changed
        self._joined = 0
        self._seen: tuple[tuple[Snapshot | None, bool], tuple[str, frozenset[Shard]]]
        self._seen = (None, False), ("", frozenset())
        self.clone = Clone(world.origin, self._exchange, name, self.now)
        self.board = Board()
        pool = GatewayPool(Door(world.aws, self))
        means = Means(self, TERMS, self.monotonic, self._name, self._wants, Silent())
        self.keeper = Keeper(means)
        acting = Reconciler(pool, self.now, POLICY, gate=lambda wanted, _: gate(self.keeper, self.board, wanted))
        self.repository = Compiling(self.clone)
        work = Work(self._source, Sweeper(pool, self.now).sweep, acting.reconcile, recall=self.repository.recall)
        clocks = Clocks(self.now, self.monotonic, world.chance)
        self.loop = Loop(work, self.board, self, RHYTHM, clocks, tenancy=self.keeper)
        self.keeper.tell(self.loop)
        self.loop.queue.add(SyncSource())

    # What it has to do, and when.

    def due(self) -> float:
        """When this replica goes on by itself; infinite: not now."""
        if self.dead or self.frozen:
            return inf
        if self._due is None:
            self._due = self._next_due()
        return self._due

    def _next_due(self) -> float:
        keeper = inf if self.keeping else self.keeper_due
        if len(self.busy) == WORKERS:
            return keeper
        next_at = self.loop.queue._backlog.next_at()
        return keeper if next_at is None else min(keeper, self.moment(next_at))

    def go_on(self) -> None:
        """Do what is due."""
        self._due = None
        if not self.keeping and self.keeper_due <= self._world.now():
            self.tick()
        elif len(self.busy) < WORKERS and self.loop.queue.depth():
            self.work()
        self._due = None

    def tick(self) -> None:
        """One round of the lease's thread."""
        self.keeping = True
        try:
            self.keeper.tick()
        finally:
            self.keeping = False
            self.keeper_due = self._world.now() + TERMS.look / self.rate
        self._world.witness.ticked(self)

    def work(self) -> None:
        """What a worker does with one key, as ``Loop._run`` has it."""
        key = self.loop.queue.take()
        assert key is not None
        self._world.witness.taken(self, key)
        read = self.clone.last.id if self.clone.last else ""
        step = Step(key, self._world.now(), [], self.clone.known, read, self.now())
        self.busy.append(step)
        try:
            self.loop.step(key)
        except Exception as error:  # noqa: BLE001 - as the worker does
            self._world.witness.broke(self, str(key), error)
            self.loop.queue.add(key, after=5.0)
        finally:
            self.busy.remove(step)
            self.loop.queue.give_back(key)
        self._world.witness.looked(self, step)

    def ask(self, key: ServiceKey, order: Order) -> bool:
        """What a person says to this replica."""
        self._due = None
        try:
            return self.loop.ask(key, order)
        except Retry:
            return False

    def end(self) -> None:
        """SIGTERM: nothing is in hand, so the lease is given back."""
        self.loop.queue.shut()
        self.frozen = True
        self.keeper.stop(idle=not self.busy)
        self.dead = True

    # What its calls pass.

    def elsewhere(self, seconds: float, *, whole: bool) -> None:
        # The tenure is the thread's own, and all of a replica's threads are one here.
        thread = self.keeper._step
        tenure = getattr(thread, "tenure", None)
        self._due = None
        try:
            super().elsewhere(seconds, whole=whole)
        finally:
            self._due = None
            thread.tenure = tenure

    def at(self, place: str, sort: str) -> bool:
        if place == "before" and sort == "write" and self.busy:
            self.busy[-1].gated = self.clone.known
        return super().at(place, sort)

    def may_change(self, scope: Scope) -> bool:
        return self.keeper.allows(scope)

    def failed(self, operation: str) -> None:
        if self.busy:
            self.busy[-1].failed.append(operation)

    def unanswered(self, sent: Sent) -> None:
        self._world.witness.unanswered(self, sent)

    def heard(self, sent: Sent) -> None:
        if self.busy:
            self.busy[-1].sent.append(sent)
        try:
            self._world.witness.heard(self, sent)
        except Exception as error:
            raise Violated("the rules themselves work", traceback.format_exc()) from error

    # The lease table, and Git.

    def read(self) -> Table:
        table: Table = self._by_table(self._world.rows.read)
        return table

    def write(self, write: Write) -> bool:
        done: bool = self._by_table(lambda: self._world.rows.write(write))
        return done

    def _by_table(self, do: Callable[[], Any]) -> Any:
        self.at("before", "table")
        lost = self.at("sent", "table")
        weather = self._world.weather
        down = self._world.now() < weather.table_down_until
        weather.injected["table-down"] += down
        if down or lost:
            self.waits(TABLE_PATIENCE)
            raise Retry("Timeout", "no answer in time")
        answer = do()
        if self.at("after", "table"):
            self.waits(TABLE_PATIENCE)
            raise Retry("Timeout", "no answer in time")
        return answer

    def _exchange(self, fetch: Callable[[], Commit]) -> Commit:
        self.at("before", "git")
        if self._world.origin.away & {"", self.name}:
            self._world.weather.injected["git-down"] += 1
        tip = fetch()
        self.at("after", "git")
        return tip

    def _source(self, previous: Snapshot | None) -> Snapshot | None:
        snapshot = self.repository.poll(previous)
        if snapshot is not None:
            self.clone.adopted()
        return snapshot

    def _name(self) -> str:
        self._joined += 1
        return f"{self.name}-{self.life}-{self._joined}"

    def _wants(self) -> tuple[str, frozenset[Shard]]:
        snapshot, recalled = self.board.snapshot, self.board.source.recalled
        if snapshot is not self._seen[0][0] or recalled is not self._seen[0][1]:
            # Neither ever changes, and this is asked at every round.
            self._seen = (snapshot, recalled), seen(self.board)
        return self._seen[1]

    # What it tells: an observer.

    def told(self, told: Told) -> None:
        self._world.witness.told(self, told)

    def swept(self, swept: Swept) -> None:
        pass

    def polled(self, result: str, seconds: float) -> None:
        pass

    def broke(self, what: str, error: Exception, /) -> None:
        self._world.witness.broke(self, what, error)
