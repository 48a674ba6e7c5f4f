"""A dashboard against Grafana's own types.

``grafana/schema.json`` is generated from the types that Grafana publishes (``grafana/types.ts`` says how): the
dashboard itself, and the options and field settings of each kind of panel, which the dashboard's type leaves open. What
is unknown to Grafana is refused there, so a misspelt key is found.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator

from tests.dashboards.asking import panels

_SCHEMA: dict[str, Any] = json.loads((Path(__file__).parent / "grafana" / "schema.json").read_text("utf-8"))
_PARTS: Mapping[str, Any] = _SCHEMA["definitions"]["Grafana"]["properties"]
# Grafana's Prometheus data source reads these from the annotation itself, where Grafana's type has no place for them.
_OF_THE_SOURCE = {"target", "titleFormat", "textFormat", "tagKeys"}
_NOTHING: Mapping[str, Any] = {"additionalProperties": False, "properties": {}}


def faults(dashboard: Mapping[str, Any]) -> list[str]:
    """What Grafana's types do not know or want otherwise: where, and what; nothing for a good dashboard."""
    found = list(_against("dashboard", {name: each for name, each in dashboard.items() if name != "annotations"}, ""))
    for annotation in dashboard.get("annotations", {}).get("list", ()):
        plain = {name: each for name, each in annotation.items() if name not in _OF_THE_SOURCE}
        found += _against("annotation", plain, f"annotation {annotation.get('name')}")
    for panel in panels(dashboard):
        found += _panel(panel)
    return found


def _panel(panel: Mapping[str, Any]) -> Iterator[str]:
    kind, where = str(panel["type"]), f"panel {panel.get('title')}"
    if kind == "row":
        return
    if kind not in _PARTS:
        yield f"{where}: there are no types here for panels of type {kind}"
        return
    fields = panel.get("fieldConfig", {})
    yield from _against(kind, panel.get("options", {}), f"{where}, options")
    yield from _against(f"{kind}-custom", fields.get("defaults", {}).get("custom", {}), f"{where}, custom")
    for override in fields.get("overrides", ()):
        custom = {
            each["id"].removeprefix("custom."): each["value"]
            for each in override["properties"]
            if each["id"].startswith("custom.")
        }
        yield from _against(f"{kind}-custom", custom, f"{where}, override")


def _against(part: str, value: Mapping[str, Any], where: str) -> Iterator[str]:
    schema = {**_PARTS[part], "definitions": _SCHEMA["definitions"]} if part in _PARTS else _NOTHING
    for error in Draft7Validator(schema).iter_errors(value):
        yield f"{where} {'/'.join(map(str, error.absolute_path))}: {error.message}"
