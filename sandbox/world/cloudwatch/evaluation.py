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
class Test:
    """What an alarm asks of its datapoints; ``missing`` is TreatMissingData."""

    comparison: str
    threshold: float
    periods: int
    datapoints: int
    missing: str = "missing"

    def breached(self, value: float) -> bool:
        return BREACHES[self.comparison](value, self.threshold)


def verdict(test: Test, points: Sequence[float | None], current: str) -> str:
    """The state of an alarm after the evaluation range ``points``, newest last, if it was in ``current`` before.

    As long as the range holds as many real datapoints as EvaluationPeriods asks for, only the newest of them count;
    otherwise all real ones count and the rest is filled in (CloudWatch user guide, "Configuring how CloudWatch alarms
    treat missing data").
    """
    real = [test.breached(value) for value in points if value is not None]
    if len(real) >= test.periods:
        return _counted(test, real[-test.periods :])
    if not real:
        return _nothing(test, current)
    filled = test.periods - len(real)
    match test.missing:
        case "breaching":
            return _counted(test, [*real, *[True] * filled])
        case "notBreaching":
            return _counted(test, [*real, *[False] * filled])
        case _:
            return _without(test, points, real, current)


def _counted(test: Test, breached: Sequence[bool]) -> str:
    return "ALARM" if sum(breached) >= test.datapoints else "OK"


def _nothing(test: Test, current: str) -> str:
    return {"breaching": "ALARM", "notBreaching": "OK", "ignore": current}.get(test.missing, "INSUFFICIENT_DATA")


def _without(test: Test, points: Sequence[float | None], real: Sequence[bool], current: str) -> str:
    """Too few datapoints, and nothing to fill in: ``missing`` or ``ignore``."""
    if sum(real) >= test.datapoints:
        return "ALARM"
    if not all(real):
        return "OK"
    recent = points[-test.periods :]
    oldest = next((len(recent) - index for index, value in enumerate(recent) if value is not None), 0)
    if test.missing == "missing" and oldest >= test.datapoints:
        return "ALARM"
    return current


def settled(points: Sequence[float | None]) -> bool:
    """Whether only a new datapoint can change anything."""
    return all(value is None for value in points)


def reason(test: Test, points: Sequence[float | None], state: str) -> str:
    """Why, in CloudWatch's way of saying it."""
    real = [value for value in points if value is not None][-test.periods :]
    if not real:
        missing = {"breaching": "Breaching", "notBreaching": "NonBreaching"}.get(test.missing)
        if missing is None:
            return f"Insufficient Data: {test.periods} datapoints were unknown."
        return (
            f"Threshold Crossed: no datapoints were received for {test.periods} periods and {test.periods} missing "
            f"datapoints were treated as [{missing}]."
        )
    breached = [value for value in real if test.breached(value)]
    shown = breached if state == "ALARM" else [value for value in real if not test.breached(value)] or real
    listed = ", ".join(str(value) for value in shown)
    words = WORDS[test.comparison]
    change = "OK -> ALARM" if state == "ALARM" else "ALARM -> OK"
    count = len(shown)
    negated = "" if state == "ALARM" else "not "
    return (
        f"Threshold Crossed: {count} out of the last {test.periods} datapoints [{listed}] were {negated}{words} the "
        f"threshold ({test.threshold}) (minimum {test.datapoints} datapoints for {change} transition)."
    )


WORDS = {
    "GreaterThanOrEqualToThreshold": "greater than or equal to",
    "GreaterThanThreshold": "greater than",
    "LessThanThreshold": "less than",
    "LessThanOrEqualToThreshold": "less than or equal to",
}
