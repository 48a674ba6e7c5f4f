"""What came in, as the shape says it must be: one walk for every protocol."""

import base64
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from botocore.utils import parse_to_aware_datetime

from sandbox.errors import AwsError
from sandbox.wire.models import members

Leaf = Callable[[Shape, Any], Any]
"""A scalar as it came, into what the world is given. ValueError or TypeError for what it cannot be."""

_INTEGERS = {"integer": 31, "long": 63}


def read(shape: Shape, raw: Any, leaf: Leaf) -> Any:
    """``raw`` in the world's types: unknown members and nulls left out; ``AwsError`` where a type is wrong."""
    if isinstance(shape, StructureShape):
        if shape.is_document_type:
            return raw
        return _structure(shape, _expect(dict, raw, shape), leaf)
    if isinstance(shape, ListShape):
        return [read(shape.member, item, leaf) for item in _expect(list, raw, shape)]
    if isinstance(shape, MapShape):
        return {str(key): read(shape.value, value, leaf) for key, value in _expect(dict, raw, shape).items()}
    try:
        return leaf(shape, raw)
    except (ValueError, TypeError, OverflowError, OSError):
        raise _refusal(raw, shape) from None


def missing_member(shape: Shape | None, params: Any, path: str = "") -> str | None:
    """The path of the first required member that is not there (``targetGroups.0.arn``), or None."""
    for name, member in members(shape).items():
        here = f"{path}.{name}" if path else name
        if name not in params:
            if isinstance(shape, StructureShape) and name in shape.required_members:
                return here
            continue
        if (found := _missing_within(member, params[name], here)) is not None:
            return found
    return None


def required(operation: OperationModel, params: Mapping[str, Any], code: str) -> None:
    """``AwsError`` when a required member is missing.

    Its code is ``<Member>RequiredException`` where the operation has such an error, else ``code``.
    """
    path = missing_member(operation.input_shape, params)
    if path is None:
        return
    own = f"{path[:1].upper()}{path[1:]}RequiredException"
    named = own if own in {shape.name for shape in operation.error_shapes} else code
    raise AwsError(
        named,
        f"1 validation error detected: Value null at '{path}' failed to satisfy constraint: Member must not be null",
    )


def json_leaf(shape: Shape, raw: Any) -> Any:
    """JSON's scalars: timestamps are epoch seconds (or ISO 8601), blobs are base64."""
    if shape.type_name == "blob":
        return base64.b64decode(_text(raw), validate=True)
    return strict_leaf(shape, raw)


def strict_leaf(shape: Shape, raw: Any) -> Any:
    """Scalars that carry their own type, as in CBOR and, blobs apart, in JSON."""
    kind = shape.type_name
    if kind in _INTEGERS:
        return _integer(raw, _INTEGERS[kind])
    if kind in {"float", "double"}:
        return _float(raw)
    if kind == "boolean":
        return _of(bool, raw)
    if kind == "timestamp":
        return _instant(raw)
    return _of(bytes, raw) if kind == "blob" else _text(raw)


def python_leaf(shape: Shape, raw: Any) -> Any:
    """Scalars as a Python caller may give them to botocore, whose validator has seen them."""
    if shape.type_name == "blob":
        return raw.encode() if isinstance(raw, str) else bytes(raw)
    if shape.type_name in {"float", "double"}:
        return float(raw)
    return _instant(raw) if shape.type_name == "timestamp" else raw


def text_leaf(shape: Shape, raw: str) -> Any:
    """Scalars of a form, where everything is text."""
    kind = shape.type_name
    if kind in _INTEGERS:
        return _integer(int(raw), _INTEGERS[kind])
    if kind in {"float", "double"}:
        return float(raw)
    if kind == "boolean":
        return {"true": True, "false": False}[raw.lower()] if raw.lower() in {"true", "false"} else _of(bool, raw)
    if kind == "timestamp":
        return _instant(raw)
    return base64.b64decode(raw, validate=True) if kind == "blob" else raw


def _structure(shape: StructureShape, raw: Mapping[str, Any], leaf: Leaf) -> dict[str, Any]:
    found = {}
    for name, member in shape.members.items():
        value = raw.get(member.serialization.get("name", name))
        if value is not None:
            found[name] = read(member, value, leaf)
    return found


def _missing_within(shape: Shape, value: Any, path: str) -> str | None:
    if isinstance(shape, StructureShape):
        return None if shape.is_document_type else missing_member(shape, value, path)
    items: list[tuple[Any, Any]] = []
    inner = shape
    if isinstance(shape, ListShape):
        inner, items = shape.member, list(enumerate(value, 1))
    elif isinstance(shape, MapShape):
        inner, items = shape.value, list(value.items())
    found = (_missing_within(inner, item, f"{path}.{key}") for key, item in items)
    return next((path for path in found if path is not None), None)


def _expect(kind: type, raw: Any, shape: Shape) -> Any:
    if isinstance(raw, tuple) and kind is list:
        return raw
    if not isinstance(raw, kind):
        raise _refusal(raw, shape)
    return raw


def _refusal(raw: Any, shape: Shape) -> AwsError:
    return AwsError(
        "SerializationException", f"{type(raw).__name__} can not be converted to {shape.type_name} ({shape.name})"
    )


def _of(kind: type, raw: Any) -> Any:
    if not isinstance(raw, kind):
        raise TypeError
    return raw


def _text(raw: Any) -> str:
    if not isinstance(raw, str):
        raise TypeError
    return raw


def _integer(raw: Any, bits: int) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int | float) or int(raw) != raw:
        raise TypeError
    if not -(2**bits) <= raw < 2**bits:
        raise OverflowError
    return int(raw)


def _float(raw: Any) -> float:
    if isinstance(raw, str) and raw in {"NaN", "Infinity", "-Infinity"}:
        return float(raw)
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise TypeError
    return float(raw)


def _instant(raw: Any) -> datetime:
    if isinstance(raw, bool) or not isinstance(raw, int | float | str | datetime):
        raise TypeError
    if isinstance(raw, int | float):
        return datetime.fromtimestamp(raw, UTC)
    moment: datetime = parse_to_aware_datetime(raw)  # type: ignore[arg-type]  # its stub forgets datetimes
    return moment.astimezone(UTC)
