"""Metric data queries, as alarms and GetMetricData write them: metrics and expressions over them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.world.cloudwatch.expressions import ExpressionError, Row, evaluate
from sandbox.world.cloudwatch.metrics import Metrics, metric_key

Grid = tuple[int, int, int]
"""The first minute, the length of a period in minutes, and how many periods there are."""


def rows(metrics: Metrics, queries: Sequence[Mapping[str, Any]], grid: Grid) -> dict[str, Row]:
    """The rows that are to be returned, by id. Expressions may build on one another. Raises ``ExpressionError``."""
    first, length, count = grid
    known: dict[str, Row] = {}
    for query in queries:
        if query.get("MetricStat"):
            stat = query["MetricStat"]
            metric = stat["Metric"]
            key = metric_key(metric.get("Namespace") or "", metric.get("MetricName") or "", metric.get("Dimensions"))
            starts = (first + index * length for index in range(count))
            found = (metrics.period(key, start, length) for start in starts)
            known[query["Id"]] = tuple(None if one is None else one.read(stat["Stat"]) for one in found)
    _compute(known, [query for query in queries if query.get("Expression")], count)
    return {query["Id"]: known[query["Id"]] for query in queries if query.get("ReturnData", True)}


def _compute(known: dict[str, Row], expressions: list[Mapping[str, Any]], count: int) -> None:
    """In whatever order they build on one another; METRICS() means the metrics alone."""
    waiting = list(expressions)
    while waiting:
        failed: ExpressionError | None = None
        for query in list(waiting):
            try:
                known[query["Id"]] = evaluate(query["Expression"], known, count)
            except ExpressionError as error:
                failed = error
            else:
                waiting.remove(query)
                break
        else:
            if failed is not None:
                raise failed
