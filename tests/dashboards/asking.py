"""Every question that a dashboard asks, and how Grafana would put it to Prometheus."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

METRIC = re.compile(r"\b(?:trueup|process)_[a-z_]+")
_LABEL_VALUES = re.compile(r"label_values\((?P<series>.+), (?P<label>\w+)\)")


@dataclass(frozen=True, slots=True)
class Question:
    """A query: on which dashboard, in what (a panel's title, an annotation's or a variable's name), and of which kind.

    ``instant``: asked of the end of the time that is looked at, instead of the whole of it. ``legend``: what its series
    are called, of a variable the label whose values it wants.
    """

    dashboard: str
    where: str
    expression: str
    legend: str
    instant: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What Grafana knows as it asks: what was chosen in each variable, and the durations in seconds."""

    chosen: Mapping[str, tuple[str, ...]]
    range: float
    rate_interval: float


def questions(dashboard: Mapping[str, Any]) -> Iterator[Question]:
    """Every query of panels, annotations and variables."""
    title = str(dashboard["title"])
    for panel in panels(dashboard):
        for target in panel.get("targets", ()):
            yield Question(title, panel["title"], target["expr"], target["legendFormat"], bool(target.get("instant")))
    for annotation in dashboard["annotations"]["list"]:
        yield Question(title, annotation["name"], annotation["target"]["expr"], annotation["textFormat"], False)
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            found = _LABEL_VALUES.fullmatch(variable["query"]["query"])
            if found is None:
                raise ValueError(f"{title}, ${variable['name']}: {variable['query']['query']} is no label_values().")
            yield Question(title, f"${variable['name']}", found["series"], found["label"], False)


def panels(dashboard: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every panel, rows included."""
    for panel in dashboard["panels"]:
        yield panel
        yield from panel.get("panels", ())


def put(expression: str, asked: Asked) -> str:
    """The expression as Prometheus gets it. What is chosen is escaped; All is the variable's own pattern, ``.*``."""
    for name, values in asked.chosen.items():
        expression = expression.replace(f"${name}", _pattern(values))
    durations = (
        ("$__rate_interval", f"{asked.rate_interval * 1000:.0f}ms"),
        ("$__range_s", f"{asked.range:.0f}"),
        ("$__range", f"{asked.range * 1000:.0f}ms"),
    )
    for name, value in durations:
        expression = expression.replace(name, value)
    return expression


def _pattern(values: tuple[str, ...]) -> str:
    """As Grafana's data source does it for a variable of many: within a string, each backslash is written twice."""
    if not values:
        return ".*"
    escaped = [re.sub(r"[\\^$.*+?()\[\]{}|]", lambda match: rf"\\{match[0]}", value) for value in values]
    return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"
