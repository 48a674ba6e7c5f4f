"""A daemon and its world: Git is a value, AWS is door one of the sandbox, time passes when a test says so."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from controller.loop.board import Board, Told
from controller.loop.keys import SyncSource
from controller.loop.loop import Loop
from controller.loop.status import ServiceStatus
from controller.loop.surroundings import Clocks, Rhythm, Swept, Work
from controller.source.snapshot import Snapshot, kept
from reconcilers.aws.gateways import DigestOf, GatewayPool
from reconcilers.model import Scope
from reconcilers.observe import attempts
from reconcilers.outcome import InSync, Outcome, Progressing, Sync
from reconcilers.reconcile import Reconciler
from reconcilers.sweep import Sweeper
from reconcilers.task_definition import revision_digest
from reconcilers.verdict import Policy
from sandbox.blueprints import BlueGreen
from tests.reconcilers.sandboxed import SCOPE, Account, client_of

READS = ("Describe", "List", "Get", "BatchGet")
TICK = 5.0  # seconds between two looks at the queue
# A shift in two steps and a short termination wait: for what does not depend on how long they take.
QUICK = BlueGreen(deployment_config="CodeDeployDefault.ECSCanary10Percent5Minutes", wait_minutes=2)
SELDOM = Rhythm(poll=30.0, sweep=60.0, recheck=300.0)

Client = Callable[[str, Scope], Any]


@dataclass
class Heard:
    """An observer that remembers what came of every look, and lets others know."""

    outcomes: list[Outcome] = field(default_factory=list)
    sweeps: int = 0
    broken: list[Exception] = field(default_factory=list)
    others: tuple[Any, ...] = ()

    def told(self, told: Told) -> None:
        for each in self.others:
            each.told(told)
        if told.after.outcome is not None:
            self.outcomes.append(told.after.outcome)

    def swept(self, swept: Swept) -> None:
        self.sweeps += 1

    def polled(self, result: str, seconds: float) -> None:
        pass

    def broke(self, what: str, error: Exception, /) -> None:
        self.broken.append(error)


class House:
    """One service, what Git says of it (``git``), and a daemon that can be killed and started again."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.world = account.world
        self.clock = account.clock
        self.git = account.wanted
        self.heard = Heard()
        self.client: Client = partial(client_of, self.world)
        self.digest_of: DigestOf = revision_digest
        self._pushed: set[str] = set()
        self.push(account.wanted.task_definition["containerDefinitions"][0]["image"].rpartition(":")[2])
        self.start()

    def start(self, rhythm: Rhythm = SELDOM) -> None:
        """A daemon that remembers nothing."""
        pool = GatewayPool(self.client, self.digest_of)
        now = self.clock.now
        work = Work(
            self._source,
            Sweeper(pool, now).sweep,
            Reconciler(pool, now, Policy()).reconcile,
            attempts=lambda wanted: attempts(pool(wanted.scope), wanted, now()),
        )
        self.loop = Loop(work, Board(), self.heard, rhythm, Clocks(now, now, lambda: 0.5))
        self.loop.queue.add(SyncSource())

    def commit(self, tag: str, *, pushed: bool = True) -> None:
        """Git wants another tag; its images are in ECR unless ``pushed`` says no."""
        if pushed:
            self.push(tag)
        wanted = self.account.wants(tag)
        self.git = replace(
            self.git,
            task_definition=wanted.task_definition,
            revision=wanted.revision,
            release=wanted.release,
            commit=wanted.commit,
        )

    def push(self, tag: str) -> None:
        """Let the images of this tag be in ECR."""
        if tag not in self._pushed:
            self.account.push(tag)
            self._pushed.add(tag)

    def run(self, minutes: float) -> None:
        """Let the daemon work for so long."""
        until = self.clock.now() + 60 * minutes
        while True:
            self._work()
            if self.clock.now() >= until:
                return
            self.clock.advance(TICK)

    def run_until(self, done: Callable[[], bool], minutes: float = 60.0) -> None:
        """Let the daemon work until something is so, which it has to be within so many minutes."""
        until = self.clock.now() + 60 * minutes
        self._work()
        while not done():
            assert self.clock.now() < until, f"after {minutes} minutes: {self.sync} {self.outcome}"
            self.clock.advance(TICK)
            self._work()

    def shift(self, tag: str) -> None:
        """Commit a tag, and let the daemon work until production is on both versions."""
        self.commit(tag)
        self.run_until(lambda: 0 < self.traffic < 100)

    def settle(self, *kinds: type[Outcome], minutes: float = 60.0) -> None:
        """Let the daemon work until a look ended like this and nothing is under way any more."""
        self.run_until(lambda: isinstance(self.outcome, kinds or InSync) and self.at_rest(), minutes)

    @property
    def status(self) -> ServiceStatus | None:
        return self.loop.board.service(self.git.key)

    @property
    def outcome(self) -> Outcome | None:
        """What the last look at what Git wants now ended as."""
        status = self.status
        return status.outcome if status is not None and status.wanted.release == self.git.release else None

    @property
    def traffic(self) -> float:
        """The share of a new version that is under way, in percent, as the last look saw it."""
        outcome = self.outcome
        return outcome.progress.traffic if isinstance(outcome, Progressing) and outcome.progress else 0.0

    @property
    def sync(self) -> Sync:
        return self.status.sync if self.status is not None else Sync.UNKNOWN

    def service(self) -> Any:
        """The service, as DescribeServices has it. Asked of the world itself: it is looked at every few seconds."""
        wanted = self.git
        params = {"cluster": wanted.cluster, "services": [wanted.name]}
        return self.world.call("ecs", "DescribeServices", params)["services"][0]

    def at_rest(self) -> bool:
        """Whether nothing is under way at AWS."""
        service = self.service()
        parts = [*service.get("taskSets", ()), *service["deployments"]]
        return [part["status"] for part in parts] == ["PRIMARY"] and all(
            part.get("rolloutState", "COMPLETED") == "COMPLETED" for part in parts
        )

    def runs(self) -> str:
        """The tag that production runs."""
        arn = self.service()["taskDefinition"]
        primary = [each["taskDefinition"] for each in self.service().get("taskSets", ()) if each["status"] == "PRIMARY"]
        definition = self.aws("ecs").describe_task_definition(taskDefinition=(primary or [arn])[0])["taskDefinition"]
        tags = {each["image"].rpartition(":")[2] for each in definition["containerDefinitions"]}
        return "+".join(sorted(tags))

    def aws(self, service: str) -> Any:
        """A client of somebody else's."""
        return client_of(self.world, service, SCOPE)

    def writes(self) -> dict[str, int]:
        """How often each operation was called that changes anything, whoever called it."""
        return {name: count for (_, name), count in self.world.calls.items() if not name.startswith(READS) and count}

    def _work(self) -> None:
        while self.loop.queue.depth():
            key = self.loop.queue.take()
            assert key is not None
            try:
                self.loop.step(key)
            finally:
                self.loop.queue.give_back(key)

    def _source(self, previous: Snapshot | None) -> Snapshot | None:
        if previous is not None and previous.services.get(self.git.key) == self.git:
            return None
        fresh = Snapshot(self.git.commit, {self.git.key: self.git})
        return fresh if previous is None else kept(previous, fresh)
