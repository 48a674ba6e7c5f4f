"""One chart, ready to render: its schema to check values with, its templates in their sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from controller.source.template_sandbox import environment_for
from controller.source.templating import Rendered, RenderFailure, render
from controller.source.values import Check, RefusedValues, SchemaError, check_against

SCHEMA_FILE = "values.schema.json"

Rendering = Rendered | RenderFailure | RefusedValues


@dataclass(frozen=True, slots=True)
class ChartTemplates:
    """What of a chart takes part in a rendering: templates by their path in it, which one begins, its schema."""

    files: Mapping[str, str]
    entry: str
    schema: Any = None


class ChartSandbox:
    """Renders one chart any number of times."""

    def __init__(self, templates: ChartTemplates) -> None:
        self._templates = templates
        self._environment = environment_for(templates.files)
        self._check: Check | None = None

    def prepare(self) -> None:
        """Load what checking values takes, if there is a schema: that is none of a rendering's time."""
        if self._templates.schema is not None:
            import jsonschema  # noqa: F401, PLC0415  a fifth of a second, and most charts have no schema

    def render(self, context: Mapping[str, Any], most: int) -> Rendering:
        """Check `context["values"]`, then render into at most `most` characters. Raises MemoryError only."""
        try:
            refusals = self._refusals(context["values"])
        except (SchemaError, RecursionError) as error:
            return RenderFailure(f"This is no JSON Schema. {error}", "See json-schema.org.", SCHEMA_FILE)
        if refusals:
            return RefusedValues(refusals)
        return render(self._environment, self._templates.entry, context, most)

    def _refusals(self, values: Any) -> Any:
        if self._templates.schema is None:
            return ()
        if self._check is None:
            self._check = check_against(self._templates.schema)
        return self._check(values)
