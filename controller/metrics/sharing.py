"""Replicas in numbers: whether this one acts, what it keeps, and for how long it may go on."""

from collections.abc import Callable, Iterator
from math import isfinite

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from controller.lease.view import Sharing


class Shares(Collector):
    """How the fleet is shared at the moment of a scrape."""

    def __init__(self, look: Callable[[], Sharing]) -> None:
        self._look = look

    def collect(self) -> Iterator[Metric]:
        found = self._look()
        yield _gauge("trueup_leader", "1 while this process acts: alone, or on its share of the fleet.", found.acts)
        if not isfinite(found.left):
            return  # nothing is shared
        yield _gauge("trueup_replicas", "Replicas that have a lease, as this one sees it.", len(found.commits))
        yield _gauge("trueup_shards", "Accounts and regions that there are to keep.", len(found.wanted))
        yield _gauge("trueup_shards_held", "Accounts and regions that this replica keeps.", len(found.ours))
        yield _gauge(
            "trueup_lease_remaining_seconds", "For how long this replica may act unless it renews.", found.left
        )


def _gauge(name: str, text: str, value: float) -> Metric:
    gauge = GaugeMetricFamily(name, text)
    gauge.add_metric([], float(value))
    return gauge
