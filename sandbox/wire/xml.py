"""The query protocol's answers: XML, an empty list as an empty element."""

import re
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from sandbox.wire.writing import base64_text, iso8601

# XML 1.0 has no way to write these, escaped or not.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def document(operation: OperationModel, answer: Mapping[str, Any], request_id: str) -> bytes:
    """``<XResponse><XResult>…</XResult><ResponseMetadata>…`` for an operation's answer."""
    root = Element(f"{operation.name}Response", xmlns=str(operation.service_model.metadata.get("xmlNamespace", "")))
    shape = operation.output_shape
    if isinstance(shape, StructureShape):
        wrapper = shape.serialization.get("resultWrapper", f"{operation.name}Result")
        _structure(SubElement(root, wrapper), shape, answer)
    SubElement(SubElement(root, "ResponseMetadata"), "RequestId").text = request_id
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _structure(node: Element, shape: StructureShape, value: Mapping[str, Any]) -> None:
    for name, member in shape.members.items():
        if value.get(name) is not None:
            _member(node, member, member.serialization.get("name", name), value[name])


def _member(parent: Element, shape: Shape, name: str, value: Any) -> None:
    if isinstance(shape, ListShape) and shape.serialization.get("flattened"):
        for item in value:
            _member(parent, shape.member, shape.member.serialization.get("name", name), item)
        return
    node = SubElement(parent, name)
    if isinstance(shape, StructureShape):
        _structure(node, shape, value)
    elif isinstance(shape, ListShape):
        for item in value:
            _member(node, shape.member, shape.member.serialization.get("name", "member"), item)
    elif isinstance(shape, MapShape):
        _entries(node, shape, value)
    else:
        node.text = _text(shape, value)


def _entries(node: Element, shape: MapShape, value: Mapping[str, Any]) -> None:
    for key, item in value.items():
        entry = SubElement(node, "entry")
        _member(entry, shape.key, shape.key.serialization.get("name", "key"), key)
        _member(entry, shape.value, shape.value.serialization.get("name", "value"), item)


def _text(shape: Shape, value: Any) -> str:
    if shape.type_name == "timestamp":
        return iso8601(value)
    if shape.type_name == "blob":
        return base64_text(value)
    if shape.type_name in {"float", "double"}:
        return repr(float(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return _UNWRITABLE.sub("\ufffd", str(value))
