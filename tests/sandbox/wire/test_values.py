"""Reading and writing by a shape, where no service of the world has the case."""

from datetime import UTC, datetime
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from botocore.model import ServiceModel

from sandbox.errors import AwsError
from sandbox.wire import cbor
from sandbox.wire.messages import Request
from sandbox.wire.protocols import CborEnvelope, JsonEnvelope
from sandbox.wire.reading import json_leaf, missing_member, read
from sandbox.wire.writing import JSON_LEAVES, PYTHON_LEAVES, Writing
from sandbox.wire.xml import document

SHAPES: dict[str, Any] = {
    "Text": {"type": "string"},
    "Int": {"type": "integer"},
    "Long": {"type": "long"},
    "Double": {"type": "double"},
    "Switch": {"type": "boolean"},
    "Bytes": {"type": "blob"},
    "Moment": {"type": "timestamp"},
    "Free": {"type": "structure", "members": {}, "document": True},
    "Trees": {"type": "list", "member": {"shape": "Tree"}},
    "ByName": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Tree"}},
    "Flat": {"type": "list", "flattened": True, "member": {"shape": "Text", "locationName": "Item"}},
    "Tree": {
        "type": "structure",
        "required": ["name"],
        "members": {
            "name": {"shape": "Text", "locationName": "Name"},
            "branches": {"shape": "Trees"},
            "named": {"shape": "ByName"},
            "number": {"shape": "Int"},
            "large": {"shape": "Long"},
            "exact": {"shape": "Double"},
            "on": {"shape": "Switch"},
            "bytes": {"shape": "Bytes"},
            "at": {"shape": "Moment"},
            "free": {"shape": "Free"},
            "flat": {"shape": "Flat"},
        },
    },
}
OPERATIONS = {"Grow": {"name": "Grow", "http": {}, "input": {"shape": "Tree"}, "output": {"shape": "Tree"}}}
METADATA = {"protocol": "json", "protocols": ["json"], "jsonVersion": "1.1", "apiVersion": "1", "serviceId": "Tree"}
SERVICE = ServiceModel({"metadata": METADATA, "shapes": SHAPES, "operations": OPERATIONS})
GROW = SERVICE.operation_model("Grow")
TREE = SERVICE.shape_for("Tree")
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_a_shape_may_contain_itself() -> None:
    tree = {"name": "a", "branches": [{"name": "b", "branches": []}], "named": {"c": {"name": "c", "at": NOON}}}
    written = Writing(JSON_LEAVES).writer(TREE)(tree)
    assert written == {
        "Name": "a",
        "branches": [{"Name": "b", "branches": []}],
        "named": {"c": {"Name": "c", "at": NOON.timestamp()}},
    }
    assert read(TREE, written, json_leaf) == tree


def test_documents_are_left_as_they_are() -> None:
    free = {"anything": [1, {"x": None}]}
    assert read(TREE, {"Name": "a", "free": free}, json_leaf) == {"name": "a", "free": free}
    assert Writing(PYTHON_LEAVES, wire_names=False).writer(TREE)({"free": free}) == {"free": free}
    assert missing_member(TREE, {"name": "a", "free": free}) is None


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ({"bytes": "AP8="}, {"bytes": b"\x00\xff"}),
        ({"at": "2026-05-01T14:00:00+02:00"}, {"at": NOON}),
        ({"at": NOON.timestamp()}, {"at": NOON}),
        ({"exact": "Infinity"}, {"exact": float("inf")}),
        ({"exact": 1}, {"exact": 1.0}),
        ({"number": 7.0}, {"number": 7}),
        ({"large": 2**62}, {"large": 2**62}),
        ({"number": None}, {}),
    ],
)
def test_json_s_ways_to_write_a_value_are_read(raw: dict[str, Any], value: dict[str, Any]) -> None:
    assert read(TREE, raw, json_leaf) == value


@pytest.mark.parametrize(
    "raw",
    [
        {"Name": 1},
        {"bytes": "*"},
        {"bytes": 1},
        {"at": True},
        {"at": "then"},
        {"at": 1e300},
        {"exact": "one"},
        {"exact": True},
        {"number": 1.5},
        {"number": True},
        {"number": "1"},
        {"number": 2**31},
        {"large": -(2**63) - 1},
        {"on": 1},
        {"branches": {}},
        {"branches": ["a"]},
        {"named": []},
    ],
)
def test_a_value_of_another_type_is_a_serialization_exception(raw: dict[str, Any]) -> None:
    with pytest.raises(AwsError) as caught:
        read(TREE, raw, json_leaf)
    assert caught.value.code == "SerializationException"


@pytest.mark.parametrize(
    ("params", "path"),
    [
        ({}, "name"),
        ({"name": "a", "branches": [{"name": "b"}, {}]}, "branches.2.name"),
        ({"name": "a", "named": {"c": {}}}, "named.c.name"),
        ({"name": "a"}, None),
    ],
)
def test_the_first_member_that_is_missing_is_found(params: dict[str, Any], path: str | None) -> None:
    assert missing_member(TREE, params) == path


def test_blobs_and_floats_cross_every_protocol() -> None:
    answer = {"name": "a", "bytes": b"\x00\xff", "exact": 3, "at": NOON, "flat": ["x", "y"], "on": False}
    request = Request("POST", "/", body=JsonEnvelope().answer(GROW, answer, "-").body)
    assert JsonEnvelope().params(request, GROW) == answer
    request = Request("POST", "/", body=CborEnvelope().answer(GROW, answer, "-").body)
    assert CborEnvelope().params(request, GROW) == answer
    assert cbor.decode(request.body)["bytes"] == b"\x00\xff"


def test_xml_writes_what_it_can() -> None:
    answer = {
        "name": "a\x00<b>",
        "bytes": b"\x00\xff",
        "exact": 0.1,
        "flat": ["x", "y"],
        "on": True,
        "named": {"c": {}},
    }
    result = fromstring(document(GROW, answer, "r")).find("GrowResult")
    assert result is not None
    assert [result.findtext(name) for name in ("Name", "bytes", "exact", "on")] == ["a\ufffd<b>", "AP8=", "0.1", "true"]
    assert [item.text for item in result.findall("Item")] == ["x", "y"]
    assert result.findtext("named/entry/key") == "c"
