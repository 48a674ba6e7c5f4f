"""How small and how large a service's numbers may be, where botocore's model does not say it and AWS does.

What of a grace period, bake times, steps and canaries is possible is in the ECS API reference (UpdateService,
DeploymentConfiguration). No count is below zero, and of both percentages at 100 AWS says that this blocks deployments.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeGuard

_DAY = 1440  # minutes
_WHOLE = 100  # percent

Place = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the most that a number may be. ``kind`` is JSON Schema's word for it."""

    least: float
    most: float | None = None
    kind: str = "integer"

    def beyond(self, value: float) -> str | None:
        """What is wrong with a value; ``None`` for nothing."""
        if value < self.least:
            return f"must be at least {self.least}, and is {value}."
        if self.most is not None and value > self.most:
            return f"must be at most {self.most}, and is {value}."
        return None


Counts: TypeAlias = Mapping[str, "Bounds | Counts"]

DEPLOYMENT: Counts = {
    "maximumPercent": Bounds(0),
    "minimumHealthyPercent": Bounds(0),
    "bakeTimeInMinutes": Bounds(0, _DAY),
    "deploymentCircuitBreaker": {"thresholdConfiguration": {"value": Bounds(0)}},
    "linearConfiguration": {"stepPercent": Bounds(3, _WHOLE, "number"), "stepBakeTimeInMinutes": Bounds(0, _DAY)},
    "canaryConfiguration": {"canaryPercent": Bounds(0.1, _WHOLE, "number"), "canaryBakeTimeInMinutes": Bounds(0, _DAY)},
}
SERVICE: Counts = {
    "desiredCount": Bounds(0),
    "healthCheckGracePeriodSeconds": Bounds(0, 2**31 - 1),
    "deploymentConfiguration": DEPLOYMENT,
}


def of_service(declared: Any) -> Iterator[tuple[Place, str]]:
    """What AWS would refuse of UpdateService's fields, as (where, why). What is no number is for others to judge."""
    yield from _beyond((), SERVICE, declared)
    if isinstance(declared, Mapping):
        yield from _blocked(("deploymentConfiguration",), declared.get("deploymentConfiguration"))


def of_deployment(declared: Any) -> Iterator[tuple[Place, str]]:
    """The same of a deploymentConfiguration alone."""
    yield from _beyond((), DEPLOYMENT, declared)
    yield from _blocked((), declared)


def _beyond(at: Place, counts: Counts, declared: Any) -> Iterator[tuple[Place, str]]:
    if not isinstance(declared, Mapping):
        return
    for name, inner in counts.items():
        value, place = declared.get(name), (*at, name)
        if not isinstance(inner, Bounds):
            yield from _beyond(place, inner, value)
        elif _is_number(value) and (why := inner.beyond(value)) is not None:
            yield place, why


def _blocked(at: Place, declared: Any) -> Iterator[tuple[Place, str]]:
    """Where no task may stop before another has started, and none may start either."""
    if not isinstance(declared, Mapping):
        return
    most, fewest = declared.get("maximumPercent"), declared.get("minimumHealthyPercent")
    if _is_number(most) and _is_number(fewest) and most <= _WHOLE <= fewest:
        why = f"must be above {_WHOLE} where minimumHealthyPercent is {fewest}, and is {most}: nothing can be deployed."
        yield (*at, "maximumPercent"), f"{why} Raise it, or lower minimumHealthyPercent."


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
