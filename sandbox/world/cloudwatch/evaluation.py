"""What a row of datapoints makes of an alarm: thresholds, M out of N, and missing data as AWS treats it."""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass

EXTRA = 2
"""How many more periods than EvaluationPeriods are looked at, to do without filled-in values (AWS.

An example has 2).
"""

BREACHES: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


@dataclass(frozen=True, slots=True)
class Criterion:
    """What an alarm asks of its datapoints; ``missing`` is TreatMissingData."""

    comparison: str
    threshold: float
    periods: int
    datapoints: int
    missing: str = "missing"

    def breached(self, value: float) -> bool:
        return BREACHES[self.comparison](value, self.threshold)


def verdict(criterion: Criterion, points: Sequence[float | None], current: str) -> str:
    """The state of an alarm after the evaluation range ``points``, newest last, if it was in ``current`` before.

    As long as the range holds as many real datapoints as EvaluationPeriods asks for, only the newest of them count;
    otherwise all real ones count and the rest is filled in (CloudWatch user guide, "Configuring how CloudWatch alarms
    treat missing data").
    """
    real = [criterion.breached(value) for value in points if value is not None]
    if len(real) >= criterion.periods:
        return _counted(criterion, real[-criterion.periods :])
    if not real:
        return _nothing(criterion, current)
    filled = criterion.periods - len(real)
    match criterion.missing:
        case "breaching":
            return _counted(criterion, [*real, *[True] * filled])
        case "notBreaching":
            return _counted(criterion, [*real, *[False] * filled])
        case _:
            return _without(criterion, points, real, current)


def _counted(criterion: Criterion, breached: Sequence[bool]) -> str:
    return "ALARM" if sum(breached) >= criterion.datapoints else "OK"


def _nothing(criterion: Criterion, current: str) -> str:
    return {"breaching": "ALARM", "notBreaching": "OK", "ignore": current}.get(criterion.missing, "INSUFFICIENT_DATA")


def _without(criterion: Criterion, points: Sequence[float | None], real: Sequence[bool], current: str) -> str:
    """Too few datapoints, and nothing to fill in: ``missing`` or ``ignore``."""
    if sum(real) >= criterion.datapoints:
        return "ALARM"
    if not all(real):
        return "OK"
    recent = points[-criterion.periods :]
    oldest = next((len(recent) - index for index, value in enumerate(recent) if value is not None), 0)
    if criterion.missing == "missing" and oldest >= criterion.datapoints:
        return "ALARM"
    return current


def settled(points: Sequence[float | None]) -> bool:
    """Whether only a new datapoint can change anything."""
    return all(value is None for value in points)


def reason(criterion: Criterion, points: Sequence[float | None], state: str) -> str:
    """Why, in CloudWatch's way of saying it."""
    real = [value for value in points if value is not None][-criterion.periods :]
    if not real:
        return _silence(criterion)
    alarm = state == "ALARM"
    shown = [value for value in real if criterion.breached(value) is alarm] or real
    listed = ", ".join(str(value) for value in shown)
    compared = WORDS[criterion.comparison] if alarm else f"not {WORDS[criterion.comparison]}"
    change = "OK -> ALARM" if alarm else "ALARM -> OK"
    return (
        f"Threshold Crossed: {len(shown)} out of the last {criterion.periods} datapoints [{listed}] were {compared} "
        f"the threshold ({criterion.threshold}) (minimum {criterion.datapoints} datapoints for {change} transition)."
    )


def _silence(criterion: Criterion) -> str:
    missing = {"breaching": "Breaching", "notBreaching": "NonBreaching"}.get(criterion.missing)
    if missing is None:
        return f"Insufficient Data: {criterion.periods} datapoints were unknown."
    return (
        f"Threshold Crossed: no datapoints were received for {criterion.periods} periods and {criterion.periods} "
        f"missing datapoints were treated as [{missing}]."
    )


WORDS = {
    "GreaterThanOrEqualToThreshold": "greater than or equal to",
    "GreaterThanThreshold": "greater than",
    "LessThanThreshold": "less than",
    "LessThanOrEqualToThreshold": "less than or equal to",
}
