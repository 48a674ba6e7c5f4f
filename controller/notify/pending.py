"""What waits to be told to one channel, service by service: a few facts each, however long the channel is away. Pure
but for its memory: the time is an argument.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import reduce

from controller.loop.facts import Fact
from controller.loop.status import ServiceStatus
from controller.notify.ledger import ENDS, Ledger, Slot, after, slot
from controller.notify.news import news, parting, running, unsure
from controller.notify.told import Place
from reconcilers.attempts import Attempt
from reconcilers.live import Live
from reconcilers.model import ServiceKey
from reconcilers.outcome import Sync

MOST = 12  # facts of one service that wait
ROLLOUTS = MOST - 3  # of them, beside the first, one drift and one obstacle


class Way(Enum):
    """What a channel does with a fact: tell it; only write down that it began, because its end is wanted; nothing."""

    TELL = "tell"
    NOTE = "note"
    PASS = "pass"  # noqa: S105 - no secret: to pass over


@dataclass(frozen=True, slots=True)
class Step:
    """A fact on its way. ``key`` is ``None`` for the repository's; ``status``: whose tag says that it was told, as it
    was when the fact was noticed.
    """

    key: ServiceKey | None
    fact: Fact
    noticed_at: float
    status: ServiceStatus | None = None
    runs: str = ""
    way: Way = Way.TELL


@dataclass(slots=True)
class _Target:
    told: Ledger
    queue: deque[Step] = field(default_factory=deque)
    latest: ServiceStatus | None = None
    attempts: tuple[Attempt, ...] | None = None  # as they were last looked at
    looked: str | None = None  # what ran then
    not_before: float = 0.0
    failures: int = 0


class Pending:
    """Not for several threads. Times in seconds since the epoch. ``passes``: whether the channel wants a fact."""

    def __init__(self, passes: Callable[[Fact], bool]) -> None:
        self._passes = passes
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
        return reduce(_behind, target.queue, target.told)

    def unrecorded(self, key: ServiceKey | None) -> tuple[Fact, ...]:
        """What waits of it and is not in AWS's record of deployments, so that nobody finds it there once more."""
        target = self._targets.get(key)
        waiting = target.queue if target is not None else ()
        return tuple(each.fact for each in waiting if slot(each.fact.kind) is not Slot.ROLLOUT)

    def unsure(self, status: ServiceStatus, now: float) -> bool:
        """Whether a rollout may have come or gone since the deployments of this service were last looked at."""
        target = self._targets[status.wanted.key]
        return target.looked != running(status) and unsure(self.expected(status.wanted.key), status, now)

    def consider(self, status: ServiceStatus, now: float) -> None:
        """Queue what is new of a service."""
        target = self._targets[status.wanted.key]
        target.latest = status
        if status.live is not None and status.live.attempts is not None:
            target.looked, target.attempts = running(status), status.live.attempts
        self.add(status.wanted.key, news(self.expected(status.wanted.key), status, now), now, status)

    def leave(self, gone: Callable[[ServiceKey], bool], now: float) -> list[ServiceKey]:
        """Queue the ends of what was told of services that have left Git; once they are told, forget the services.
        Which they are.
        """
        left = [each for each in self._targets if each is not None and gone(each)]
        for key in left:
            target = self._targets[key]
            self.add(key, parting(self.expected(key), key, now), now, target.latest)
            if not target.queue:
                del self._targets[key]
        return left

    def add(self, key: ServiceKey | None, facts: tuple[Fact, ...], now: float, status: ServiceStatus | None) -> None:
        """Queue facts. ``status``: of the service whose tag says that they were told."""
        target = self._targets[key]
        runs = running(status) if status is not None else ""
        kept = _slim(status) if status is not None and facts else None
        target.queue.extend(Step(key, fact, now, kept, runs, self._way(fact)) for fact in facts)
        if len(target.queue) > MOST:
            target.queue = deque(_newest(target.told, target.queue))
        self._tidy(key, target)

    def first(self, key: ServiceKey | None) -> Step | None:
        target = self._targets.get(key)
        return target.queue[0] if target is not None and target.queue else None

    def head(self, now: float) -> Step | float | None:
        """What is to be told next: of what failed least often, the one that was noticed first. Seconds, where all must
        wait; ``None``: nothing.
        """
        targets = [self._targets[key] for key in self._busy]
        ready = [each for each in targets if each.not_before <= now]
        if ready:
            return min(ready, key=lambda each: (each.failures, each.queue[0].noticed_at)).queue[0]
        return min(each.not_before for each in targets) - now if targets else None

    def later(self, key: ServiceKey | None, at: float) -> None:
        """Somebody else is about to tell it."""
        self._targets[key].not_before = at

    def failed(self, key: ServiceKey | None) -> None:
        """It was not taken: the others first, so that one that never is does not stand before them."""
        self._targets[key].failures += 1

    def settled(self, step: Step) -> Ledger:
        """A step is done with. The ledger after it."""
        target = self._targets[step.key]
        target.queue.popleft()
        target.told, target.failures = _behind(target.told, step), 0
        self._tidy(step.key, target)
        return target.told

    def overtaken(self, key: ServiceKey | None, found: Ledger, now: float) -> None:
        """Take over what another replica has told meanwhile, and see what is left to tell."""
        target = self._targets[key]
        target.told, target.not_before, target.failures = found, 0.0, 0
        # What is read from AWS's record is read again; an order is in no record.
        target.queue = deque(each for each in target.queue if slot(each.fact.kind) is Slot.ORDER)
        self._tidy(key, target)
        if key is not None and target.latest is not None:
            self.consider(_with_attempts(target.latest, target.attempts), now)

    def waiting(self) -> tuple[int, float | None]:
        """How many facts wait, and since when the oldest of them does."""
        steps = [step for key in self._busy for step in self._targets[key].queue if step.way is Way.TELL]
        return len(steps), min((step.noticed_at for step in steps), default=None)

    def _way(self, fact: Fact) -> Way:
        if self._passes(fact):
            return Way.TELL
        end = ENDS.get(fact.kind)
        return Way.NOTE if end is not None and self._passes(replace(fact, kind=end)) else Way.PASS

    def _tidy(self, key: ServiceKey | None, target: _Target) -> None:
        """What is passed over needs nobody's turn."""
        while target.queue and target.queue[0].way is Way.PASS:
            target.told = _behind(target.told, target.queue.popleft())
        if target.queue:
            self._busy[key] = None
        else:
            self._busy.pop(key, None)


