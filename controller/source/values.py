"""A chart's values: the manifest's laid over the chart's own, and checked against the chart's schema as in Helm."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from controller.source.spelling import instead_of

_LONGEST_MESSAGE = 300
_MOST_REFUSALS = 100

ValuePath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class ValueRefusal:
    """A place in the merged values that the chart's schema does not allow."""

    path: ValuePath
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class RefusedValues:
    """Why values were not rendered."""

    refusals: tuple[ValueRefusal, ...]


Check = Callable[[Mapping[str, Any]], tuple[ValueRefusal, ...]]


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Lay `above` over `below`: maps merge, everything else replaces, null takes away."""
    result = dict(below)
    for name, value in above.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, Mapping):
            under = result.get(name)
            result[name] = merged(under if isinstance(under, Mapping) else {}, value)
        else:
            result[name] = value
    return result


class SchemaError(ValueError):
    """A values.schema.json that is no JSON Schema."""


def check_against(schema: Any) -> Check:
    """Make the check of values against a JSON Schema, of the draft that it names. Raises SchemaError.

    References stay inside the schema: nothing is ever fetched. A pattern may take any time, so this runs where
    templates do.
    """
    import jsonschema  # noqa: PLC0415  a fifth of a second, and most charts have no schema
    import referencing  # noqa: PLC0415

    kind = jsonschema.validators.validator_for(schema, jsonschema.Draft202012Validator)
    try:
        kind.check_schema(schema)
    except jsonschema.SchemaError as error:
        raise SchemaError(_cut(f"At {error.json_path}: {error.message}")) from None
    validator = kind(schema, registry=referencing.Registry())

    def check(values: Mapping[str, Any]) -> tuple[ValueRefusal, ...]:
        try:
            found = sorted(validator.iter_errors(values), key=lambda error: error.json_path)
        except referencing.exceptions.Unresolvable as error:
            raise SchemaError(f"There is no {error.ref} in it") from None
        return tuple(refusal for error in found for refusal in _refusals(error))[:_MOST_REFUSALS]

    return check


def _refusals(error: Any) -> list[ValueRefusal]:
    path = tuple(error.absolute_path)
    if error.validator == "additionalProperties" and error.validator_value is False:
        known, patterns = error.schema.get("properties", {}), error.schema.get("patternProperties", {})
        extra = [name for name in error.instance if name not in known]
        extra = [name for name in extra if not any(re.search(pattern, name) for pattern in patterns)]
        return [ValueRefusal((*path, name), f"There is no value {name}", instead_of(name, known)) for name in extra]
    return [ValueRefusal(path, _cut(error.message), "values.schema.json of the chart says what it may be.")]


def _cut(message: str) -> str:
    return message if len(message) <= _LONGEST_MESSAGE else f"{message[:_LONGEST_MESSAGE]}…"
