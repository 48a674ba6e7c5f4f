"""What the loop stands on: what its keys stand for, its rhythm and clocks, who listens, and whose the scopes are."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from controller.loop.board import Told
from controller.loop.commits import History
from controller.source.recalled import Recalled
from controller.source.snapshot import Snapshot
from reconcilers.attempts import Attempt
from reconcilers.leases import Errand
from reconcilers.model import Cluster, Scope, Service
from reconcilers.report import Report
from reconcilers.sweep import SweepResult
from reconcilers.verdict import Order


@dataclass(frozen=True, slots=True)
class Work:
    """What the keys stand for. ``source`` answers ``None`` when nothing is new and raises ``SourceError``.

    ``history`` tells of earlier commits, ``attempts`` what was tried with a service; it raises ``Retry`` and
    ``Stalled``. ``recall`` gives what an earlier process applied last. Without them the past is left alone.
    """

    source: Callable[[Snapshot | None], Snapshot | None]
    sweep: Callable[[Cluster, tuple[Service, ...]], SweepResult]
    reconcile: Callable[[Service, Order], Report]
    history: History | None = None
    attempts: Callable[[Service], tuple[Attempt, ...]] | None = None
    recall: Callable[[], Recalled | None] | None = None


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often, in seconds. ``recheck``: how long a service that waits for somebody is left alone by the sweeps."""

    poll: float = 30.0
    sweep: float = 60.0
    recheck: float = 300.0


@dataclass(frozen=True, slots=True)
class Swept:
    """One sweep: what it cost and what it found."""

    cluster: Cluster
    services: int
    differing: int
    seconds: float
    failed: str = ""


class Observer(Protocol):
    """Who wants to know. Called from the workers, one record at a time; must not wait."""

    def told(self, told: Told) -> None: ...
    def swept(self, swept: Swept) -> None: ...
    def polled(self, result: str, seconds: float) -> None: ...
    def broke(self, what: str, error: Exception, /) -> None: ...


@dataclass(frozen=True, slots=True)
class Clocks:
    """``now``: seconds since the epoch. ``monotonic``: for durations. ``chance``: 0 to 1, for jitter."""

    now: Callable[[], float]
    monotonic: Callable[[], float]
    chance: Callable[[], float]


class Tenancy(Protocol):
    """Which scopes are this replica's. Every ``enter`` that said yes is followed by a ``leave``, in the same thread.

    ``send`` passes on what another replica is to do.
    """

    def enter(self, scope: Scope, /) -> bool: ...
    def leave(self, scope: Scope, /) -> None: ...
    def send(self, errand: Errand, /) -> None: ...
