"""What AWS allows, in numbers: the limits that it publishes, what is left of them, and who had to wait for it."""

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from reconcilers.aws.limits import FAMILIES
from reconcilers.aws.pace import Level, Waited


class Waits:
    """Counts the calls that had to wait, and tells what AWS publishes."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._seconds = Counter(
            "trueup_aws_wait_seconds",
            "Seconds that calls waited for their turn within AWS's limits.",
            ["family"],
            registry=registry,
        )
        self._put_off = Counter(
            "trueup_aws_put_off",
            "Calls that were put off because AWS's limit was used up.",
            ["family"],
            registry=registry,
        )
        limits = Gauge(
            "trueup_aws_limit_calls_per_second",
            "Calls a second that AWS lets an account make in a region, where AWS publishes it.",
            ["service", "operation"],
            registry=registry,
        )
        for (service, operation), family in FAMILIES.items():
            limits.labels(service, operation).set(family.refill)
            # A series that appears with its first event has no increase to be seen.
            self._seconds.labels(family.name)
            self._put_off.labels(family.name)

    def count(self, waited: Waited) -> None:
        self._seconds.labels(waited.family).inc(waited.seconds)
        if waited.put_off:
            self._put_off.labels(waited.family).inc()


class Levels(Collector):
    """What is left of AWS's limits at the moment of a scrape."""

    def __init__(self, look: Callable[[], tuple[Level, ...]]) -> None:
        self._look = look

    def collect(self) -> Iterator[Metric]:
        tokens = GaugeMetricFamily(
            "trueup_aws_tokens",
            "Calls that could be made at once; below nought, so many wait for a turn that they were promised.",
            labels=["account", "region", "family"],
        )
        for level in self._look():
            tokens.add_metric([level.shard.account or "own", level.shard.region, level.family], level.tokens)
        yield tokens