def place(step: Step) -> Place | None:
    """Where a service is; ``None`` of the repository."""
    if step.key is None or step.status is None:
        return None
    wanted = step.status.wanted
    return Place(
        region=wanted.scope.region,
        cluster=wanted.cluster,
        service=wanted.name,
        branch=wanted.commit.branch,
        commit=wanted.commit.commit,
        synced=step.status.sync is Sync.IN_SYNC,
    )


def _behind(ledger: Ledger, step: Step) -> Ledger:
    return after(ledger, step.fact, step.runs, told=step.way is Way.TELL)


def _with_attempts(status: ServiceStatus, attempts: tuple[Attempt, ...] | None) -> ServiceStatus:
    """A sweep reads no deployments: those that were looked at before it still happened."""
    if status.live is None or status.live.attempts is not None:
        return status
    return replace(status, live=replace(status.live, attempts=attempts))


def _slim(status: ServiceStatus) -> ServiceStatus:
    """What a step needs of it: a thousand services whose channel is away are kept for long."""
    live = Live(status.live.observed_at, status.live.service) if status.live is not None else None
    return replace(status, live=live, report=None, changes=(), chain=(), authors={})


def _newest(told: Ledger, steps: deque[Step]) -> list[Step]:
    """The first, which may be under way, and of the others the newest: drift, obstacle, how the last rollouts went.

    What began and ended while it waited is not told: its end would be the end of something nobody heard of. Nor are
    orders, of which what came of them tells more.
    """
    first, *others = steps
    ledger = _behind(told, first)
    stands = {Slot.DRIFT: ledger.drift, Slot.OBSTACLE: ledger.obstacle}
    newest = {slot(each.fact.kind): each for each in others}
    states = [
        step
        for which, step in newest.items()
        if which in stands and (step.fact.kind in ENDS or stands[which] is not None)
    ]
    rollouts = {each.fact.deployment: each for each in others if slot(each.fact.kind) is Slot.ROLLOUT}
    wanted = [each for each in rollouts.values() if each.way is Way.TELL]
    return [first, *sorted((*wanted[-ROLLOUTS:], *states), key=others.index)]
