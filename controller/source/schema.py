"""The JSON Schema of a manifest, for editors: made from the models, so that it cannot say anything else.

AWS's own fields are open in it, but for the bounds of those that have some.
"""

from __future__ import annotations

from typing import Any

from controller.source.manifests import Manifest
from reconcilers.aws import counts


def manifest_schema() -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) of a manifest."""
    schema: dict[str, Any] = _untitled(Manifest.model_json_schema(by_alias=True))
    definitions = schema["$defs"]
    definitions["Spec"]["oneOf"] = [{"required": ["chart"]}, {"required": ["taskDefinition"]}]
    definitions["Rollout"]["oneOf"] = [{"required": ["codeDeploy"]}, {"required": ["ecs"]}]
    del definitions["Spec"]["properties"]["rollout"]["default"]
    definitions["Spec"]["properties"]["serviceDefinition"]["properties"] = _bounded(counts.SERVICE)
    definitions["Ecs"]["properties"] |= _bounded(counts.DEPLOYMENT)
    heading = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Trueup manifest"}
    return {**heading, **schema}


def _bounded(of: counts.Counts) -> dict[str, Any]:
    """Give the properties that keep numbers within their bounds."""
    return {
        name: _number(inner) if isinstance(inner, counts.Bounds) else {"type": "object", "properties": _bounded(inner)}
        for name, inner in of.items()
    }


def _number(bounds: counts.Bounds) -> dict[str, Any]:
    most = {} if bounds.most is None else {"maximum": bounds.most}
    return {"type": bounds.kind, "minimum": bounds.least, **most}


def _untitled(part: Any) -> Any:
    """Leave out pydantic's titles, which only repeat names."""
    if isinstance(part, dict):
        return {
            name: _untitled(value) for name, value in part.items() if not (name == "title" and isinstance(value, str))
        }
    return [_untitled(value) for value in part] if isinstance(part, list) else part
