"""What was measured: statistics per metric and minute of AWS's time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

MetricKey = tuple[str, str, tuple[tuple[str, str], ...]]
"""Namespace, name, and the dimensions in order of their names."""

KEPT = 720
"""Minutes that a metric remembers: half a day."""


def metric_key(namespace: str, name: str, dimensions: Iterable[Mapping[str, Any]] | None) -> MetricKey:
    """The identity of a metric; ``dimensions`` as AWS writes them, ``[{"Name": ..., "Value": ...}]``."""
    pairs = sorted((one["Name"], one["Value"]) for one in dimensions or [])
    return namespace, name, tuple(pairs)


@dataclass(slots=True)
class Stat:
    """Some values, summed up."""

    count: float
    total: float
    least: float
    most: float

    def add(self, other: "Stat") -> None:
        self.count += other.count
        self.total += other.total
        self.least = min(self.least, other.least)
        self.most = max(self.most, other.most)

    def read(self, statistic: str) -> float | None:
        """A statistic by AWS's name; ``None`` for percentiles, of which nothing is kept."""
        match statistic:
            case "Sum":
                return self.total
            case "Average":
                return self.total / self.count
            case "SampleCount":
                return self.count
            case "Minimum":
                return self.least
            case "Maximum":
                return self.most
            case _:
                return None


class Metrics:
    """Values by metric and minute. A minute is its number since the epoch, in minutes of ``unit`` seconds."""

    def __init__(self, unit: float) -> None:
        self.unit = unit
        self._series: dict[MetricKey, dict[int, Stat]] = {}
        self._units: dict[MetricKey, str] = {}

    def minute(self, seconds: float) -> int:
        """The minute of a point in time; a point on the border belongs to the minute that begins."""
        return int((seconds + 1e-6) // self.unit)

    def begin(self, minute: int) -> float:
        """When a minute begins, in seconds since the epoch."""
        return minute * self.unit

    def put(self, key: MetricKey, minute: int, value: Stat, unit: str | None = None) -> None:
        series = self._series.setdefault(key, {})
        if minute in series:
            series[minute].add(value)
        else:
            series[minute] = value
        if unit:
            self._units[key] = unit
        if len(series) > KEPT:
            del series[min(series)]

    def period(self, key: MetricKey, first: int, length: int) -> Stat | None:
        """What was measured in ``length`` minutes from ``first`` on; ``None`` if nothing was."""
        series = self._series.get(key)
        if not series:
            return None
        if length == 1:
            return series.get(first)
        found = [series[minute] for minute in range(first, first + length) if minute in series]
        if not found:
            return None
        whole = Stat(found[0].count, found[0].total, found[0].least, found[0].most)
        for one in found[1:]:
            whole.add(one)
        return whole

    def keys(self) -> list[MetricKey]:
        return list(self._series)

    def unit_of(self, key: MetricKey) -> str:
        return self._units.get(key, "None")
