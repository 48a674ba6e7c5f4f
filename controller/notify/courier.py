"""One channel's deliveries, one at a time and in order: what waits, whose turn it is, and when to try again.

Nothing here sleeps. ``turn`` does at most one step and says how long until the next one is due; a thread calls it.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from controller.loop.facts import Fact, Kind
from controller.loop.status import ServiceStatus
from controller.notify import wording
from controller.notify.book import Book
from controller.notify.channels import Exchange, Voice
from controller.notify.configuration import Filter
from controller.notify.ledger import ENDS, Claim, Entry, Ledger, occurrence
from controller.notify.pending import Pending, Step, place
from controller.notify.told import Later, Refused, Telling
from reconcilers.model import ServiceKey
from reconcilers.outcome import Retry, Stalled

DELIVERED, FAILED, REFUSED = "delivered", "failed", "refused"


@dataclass(frozen=True, slots=True)
class Timing:
    """In seconds. ``settle``: how long a claim stands before it is read again; ``claim``: how long it holds others
    off; ``renew``: after how long we claim anew; ``first`` and ``most``: the waits after failures.
    """

    settle: float = 1.0
    claim: float = 90.0
    renew: float = 30.0
    first: float = 1.0
    most: float = 300.0


@dataclass(frozen=True, slots=True)
class Clocks:
    """``now``: seconds since the epoch. ``chance``: 0 to 1, for jitter."""

    now: Callable[[], float]
    chance: Callable[[], float]


class Shared(Protocol):
    """The ledgers that replicas share. Raises ``Retry`` or ``Stalled``."""

    def entry(self, status: ServiceStatus, channel: str) -> Entry: ...
    def write(self, status: ServiceStatus, channel: str, entry: Entry) -> None: ...


@dataclass(frozen=True, slots=True)
class Delivered:
    """What came of one try. ``seconds``: since the fact was noticed. ``result``: delivered, failed or refused."""

    channel: str
    kind: Kind
    result: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel as its courier needs it. ``page``: the base of Trueup's own page."""

    name: str
    filter: Filter
    voice: Voice
    page: str | None = None


@dataclass(frozen=True, slots=True)
class Means:
    """What a courier works with. ``holder`` names this installation in its claims."""

    exchange: Exchange
    shared: Shared
    book: Book
    holder: str
    heard: Callable[[Delivered], None]
    log: Any


@dataclass(frozen=True, slots=True)
class _Held:
    """A claim of ours, written and not yet read again, or read and ours."""

    key: ServiceKey | None
    at: float
    sure: bool = False


