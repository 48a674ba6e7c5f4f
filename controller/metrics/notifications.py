"""Notifications in numbers: what came of each try, and what waits."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from controller.loop.facts import UNSENT, Kind

RESULTS = ("delivered", "failed", "refused")
SECONDS = (0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14400)


class Tried(Protocol):
    """One try to tell something. ``seconds``: since the fact was noticed."""

    @property
    def channel(self) -> str: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def result(self) -> str: ...
    @property
    def seconds(self) -> float: ...


class Waiting(Protocol):
    """What waits for one channel. ``oldest``: for how many seconds the oldest fact has."""

    @property
    def channel(self) -> str: ...
    @property
    def pending(self) -> int: ...
    @property
    def oldest(self) -> float: ...


class Tries:
    """Counts what came of each try."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._count = Counter(
            "trueup_notifications",
            "Tries to tell a channel something: delivered, failed (and tried again), refused (and given up).",
            ["channel", "kind", "result"],
            registry=registry,
        )
        self._delay = Histogram(
            "trueup_notification_delay_seconds",
            "From when a fact was noticed until a channel was told.",
            ["channel"],
            buckets=SECONDS,
            registry=registry,
        )

    def count(self, tried: Tried) -> None:
        self._count.labels(tried.channel, tried.kind, tried.result).inc()
        if tried.result == "delivered":
            self._delay.labels(tried.channel).observe(tried.seconds)

    def begin(self, channels: Sequence[str]) -> None:
        """A series that appears with its first event has no increase to be seen."""
        for channel in channels:
            self._delay.labels(channel)
            for kind in frozenset(Kind) - UNSENT:
                for result in RESULTS:
                    self._count.labels(channel, kind, result)


class Backlogs(Collector):
    """What waits at the moment of a scrape."""

    def __init__(self, look: Callable[[], Sequence[Waiting]]) -> None:
        self._look = look

    def collect(self) -> Iterator[Metric]:
        found = self._look()
        pending = GaugeMetricFamily("trueup_notification_pending", "Facts that wait to be told.", labels=["channel"])
        oldest = GaugeMetricFamily(
            "trueup_notification_oldest_age_seconds",
            "How long the oldest fact has waited to be told; 0 where none waits.",
            labels=["channel"],
        )
        for each in found:
            pending.add_metric([each.channel], each.pending)
            oldest.add_metric([each.channel], each.oldest)
        yield pending
        yield oldest
