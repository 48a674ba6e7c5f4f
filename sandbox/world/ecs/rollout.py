"""The arithmetic of a rolling deployment: what may start and what may stop, and when failure is failure."""

import math
from typing import Any

LEAST_FAILURES = 3
MOST_FAILURES = 200


def failure_threshold(breaker: dict[str, Any], desired: int) -> int:
    """How many failed tasks make a failed deployment.

    Source: ECS API reference, ThresholdConfiguration; the bounds, ServiceDeploymentCircuitBreaker.
    """
    given = breaker["thresholdConfiguration"]
    if given["type"] == "COUNT":
        return int(given["value"])
    share: int = math.ceil(desired * given["value"] / 100)
    if given["type"] == "UNBOUNDED_PERCENT":
        return max(1, share)
    return min(MOST_FAILURES, max(LEAST_FAILURES, share))


def may_start(configuration: dict[str, Any], desired: int, wanted: int) -> int:
    """How many tasks may start beside ``wanted`` ones of all versions: ``maximumPercent``, rounded down."""
    most: int = math.floor(desired * configuration["maximumPercent"] / 100)
    return max(0, most - wanted)


def may_stop(configuration: dict[str, Any], desired: int, ready: int) -> int:
    """How many of ``ready`` tasks of all versions may stop: ``minimumHealthyPercent``, rounded up."""
    fewest: int = math.ceil(desired * configuration["minimumHealthyPercent"] / 100)
    return max(0, ready - fewest)
