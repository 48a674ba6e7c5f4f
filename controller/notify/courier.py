"""One channel's deliveries, one at a time and in order: what waits, whose turn it is, and when to try again.

Nothing here sleeps. ``turn`` does at most one step and says how long until the next one is due; a thread calls it.
"""

import threading
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, assert_never

from controller.loop.backoff import Backoff
from controller.loop.facts import Fact, Kind
from controller.loop.status import ServiceStatus
from controller.notify import wording
from controller.notify.book import Book
from controller.notify.channels import Exchange, Voice
from controller.notify.claims import Claims, Ours, Overtaken, Settling, Theirs
from controller.notify.configuration import Filter
from controller.notify.ledger import Entry, Ledger, Slot, occurrence, slot
from controller.notify.pending import Pending, Step, Way, place
from controller.notify.told import Later, Refused, Telling
from reconcilers.model import ServiceKey
from reconcilers.outcome import Retry

DELIVERED, FAILED, REFUSED = "delivered", "failed", "refused"
FIRST, MOST = 1.0, 300.0  # seconds to wait after a failure, doubled with each
LEAVE = 2.0  # seconds until we look whether another replica has told what it claimed


@dataclass(frozen=True, slots=True)
class Clocks:
    """``now``: seconds since the epoch. ``chance``: 0 to 1, for jitter."""

    now: Callable[[], float]
    chance: Callable[[], float]


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
    """What a courier works with."""

    exchange: Exchange
    claims: Claims
    book: Book
    heard: Callable[[Delivered], None]
    log: Any


