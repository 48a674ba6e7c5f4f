"""The query protocol's forms, where they are not as botocore writes them."""

from typing import Any

import pytest
from botocore.model import ShapeResolver

from sandbox.errors import AwsError
from sandbox.wire.forms import fields, params
from sandbox.wire.messages import Request
from tests.sandbox.spoken import operation

SHAPES: dict[str, Any] = {
    "Text": {"type": "string"},
    "Number": {"type": "integer"},
    "Switch": {"type": "boolean"},
    "Bytes": {"type": "blob"},
    "Moment": {"type": "timestamp"},
    "Names": {"type": "list", "flattened": True, "member": {"shape": "Text"}},
    "Renamed": {"type": "list", "flattened": True, "member": {"shape": "Text", "locationName": "Item"}},
    "Tags": {"type": "map", "flattened": True, "key": {"shape": "Text"}, "value": {"shape": "Text"}},
    "Plain": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Number"}},
    "Form": {
        "type": "structure",
        "members": {
            "Names": {"shape": "Names"},
            "Renamed": {"shape": "Renamed"},
            "Tags": {"shape": "Tags"},
            "Plain": {"shape": "Plain"},
            "On": {"shape": "Switch"},
            "Blob": {"shape": "Bytes"},
            "When": {"shape": "Moment"},
        },
    },
}
FLAT = ShapeResolver(SHAPES).get_shape_by_name("Form")


def test_fields_come_from_the_body_and_from_the_query() -> None:
    request = Request("POST", "/", "Action=A&X=", {}, b"Y=1%202")
    assert fields(request) == {"Action": "A", "X": "", "Y": "1 2"}


def test_flattened_lists_and_maps_are_read() -> None:
    form = {"Names.2": "b", "Names.1": "a", "Item.1": "i", "Tags.1.key": "k", "Tags.1.value": "v"}
    numbers = {"Plain.entry.1.key": "n", "Plain.entry.1.value": "7"}
    read = {"Names": ["a", "b"], "Renamed": ["i"], "Tags": {"k": "v"}, "Plain": {"n": 7}}
    assert params(form | numbers, FLAT) == read


def test_numbers_need_not_be_without_gaps() -> None:
    listeners = operation("elbv2", "DescribeListeners").input_shape
    form = {"ListenerArns.member.10": "c", "ListenerArns.member.2": "b", "ListenerArns.member.x": "no"}
    assert params(form, listeners) == {"ListenerArns": ["b", "c"]}


def test_an_empty_list_is_a_list() -> None:
    assert params({"ListenerArns": ""}, operation("elbv2", "DescribeListeners").input_shape) == {"ListenerArns": []}


def test_what_the_model_does_not_have_is_passed_over() -> None:
    assert params({"Nonsense.member.1": "x", "Action": "A"}, FLAT) == {}


@pytest.mark.parametrize(
    "field",
    [{"On": "perhaps"}, {"Blob": "*"}, {"When": "then"}, {"Plain.entry.1.key": "a", "Plain.entry.1.value": "1.5"}],
)
def test_a_value_of_another_type_is_refused(field: dict[str, str]) -> None:
    with pytest.raises(AwsError, match="not a valid") as caught:
        params(field, FLAT)
    assert caught.value.code == "MalformedInput"
