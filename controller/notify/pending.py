"""What waits to be told to one channel, service by service: a few facts each, however long the channel is away."""

from collections import deque
from dataclasses import dataclass, field
from functools import reduce

from controller.loop.facts import Fact
from controller.loop.status import ServiceStatus
from controller.notify.configuration import Filter
from controller.notify.ledger import ENDS, Ledger, Slot, after, slot
from controller.notify.news import news, running, unsure
from controller.notify.tags import shared
from controller.notify.told import Place
from reconcilers.model import ServiceKey
from reconcilers.outcome import Sync

MOST = 6  # facts of one service that wait; of more, the newest of each kind


@dataclass(frozen=True, slots=True)
class Step:
    """A fact to tell, or to pass over where nobody wants it. ``status``: the service as it was when it was noticed."""

    key: ServiceKey | None
    fact: Fact
    noticed_at: float
    status: ServiceStatus | None = None
    runs: str = ""
    quiet: bool = False


@dataclass(slots=True)
class _Target:
    told: Ledger
    queue: deque[Step] = field(default_factory=deque)
    latest: ServiceStatus | None = None
    looked: str | None = None  # what ran when its rollouts were last looked at
    apart: bool = False  # its tag cannot be written
    not_before: float = 0.0


class Pending:
    """Not for several threads. Times in seconds since the epoch."""

    def __init__(self, wanted: Filter) -> None:
        self._filter = wanted
        self._targets: dict[ServiceKey | None, _Target] = {}
        self._busy: dict[ServiceKey | None, None] = {}  # those with something in their queue

    def knows(self, key: ServiceKey | None) -> bool:
        return key in self._targets

    def learn(self, key: ServiceKey | None, ledger: Ledger) -> None:
        self._targets.setdefault(key, _Target(ledger))

    def told(self, key: ServiceKey | None) -> Ledger:
        """What was told by now."""
        return self._targets[key].told

    def expected(self, key: ServiceKey | None) -> Ledger:
        """What will have been told once the queue is empty."""
        target = self._targets[key]
        return _folded(target.told, target.queue)

    def unsure(self, status: ServiceStatus, now: float) -> bool:
        target = self._targets[status.wanted.key]
        asks = any(slot(kind) is Slot.ROLLOUT for kind in self._filter.kinds)
        return asks and target.looked != running(status) and unsure(self.expected(status.wanted.key), status, now)

    def consider(self, status: ServiceStatus, now: float) -> None:
        """Queue what is new of a service."""
        target = self._targets[status.wanted.key]
        target.latest = status
        if status.live is not None and status.live.attempts is not None:
            target.looked = running(status)
        self.add(status.wanted.key, news(self.expected(status.wanted.key), status, now), now, status)

    def add(
        self, key: ServiceKey | None, facts: tuple[Fact, ...], now: float, status: ServiceStatus | None = None
    ) -> None:
        target = self._targets[key]
        runs = running(status) if status is not None else ""
        for fact in facts:
            target.queue.append(Step(key, fact, now, status, runs, quiet=not self._filter.passes(fact)))
        if target.queue:
            self._busy[key] = None
        if len(target.queue) > MOST:
            target.queue = deque(_newest(target.told, target.queue))

    def first(self, key: ServiceKey | None) -> Step | None:
        queue = self._targets[key].queue
        return queue[0] if queue else None

    def head(self, now: float) -> Step | float | None:
        """What is to be told next: the one that was noticed first. Seconds, where all must wait; ``None``: nothing."""
        heads = [(self._targets[key].not_before, self._targets[key].queue[0]) for key in self._busy]
        ready = [step for not_before, step in heads if not_before <= now]
        if ready:
            return min(ready, key=lambda step: step.noticed_at)
        return min((not_before for not_before, _ in heads), default=now) - now if heads else None

    def later(self, key: ServiceKey | None, at: float) -> None:
        self._targets[key].not_before = at

    def settled(self, step: Step) -> Ledger:
        """A step is done with. The ledger after it."""
        target = self._targets[step.key]
        if target.queue and target.queue[0] is step:
            target.queue.popleft()
        if not target.queue:
            self._busy.pop(step.key, None)
        target.told = after(target.told, step.fact, step.runs)
        return target.told

    def overtaken(self, key: ServiceKey | None, found: Ledger, now: float) -> bool:
        """Take over what another replica has told meanwhile, and see what is left to tell."""
        target = self._targets[key]
        if found.number <= target.told.number:
            return False
        target.told, target.not_before = found, 0.0
        target.queue.clear()
        self._busy.pop(key, None)
        if target.latest is not None:
            self.consider(target.latest, now)
        return True

    def shared(self, key: ServiceKey | None) -> bool:
        """Whether what is told of a service is kept as its tag."""
        target = self._targets[key]
        return not target.apart and target.latest is not None and shared(target.latest)

    def keep_apart(self, key: ServiceKey | None) -> None:
        """Its tag cannot be read or written, and asking again would change nothing."""
        self._targets[key].apart = True

    def waiting(self) -> tuple[int, float | None]:
        steps = [step for key in self._busy for step in self._targets[key].queue if not step.quiet]
        return len(steps), min((step.noticed_at for step in steps), default=None)


def place(status: ServiceStatus | None) -> Place | None:
    """Where a service is."""
    if status is None:
        return None
    wanted = status.wanted
    return Place(
        region=wanted.scope.region,
        cluster=wanted.cluster,
        service=wanted.name,
        branch=wanted.commit.branch,
        commit=wanted.commit.commit,
        synced=status.sync is Sync.IN_SYNC,
    )


def _folded(told: Ledger, steps: deque[Step]) -> Ledger:
    return reduce(lambda ledger, step: after(ledger, step.fact, step.runs), steps, told)


def _newest(told: Ledger, steps: deque[Step]) -> list[Step]:
    """The first, which may be under way, and of the others the newest of each kind.

    What began and ended while it waited is not told: its end would be the end of something nobody heard of.
    """
    first, *others = steps
    newest = {
        (slot(step.fact.kind), step.fact.deployment if slot(step.fact.kind) is Slot.ROLLOUT else ""): step
        for step in others
    }
    ledger = after(told, first.fact, first.runs)
    stands = {Slot.DRIFT: ledger.drift, Slot.OBSTACLE: ledger.obstacle}
    kept = [
        step
        for (which, _), step in newest.items()
        if which is Slot.ROLLOUT or step.fact.kind in ENDS or stands[which] is not None
    ]
    return [first, *sorted(kept, key=others.index)]
