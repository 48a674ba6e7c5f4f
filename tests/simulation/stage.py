"""The one thread: whoever is next goes on, and while somebody stands still in the middle of a call, the others do."""

import heapq
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

from sandbox.clock import ManualClock
from sandbox.world.calls import Answer, Caller, Handler, Params
from sandbox.world.world import World
from tests.controller.lease.tables import Rows
from tests.simulation.deeds import Deeds
from tests.simulation.door import Aws
from tests.simulation.fleet import REGIONS, build
from tests.simulation.history import History
from tests.simulation.process import Process
from tests.simulation.replica import Replica
from tests.simulation.repository import Origin, origin
from tests.simulation.rules import Rules
from tests.simulation.truth import Truth
from tests.simulation.violation import Violated
from tests.simulation.weather import Killed, Trap, Weather

RESTART = 45.0  # seconds until a process that ended is there again
DEEPEST = 8  # calls within calls that wait
MOST = 20_000  # steps of one history; most have a tenth of that
INSTALL = 1200.0  # seconds until CodeDeploy gives up a task set that does not come up: with AWS an hour


class Forgetful:
    """A trail of an account in which nobody looks: a tenth of the world's time."""

    def pass_on(self, _service: str, _operation: str, params: Params, caller: Caller, handler: Handler) -> Answer:
        return handler(params, caller)

    def on_behalf(self, *_: object) -> None: ...


class Stage:
    """A history's world, its replicas, and what is still to happen."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.plans = {plan.name: plan for plan in history.plans}
        self.clock = ManualClock()
        world = _world(history, self.clock)
        self.began = self.clock.now()
        self.weather = Weather()
        self.aws = Aws(world, self.weather)
        self.truth = Truth(world)
        self.rows = Rows()
        self.origin: Origin = origin(history.plans, self.began - 3600)
        self.replicas: dict[str, Replica] = {}
        self.jumped: dict[str, float] = {}
        self.traps: dict[str, list[Trap]] = defaultdict(list)  # of replicas that are not there, for when they are
        self.witness = Rules(self)
        self.deeds = Deeds(self)
        self.steps = 0
        self._random = random.Random(f"{history.seed}/jitter")
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._order = self._depth = 0
        self._lives: dict[str, int] = {}
        for number in range(len(history.rates)):
            self.later(3.0 * number, self._starting(f"r{number}"))
        for index, event in enumerate(history.events):
            self.later(event.at, self.deeds.happening(event, index))

    def now(self) -> float:
        """The world's time, which is everybody's."""
        return self.clock.now()

    def chance(self) -> float:
        """What spreads polls and retries."""
        return self._random.random()

    def later(self, seconds: float, do: Callable[[], None]) -> None:
        """Let something happen so many seconds from now."""
        self._order += 1
        heapq.heappush(self._agenda, (self.now() + seconds, self._order, do))

    def run(self, seconds: float) -> None:
        """Let everybody go on for so long."""
        self._run_until(self.now() + seconds)

    def pass_time(self, process: Process, seconds: float, *, whole: bool) -> None:
        """Let everybody but this process (``whole``), or but one of its threads, go on for so long."""
        until = self.now() + seconds
        if self._depth >= DEEPEST:
            self._let_go(until)
            return
        frozen, self._depth = process.frozen, self._depth + 1
        process.frozen = whole or frozen
        try:
            self._run_until(until)
        finally:
            process.frozen, self._depth = frozen, self._depth - 1

    def gone(self, replica: Replica) -> None:
        """A process has ended, and whatever watches over it starts another."""
        replica.dead = True
        if self.replicas.get(replica.name) is replica:
            del self.replicas[replica.name]
            self.traps[replica.name] += replica.traps
            self.later(RESTART, self._starting(replica.name))

    def _starting(self, name: str) -> Callable[[], None]:
        def start() -> None:
            life = self._lives[name] = self._lives.get(name, 0) + 1
            rate = self.history.rates[int(name[1:])]
            self.replicas[name] = Replica(name, life, self, rate, self.jumped.get(name, 0.0))
            self.replicas[name].traps += self.traps.pop(name, ())

        return start

    def _run_until(self, until: float) -> None:
        while True:
            at, replica = self._next()
            if at > until:
                break
            self._let_go(at)
            self.steps += 1
            if self.steps > MOST:
                raise Violated("nobody fights for ever", f"{MOST} steps, and no end of it")
            if replica is None:
                heapq.heappop(self._agenda)[2]()
            else:
                self._go_on(replica)
        self._let_go(until)

    def _next(self) -> tuple[float, Replica | None]:
        at, who = self._agenda[0][0] if self._agenda else float("inf"), None
        for replica in self.replicas.values():
            due = replica.due()
            if due < at:
                at, who = due, replica
        return at, who

    def _go_on(self, replica: Replica) -> None:
        try:
            replica.go_on()
        except Killed:
            self.gone(replica)

    def _let_go(self, at: float) -> None:
        if at > self.now():
            self.clock.advance(at - self.now())


def _world(history: History, clock: ManualClock) -> World:
    world = World(clock, switches=history.switches, seed=history.seed)
    for region in REGIONS:
        place = world.place(Caller().account, region)
        place.trail = Forgetful()  # type: ignore[assignment]  # nobody asks CloudTrail here
        place.codedeploy.engine.pace = replace(place.codedeploy.engine.pace, install_timeout=INSTALL)
    build(world, history.plans)
    clock.advance(600)
    world.run()
    return world