class Courier:
    """Tells one channel. ``turn`` may run in one thread while another calls the other methods."""

    def __init__(self, channel: Channel, means: Means, clocks: Clocks) -> None:
        self.channel = channel
        self._means = means
        self._clocks = clocks
        self._pending = Pending(channel.filter.passes)
        self._asks = any(slot(kind) is Slot.ROLLOUT for kind in channel.filter.kinds)
        self._lock = threading.Lock()
        self._behind: deque[tuple[ServiceKey | None, ServiceStatus, Ledger]] = deque()  # tags that the disk is ahead of
        self._backoff: Backoff[Hashable] = Backoff(clocks.chance, FIRST, MOST)
        self._not_before = 0.0
        self._failing = ""

    def knows(self, key: ServiceKey | None) -> bool:
        """Whether it is known what was told of a service."""
        with self._lock:
            return self._pending.knows(key)

    def learn(
        self,
        key: ServiceKey | None,
        entry: Entry,
        kept_by: ServiceStatus | None = None,
        seen: ServiceStatus | None = None,
    ) -> None:
        """Begin with what was told before, as AWS's tag says, or the file on disk where that is newer; and with what
        still waited on this disk, unless another replica has told something since.

        ``kept_by``: the service whose tag it is. ``seen``: the service itself, as it stands.
        """
        own = self._means.book.ledger(key)
        newer = own.number > entry.ledger.number
        with self._lock:
            new = not self._pending.knows(key)
            self._pending.learn(key, own if newer else entry.ledger)
            if new and own.number >= entry.ledger.number:
                self._pending.add(key, self._means.book.waiting(key), self._clocks.now(), seen)
        if newer and kept_by is not None:
            self._behind.append((key, kept_by, own))

    def unsure(self, status: ServiceStatus) -> bool:
        """Whether a rollout may have come or gone that nobody looked at, and the channel wants to be told such."""
        with self._lock:
            return self._asks and self._pending.unsure(status, self._clocks.now())

    def consider(self, status: ServiceStatus) -> None:
        """A service as it was just seen: what is new of it now waits to be told."""
        with self._lock:
            self._pending.consider(status, self._clocks.now())
            self._note(status.wanted.key)

    def order(self, fact: Fact, status: ServiceStatus) -> None:
        """Somebody ordered something of a service, which is as it was last seen."""
        with self._lock:
            self._pending.add(status.wanted.key, (fact,), self._clocks.now(), status)
            self._note(status.wanted.key)

    def consider_source(self, facts: Callable[[Ledger], tuple[Fact, ...]], kept_by: ServiceStatus | None) -> None:
        """The repository as it was just seen, and the service whose tag says what was told of it."""
        with self._lock:
            self._pending.add(None, facts(self._pending.expected(None)), self._clocks.now(), kept_by)
            self._note(None)

    def leave(self, gone: Callable[[ServiceKey], bool]) -> None:
        """These services have left Git."""
        with self._lock:
            for key in self._pending.leave(gone, self._clocks.now()):
                self._note(key)

    def waiting(self) -> tuple[int, float | None]:
        """How many facts wait, and since when the oldest one does."""
        with self._lock:
            return self._pending.waiting()

    def close(self) -> None:
        """Let another process keep what was told on this disk."""
        self._means.book.close()

    def turn(self) -> float | None:
        """Do one step. Seconds until the next one is due, 0 for at once; ``None``: nothing waits."""
        now = self._clocks.now()
        while self._behind:
            self._means.claims.owe(*self._behind.popleft(), now)
        owed = self._means.claims.pay(now)
        with self._lock:
            found = self._pending.head(now)
        if isinstance(found, Step):
            if found.way is Way.TELL and now < self._not_before:
                return self._not_before - now
            return self._step(found, now)
        return min((each for each in (found, owed) if each is not None), default=None)

    def _step(self, step: Step, now: float) -> float:
        try:
            wait = self._claimed(step, now)
            if wait is not None:
                return wait
            if step.way is Way.TELL:
                self.channel.voice.deliver(self._telling(step), self._means.exchange, now)
        except Later as later:
            return self._again(step, later)
        except Retry as retry:
            return self._ask_later(step, retry, now)
        except Refused as refused:
            self._means.log.warning(
                "a notification was refused", channel=self.channel.name, fact=step.fact.id, text=refused.reason
            )
            return self._done(step, REFUSED)
        except Exception:  # a defect in one message must not silence the channel
            self._means.log.exception("a notification broke", channel=self.channel.name, fact=step.fact.id)
            return self._done(step, REFUSED)
        return self._done(step, DELIVERED)

    def _claimed(self, step: Step, now: float) -> float | None:
        """Whether it is ours to tell: ``None``; else seconds until the next step."""
        with self._lock:
            told = self._pending.told(step.key)
        verdict = self._means.claims.ask(step, told, now)
        match verdict:
            case Ours():
                return None
            case Settling(seconds):
                return seconds
            case Theirs():
                with self._lock:
                    self._pending.later(step.key, now + LEAVE * (1 + self._clocks.chance()))
            case Overtaken(ledger):
                with self._lock:
                    self._pending.overtaken(step.key, ledger, now)
                    self._note(step.key)
            case _:
                assert_never(verdict)
        return 0.0

    def _telling(self, step: Step) -> Telling:
        with self._lock:
            ledger = self._pending.told(step.key)
        page = wording.page(self.channel.page, step.key)
        return Telling(occurrence(ledger, step.fact), step.fact, place(step), page)

    def _done(self, step: Step, result: str) -> float:
        """It was told, or never will be: write that down, on disk first."""
        with self._lock:
            ledger = self._pending.settled(step)
            self._means.book.keep(step.key, ledger, self._pending.unrecorded(step.key))
        self._backoff.forget(step.key)
        if step.way is Way.TELL:
            if result == DELIVERED and self._failing:
                self._means.log.info("a channel takes notifications again", channel=self.channel.name)
            self._failing, self._not_before = "", 0.0
            self._backoff.forget("channel")
            self._hear(step, result)
        self._means.claims.write(step, ledger, self._clocks.now())
        return 0.0

    def _again(self, step: Step, later: Later) -> float:
        """The channel did not take it: everything of it waits, longer each time, never the same for everybody."""
        with self._lock:
            self._pending.failed(step.key)
        wait = max(later.after or 0.0, self._backoff.failed("channel"))
        self._not_before = self._clocks.now() + wait
        if later.reason != self._failing:
            self._failing = later.reason
            self._means.log.warning("a channel takes no notifications", channel=self.channel.name, text=later.reason)
        self._hear(step, FAILED)
        return wait

    def _ask_later(self, step: Step, retry: Retry, now: float) -> float:
        """AWS does not say whose turn it is. Other services may be in another account."""
        with self._lock:
            self._pending.failed(step.key)
            self._pending.later(step.key, now + max(retry.after or 0.0, self._backoff.failed(step.key)))
        self._means.log.info(
            "a notification waits for AWS", channel=self.channel.name, fact=step.fact.id, text=retry.message
        )
        return 0.0

    def _note(self, key: ServiceKey | None) -> None:
        """On disk, too, what waits: the process may end before the receiver takes it."""
        self._means.book.note(key, self._pending.unrecorded(key))

    def _hear(self, step: Step, result: str) -> None:
        seconds = max(0.0, self._clocks.now() - step.noticed_at)
        self._means.heard(Delivered(self.channel.name, step.fact.kind, result, seconds))
