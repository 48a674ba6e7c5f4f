"""The query protocol's requests: parameters flattened into a form."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from botocore.model import ListShape, MapShape, Shape, StructureShape

from sandbox.errors import AwsError
from sandbox.wire.messages import Request
from sandbox.wire.reading import text_leaf

_ACTION = re.compile(rb"(?:^|&)Action=(\w{1,128})(?=&|$)")

Form = Mapping[str, str]
# A form's dotted names as a tree; what stands at a name itself is under the empty name.
Tree = dict[str, Any]


def fields(request: Request) -> Form:
    """The form's fields, wherever they stand: in the body, or in the query string of a GET."""
    texts = (request.query, request.body.decode())
    return dict(pair for text in texts for pair in parse_qsl(text, keep_blank_values=True, max_num_fields=100_000))


def action(request: Request) -> str | None:
    """What the form asks for, however the rest of it looks."""
    texts = (request.query.encode(), request.body)
    found = next((match for text in texts if (match := _ACTION.search(text))), None)
    return found[1].decode() if found else None


def params(form: Form, shape: Shape | None) -> dict[str, Any]:
    """The form as nested parameters. ``AwsError`` where a value is not of its type."""
    return _structure(_tree(form), shape) if isinstance(shape, StructureShape) else {}


def _tree(form: Form) -> Tree:
    root: Tree = {}
    for name, text in form.items():
        node = root
        for part in name.split("."):
            node = node.setdefault(part, {})
        node[""] = text
    return root


def _structure(tree: Tree, shape: StructureShape) -> dict[str, Any]:
    found = {}
    for name, member in shape.members.items():
        node = tree.get(_wire_name(member, name))
        if node is not None:
            value = _value(node, member, name)
            if value is not None:
                found[name] = value
    return found


def _wire_name(member: Shape, name: str) -> str:
    if isinstance(member, ListShape) and _is_flat(member) and "name" in member.member.serialization:
        return str(member.member.serialization["name"])
    return str(member.serialization.get("name", name))


def _value(node: Tree, shape: Shape, name: str) -> Any:
    if isinstance(shape, StructureShape):
        return _structure(node, shape)
    if isinstance(shape, ListShape):
        return _list(node, shape, name)
    if isinstance(shape, MapShape):
        return _map(node, shape, name)
    if "" not in node:
        return None
    try:
        return text_leaf(shape, node[""])
    except (ValueError, TypeError, OverflowError, OSError):
        raise AwsError("MalformedInput", f"{name}: not a valid {shape.type_name}.") from None


def _is_flat(shape: Shape) -> bool:
    return bool(shape.serialization.get("flattened"))


def _list(node: Tree, shape: ListShape, name: str) -> list[Any] | None:
    entries = node if _is_flat(shape) else node.get(shape.member.serialization.get("name", "member"), {})
    items = [_value(entry, shape.member, name) for entry in _numbered(entries)]
    return items if items or "" in node else None


def _map(node: Tree, shape: MapShape, name: str) -> dict[str, Any]:
    entries = node if _is_flat(shape) else node.get("entry", {})
    key, value = shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value")
    return {
        entry[key][""]: _value(entry.get(value, {}), shape.value, name)
        for entry in _numbered(entries)
        if "" in entry.get(key, {})
    }


def _numbered(entries: Tree) -> Iterable[Tree]:
    """The entries in the order of their numbers, which need not be without gaps."""
    numbers = [number for number in entries if number.isdecimal() and len(number) < 8]
    return (entries[number] for number in sorted(numbers, key=int))
