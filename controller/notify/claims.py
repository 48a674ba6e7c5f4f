"""Which of several replicas tells a fact, and where it is written down that it was told: the tags that all of them see.

Tags have no conditional write, so a claim is a bakery of two: write it, let it settle, read it again. Of replicas that
claim at the same time the one that wrote last finds itself.
"""

from dataclasses import dataclass, replace
from typing import Any, Protocol

from controller.loop.status import ServiceStatus
from controller.notify.ledger import Claim, Entry, Ledger
from controller.notify.pending import Step
from controller.notify.tags import tag_of
from reconcilers.model import Scope, ServiceKey
from reconcilers.outcome import Retry, Stalled


@dataclass(frozen=True, slots=True)
class Holding:
    """In seconds. ``settle``: how long a claim stands before it is read again; ``claim``: how long it holds others off;
    ``renew``: after how long we claim anew, with time for a slow receiver until others may; ``again``: until what could
    not be written is tried again; ``apart``: until what was refused is.
    """

    settle: float = 1.0
    claim: float = 120.0
    renew: float = 30.0
    again: float = 10.0
    apart: float = 900.0


class Shared(Protocol):
    """The tags, and what stands in for them. ``holds``: whether there is a place for what was told of a service. The
    others raise ``Retry`` or ``Stalled``.
    """

    def holds(self, status: ServiceStatus) -> bool: ...
    def entry(self, status: ServiceStatus, tag: str) -> Entry: ...
    def write(self, status: ServiceStatus, tag: str, entry: Entry) -> None: ...


@dataclass(frozen=True, slots=True)
class Ours:
    """It is ours to tell."""


@dataclass(frozen=True, slots=True)
class Settling:
    """Our claim has to stand for so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Theirs:
    """Another replica is about to tell it."""


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Another replica has told something: this is what was told by now."""

    ledger: Ledger


Verdict = Ours | Settling | Theirs | Overtaken
_Where = tuple[Scope, str, str]


@dataclass(frozen=True, slots=True)
class _Held:
    """A claim of ours: written at ``at``, and if ``sure`` read again since."""

    key: ServiceKey | None
    at: float
    sure: bool = False


@dataclass(frozen=True, slots=True)
class _Apart:
    """A place whose tags are not asked again ``until`` then. A service may be looked for somewhere else meanwhile."""

    where: _Where
    until: float


@dataclass(frozen=True, slots=True)
class _Debt:
    """What was told and is not in the tag yet, to be tried ``at``."""

    status: ServiceStatus
    ledger: Ledger
    at: float


class Claims:
    """Of one channel, for one thread. ``holder`` names this installation."""

    def __init__(self, channel: str, tags: Shared, holder: str, log: Any, holding: Holding | None = None) -> None:
        self._channel = channel
        self._tags = tags
        self._holder = holder
        self._log = log
        self._holding = holding or Holding()
        self._held: _Held | None = None
        self._apart: dict[ServiceKey | None, _Apart] = {}
        self._debts: dict[ServiceKey | None, _Debt] = {}

    def ask(self, step: Step, told: Ledger, now: float) -> Verdict:
        """Whose it is to tell. ``told``: what we know to have been told before it. Raises ``Retry``.

        Where there is no tag to be had, what we know ourselves has to do.
        """
        status = step.status
        if status is None or not self._tags.holds(status) or now < self._apart_until(step.key, status):
            return Ours()
        try:
            return self._ask(step.key, status, told, now)
        except Stalled as stalled:
            self._keep_apart(step.key, status, stalled, now)
            return Ours()

    def write(self, step: Step, ledger: Ledger, now: float) -> None:
        """It was told. What AWS does not take now is owed."""
        self._held = None
        if step.status is not None and self._tags.holds(step.status):
            self.owe(step.key, step.status, ledger, now)
            self._pay(step.key, now, fresh=True)

    def owe(self, key: ServiceKey | None, status: ServiceStatus, ledger: Ledger, now: float) -> None:
        """What the tag does not say yet."""
        self._debts[key] = _Debt(status, ledger, max(now, self._apart_until(key, status)))

    def pay(self, now: float) -> float | None:
        """Write what is due. Seconds until more is; ``None``: nothing is owed."""
        for key in [key for key, debt in self._debts.items() if debt.at <= now]:
            self._pay(key, now)
        return min((max(0.0, debt.at - now) for debt in self._debts.values()), default=None)

    def _ask(self, key: ServiceKey | None, status: ServiceStatus, told: Ledger, now: float) -> Verdict:
        times = self._holding
        held = self._held if self._held is not None and self._held.key == key else None
        if held is not None and held.sure and now - held.at < times.renew:
            return Ours()
        if held is not None and not held.sure and now - held.at < times.settle:
            return Settling(held.at + times.settle - now)
        entry = self._tags.entry(status, tag_of(self._channel, key))
        if entry.ledger.number > told.number:
            self._held = None
            return Overtaken(entry.ledger)
        return self._against(entry.claim, held, now) or self._claim(key, status, told, now)

    def _against(self, found: Claim | None, held: _Held | None, now: float) -> Verdict | None:
        """What a claim that was found means; ``None``: we may claim."""
        if found is not None and found.holder != self._holder and now - found.at < self._holding.claim:
            self._held = None
            return Theirs()
        if found is not None and found.holder == self._holder and held is not None and not held.sure:
            self._held = _Held(held.key, held.at, sure=True)
            return Ours()
        return None

    def _claim(self, key: ServiceKey | None, status: ServiceStatus, told: Ledger, now: float) -> Verdict:
        self._tags.write(status, tag_of(self._channel, key), Entry(told, Claim(self._holder, now)))
        self._debts.pop(key, None)
        self._held = _Held(key, now)
        return Settling(self._holding.settle)

    def _pay(self, key: ServiceKey | None, now: float, *, fresh: bool = False) -> None:
        """``fresh``: it was told just now, under our claim."""
        debt = self._debts[key]
        if debt.at > now:
            return
        try:
            if fresh or not self._outrun(key, debt):
                self._tags.write(debt.status, tag_of(self._channel, key), Entry(debt.ledger))
            del self._debts[key]
        except Retry as retry:
            self._debts[key] = replace(debt, at=now + max(retry.after or 0.0, self._holding.again))
        except Stalled as stalled:
            self._keep_apart(key, debt.status, stalled, now)
            self._debts[key] = replace(debt, at=self._apart_until(key, debt.status))

    def _outrun(self, key: ServiceKey | None, debt: _Debt) -> bool:
        """Whether another replica has told and written more meanwhile."""
        return self._tags.entry(debt.status, tag_of(self._channel, key)).ledger.number >= debt.ledger.number

    def _apart_until(self, key: ServiceKey | None, status: ServiceStatus) -> float:
        apart = self._apart.get(key)
        return apart.until if apart is not None and apart.where == _where(status) else 0.0

    def _keep_apart(self, key: ServiceKey | None, status: ServiceStatus, stalled: Stalled, now: float) -> None:
        self._apart[key] = _Apart(_where(status), now + self._holding.apart)
        self._log.warning(
            "what was told cannot be kept as a tag",
            channel=self._channel,
            service=str(key or "source"),
            text=stalled.message,
            remedy=stalled.remedy,
        )


def _where(status: ServiceStatus) -> _Where:
    """The service in AWS whose tags they are."""
    return status.wanted.scope, status.wanted.cluster, status.wanted.name
