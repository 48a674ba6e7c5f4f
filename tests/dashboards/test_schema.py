"""The dashboards against Grafana's own types, and these against dashboards that are wrong."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.dashboards.made import dashboards
from tests.dashboards.schema import faults

DASHBOARDS = {name: json.loads(text) for name, text in dashboards().items()}


@pytest.mark.parametrize("name", DASHBOARDS)
def test_a_dashboard_is_as_grafana_s_types_want_it(name: str) -> None:
    assert faults(DASHBOARDS[name]) == []


def _first(dashboard: dict[str, Any], kind: str) -> dict[str, Any]:
    found: dict[str, Any] = next(panel for panel in dashboard["panels"] if panel["type"] == kind)
    return found


SPOILT: dict[str, Callable[[dict[str, Any]], object]] = {
    "a key of the dashboard that there is not": lambda one: one.update(tittle="x"),
    "a title that is a number": lambda one: one.update(title=7),
    "a place on the grid without a width": lambda one: one["panels"][1]["gridPos"].pop("w"),
    "a key of a panel that there is not": lambda one: one["panels"][1].update(descripton="x"),
    "a colour mode that there is not": lambda one: _first(one, "stat")["options"].update(colorMode="loud"),
    "an option of a panel that there is not": lambda one: _first(one, "timeseries")["options"].update(legnd={}),
    "a way of drawing that there is not": lambda one: _first(one, "timeseries")["fieldConfig"]["defaults"][
        "custom"
    ].update(drawStyle="crayon"),
    "a threshold without a colour": lambda one: _first(one, "stat")["fieldConfig"]["defaults"]["thresholds"]["steps"][
        0
    ].pop("color"),
    "a variable of a type that there is not": lambda one: one["templating"]["list"][0].update(type="guess"),
    "an annotation without a colour": lambda one: one["annotations"]["list"][0].pop("iconColor"),
    "a key of an annotation that there is not": lambda one: one["annotations"]["list"][0].update(titleFromat="x"),
    "a panel of a type that there are no types for": lambda one: one["panels"][1].update(type="pie"),
    "a setting of a column that there is not": lambda one: _first(one, "table")["fieldConfig"]["overrides"][0][
        "properties"
    ][0].update(id="custom.widht"),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_what_grafana_does_not_know_is_found(spoil: Callable[[dict[str, Any]], object]) -> None:
    spoilt = copy.deepcopy(DASHBOARDS["trueup-rollouts.json"])
    spoil(spoilt)
    assert faults(spoilt) != []
