from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.source.values import SchemaError, ValueRefusal, check_against, merged
from tests.examples import examples

VALUES = st.dictionaries(
    st.sampled_from("abc"),
    st.recursive(
        st.integers() | st.lists(st.integers(), max_size=2),
        lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
        max_leaves=5,
    ),
    max_size=3,
)


def test_maps_merge_and_everything_else_replaces() -> None:
    below = {"a": {"x": 1, "y": [1, 2]}, "b": 1}
    assert merged(below, {"a": {"y": [3], "z": 3}, "b": {"c": 2}}) == {"a": {"x": 1, "y": [3], "z": 3}, "b": {"c": 2}}


def test_null_takes_a_value_away() -> None:
    assert merged({"a": 1, "b": {"c": 1, "d": 2}}, {"a": None, "b": {"c": None}, "e": None}) == {"b": {"d": 2}}


def test_null_inside_a_new_map_takes_nothing_along() -> None:
    assert merged({}, {"a": {"b": None, "c": 1}}) == {"a": {"c": 1}}


@given(VALUES)
@settings(max_examples=examples(50))
def test_nothing_laid_over_changes_nothing(values: dict[str, Any]) -> None:
    assert merged(values, {}) == values
    assert merged({}, values) == values
    assert merged(values, values) == values


@given(VALUES, VALUES, VALUES)
@settings(max_examples=examples(50))
def test_merging_leaves_its_arguments_alone_and_the_upper_wins(
    low: dict[str, Any], middle: dict[str, Any], high: dict[str, Any]
) -> None:
    before = repr((low, middle, high))
    result = merged(merged(low, middle), high)
    assert repr((low, middle, high)) == before
    assert all(result[name] == value for name, value in high.items() if not isinstance(value, dict))


def refusals(schema: Any, values: dict[str, Any]) -> tuple[ValueRefusal, ...]:
    return check_against(schema)(values)


def test_a_value_of_the_wrong_type_is_named() -> None:
    (refusal,) = refusals({"properties": {"port": {"type": "integer"}}}, {"port": "80"})
    assert refusal.path == ("port",)
    assert refusal.message == "'80' is not of type 'integer'"


def test_an_unknown_value_gets_the_nearest_name() -> None:
    schema = {"properties": {"dbHost": {}}, "patternProperties": {"^x-": {}}, "additionalProperties": False}
    assert refusals(schema, {"dbHosst": 1, "x-a": 1}) == (
        ValueRefusal(("dbHosst",), "There is no value dbHosst", "Did you mean dbHost?"),
    )


def test_all_refusals_come_at_once() -> None:
    schema = {"required": ["a"], "properties": {"b": {"type": "string"}, "c": {"maximum": 1}}}
    assert len(refusals(schema, {"b": 1, "c": 2})) == 3


def test_a_long_message_is_cut() -> None:
    (refusal,) = refusals({"const": "y" * 999}, {})
    assert len(refusal.message) == 301


@pytest.mark.parametrize("schema", [{"type": "nothing"}, [], {"properties": []}])
def test_what_is_no_schema_is_refused(schema: Any) -> None:
    with pytest.raises(SchemaError):
        check_against(schema)


@pytest.mark.parametrize("reference", ["#/$defs/missing", "http://127.0.0.1:9/schema", "file:///etc/passwd"])
def test_a_schema_fetches_nothing(reference: str) -> None:
    with pytest.raises(SchemaError, match="There is no"):
        refusals({"$ref": reference}, {})


def test_an_older_draft_is_understood() -> None:
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "definitions": {"a": {"type": "string"}},
        "properties": {"b": {"$ref": "#/definitions/a"}},
    }
    assert len(refusals(schema, {"b": 1})) == 1