class Courier:
    """Tells one channel. ``consider`` may be called from one thread while ``turn`` runs in another."""

    def __init__(self, channel: Channel, means: Means, clocks: Clocks, timing: Timing | None = None) -> None:
        self.channel = channel
        self._means = means
        self._clocks = clocks
        self._timing = timing or Timing()
        self._pending = Pending(channel.filter)
        self._lock = threading.Lock()
        self._claim: _Held | None = None
        self._failures = 0
        self._not_before = 0.0
        self._failing = ""

    def knows(self, key: ServiceKey | None) -> bool:
        """Whether it is known what was told of a service."""
        with self._lock:
            return self._pending.knows(key)

    def learn(self, key: ServiceKey | None, entry: Entry) -> None:
        """Begin with what was told before: as AWS's tag says, or the file on disk where that is newer."""
        own = self._means.book.ledger(key)
        with self._lock:
            self._pending.learn(key, own if own.number >= entry.ledger.number else entry.ledger)

    def unsure(self, status: ServiceStatus) -> bool:
        """Whether a rollout may have come or gone that nobody looked at, and the channel wants to be told such."""
        with self._lock:
            return self._pending.unsure(status, self._clocks.now())

    def consider(self, status: ServiceStatus) -> None:
        """A service as it was just seen: what is new of it now waits to be told."""
        with self._lock:
            self._pending.consider(status, self._clocks.now())

    def consider_source(self, facts: Callable[[Ledger], tuple[Fact, ...]]) -> None:
        """The repository as it was just seen."""
        with self._lock:
            self._pending.add(None, facts(self._pending.expected(None)), self._clocks.now())

    def waiting(self) -> tuple[int, float | None]:
        """How many facts wait, and since when the oldest one does."""
        with self._lock:
            return self._pending.waiting()

    def turn(self) -> float | None:
        """Do one step. Seconds until the next one is due, 0 for at once; ``None``: nothing waits."""
        now = self._clocks.now()
        with self._lock:
            found = self._pending.head(now)
        if isinstance(found, Step):
            if found.quiet:
                return self._pass_over(found)
            if now < self._not_before:
                return self._not_before - now
            return self._step(found, now)
        return found

    def _step(self, step: Step, now: float) -> float:
        try:
            wait = self._claimed(step, now)
            if wait > 0:
                return wait
            telling = self._telling(step)
            if telling is None:
                return 0.0
            self.channel.voice.deliver(telling, self._means.exchange, now)
        except Later as later:
            return self._again(step, later.reason, later.after)
        except Retry as retry:
            return self._again(step, retry.message, retry.after)
        except Refused as refused:
            self._means.log.warning(
                "a notification was refused", channel=self.channel.name, fact=step.fact.id, text=refused.reason
            )
            return self._done(step, REFUSED)
        except Exception:  # a defect in one message must not silence the channel
            self._means.log.exception("a notification broke", channel=self.channel.name, fact=step.fact.id)
            return self._done(step, REFUSED)
        return self._done(step, DELIVERED)

    def _telling(self, step: Step) -> Telling | None:
        """What is to be told, unless another replica was seen to have told it meanwhile."""
        with self._lock:
            if self._pending.first(step.key) is not step:
                return None
            ledger = self._pending.told(step.key)
        page = wording.page(self.channel.page, step.key)
        return Telling(occurrence(ledger, step.fact), step.fact, place(step.status), page)

    def _claimed(self, step: Step, now: float) -> float:
        """Say that we are about to tell it, so that no replica does as well. Seconds to wait; 0: it is ours to tell."""
        status = step.status
        with self._lock:
            apart = status is None or not self._pending.shared(step.key)
        if apart or status is None:
            return 0.0
        try:
            return self._ours(step, status, now)
        except Stalled as stalled:
            with self._lock:
                self._pending.keep_apart(step.key)
            self._means.log.warning(
                "what was told cannot be kept as a tag",
                service=str(step.key),
                text=stalled.message,
                remedy=stalled.remedy,
            )
            return 0.0

    def _ours(self, step: Step, status: ServiceStatus, now: float) -> float:
        held = self._claim if self._claim is not None and self._claim.key == step.key else None
        if held is not None and held.sure and now - held.at < self._timing.renew:
            return 0.0
        if held is not None and not held.sure and now - held.at < self._timing.settle:
            return held.at + self._timing.settle - now
        entry = self._means.shared.entry(status, self.channel.name)
        with self._lock:
            if self._pending.overtaken(step.key, entry.ledger, now):
                self._claim = None
                return 0.0
            ledger = self._pending.told(step.key)
        claim = entry.claim
        if claim is not None and claim.holder == self._means.holder and held is not None and not held.sure:
            self._claim = _Held(step.key, held.at, sure=True)
            return 0.0
        if claim is not None and claim.holder != self._means.holder and now - claim.at < self._timing.claim:
            self._claim = None
            return self._leave(step, now)
        self._means.shared.write(status, self.channel.name, Entry(ledger, Claim(self._means.holder, now)))
        self._claim = _Held(step.key, now)
        return self._timing.settle

    def _leave(self, step: Step, now: float) -> float:
        """Another replica is about to tell it: the other services first, and then look whether it has."""
        with self._lock:
            self._pending.later(step.key, now + 2 + 2 * self._clocks.chance())
            found = self._pending.head(now)
        return 0.01 if isinstance(found, Step) or found is None else found

    def _done(self, step: Step, result: str) -> float:
        """It was told, or never will be: write that down, on disk first."""
        with self._lock:
            ledger = self._pending.settled(step)
            self._means.book.keep(step.key, ledger)
            keep = step.status is not None and self._pending.shared(step.key)
        if result == DELIVERED and self._failing:
            self._means.log.info("a channel takes notifications again", channel=self.channel.name)
        self._failures, self._failing, self._not_before = 0, "", 0.0
        self._hear(step, result)
        if keep:
            self._written(step, ledger)
        return 0.0

    def _written(self, step: Step, ledger: Ledger) -> None:
        """Take it to AWS as well. Where that fails the file has it, and the service's next fact takes it along."""
        self._claim = None
        if step.status is None:
            return
        try:
            self._means.shared.write(step.status, self.channel.name, Entry(ledger))
        except (Retry, Stalled) as error:
            self._means.log.warning(
                "what was told is kept on disk alone",
                channel=self.channel.name,
                service=str(step.key),
                text=error.message,
            )

    def _pass_over(self, step: Step) -> float:
        """Nobody wants to be told it; that it began is kept where its end is wanted."""
        wanted = {*self.channel.filter.kinds}
        with self._lock:
            ledger = self._pending.settled(step)
            self._means.book.keep(step.key, ledger)
            keep = ENDS.get(step.fact.kind) in wanted and step.status is not None and self._pending.shared(step.key)
        if keep:
            self._written(step, ledger)
        return 0.0

    def _again(self, step: Step, reason: str, after: float | None) -> float:
        """A failure: everything of this channel waits, longer each time, never the same for everybody."""
        self._failures += 1
        span = min(self._timing.most, self._timing.first * 2.0 ** min(self._failures - 1, 20))
        wait = max(after or 0.0, span * (0.5 + 0.5 * self._clocks.chance()))
        self._not_before = self._clocks.now() + wait
        if reason != self._failing:
            self._failing = reason
            self._means.log.warning("a channel takes no notifications", channel=self.channel.name, text=reason)
        self._hear(step, FAILED)
        return wait

    def _hear(self, step: Step, result: str) -> None:
        seconds = max(0.0, self._clocks.now() - step.noticed_at)
        self._means.heard(Delivered(self.channel.name, step.fact.kind, result, seconds))
