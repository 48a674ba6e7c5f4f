"""The JSON Schema of a manifest, for editors: made from the models, so that it cannot say anything else."""

from __future__ import annotations

from typing import Any

from controller.source.manifests import Manifest


def manifest_schema() -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) of a manifest."""
    schema: dict[str, Any] = _untitled(Manifest.model_json_schema(by_alias=True))
    definitions = schema["$defs"]
    definitions["Spec"]["oneOf"] = [{"required": ["chart"]}, {"required": ["taskDefinition"]}]
    definitions["Rollout"]["oneOf"] = [{"required": ["codeDeploy"]}, {"required": ["ecs"]}]
    del definitions["Spec"]["properties"]["rollout"]["default"]
    heading = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Trueup manifest"}
    return {**heading, **schema}


def _untitled(part: Any) -> Any:
    """Leave out pydantic's titles, which only repeat names."""
    if isinstance(part, dict):
        return {
            name: _untitled(value) for name, value in part.items() if not (name == "title" and isinstance(value, str))
        }
    return [_untitled(value) for value in part] if isinstance(part, list) else part
