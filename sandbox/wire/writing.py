"""What goes out: only what the shape has, each leaf as the protocol spells it.

Answers are large (a hundred events with every service), so a shape is compiled once into nested closures.
"""

import base64
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

Writer = Callable[[Any], Any]


class Writing:
    """Writers for the shapes of one service: ``writer(shape)(value)`` is the value as the protocol wants it.

    ``leaves`` maps a shape's type to how its scalars are written; a type that is not there goes out as it is.
    """

    def __init__(self, leaves: Mapping[str, Writer], *, wire_names: bool = True) -> None:
        self._leaves = leaves
        self._wire_names = wire_names
        self._writers: dict[str, Writer] = {}

    def writer(self, shape: Shape) -> Writer:
        """The writer of a shape, made when first asked for."""
        if shape.type_name not in {"structure", "list", "map"}:
            return self._leaves.get(shape.type_name, _as_it_is)
        if shape.name not in self._writers:
            self._writers[shape.name] = self._later(shape.name)
            self._writers[shape.name] = self._compiled(shape)
        return self._writers[shape.name]

    def _later(self, name: str) -> Writer:
        """For a shape that contains itself: which writer it is, is asked when it is used."""

        def write(value: Any) -> Any:
            return self._writers[name](value)

        return write

    def _compiled(self, shape: Shape) -> Writer:
        if isinstance(shape, ListShape):
            item = self.writer(shape.member)
            return list if item is _as_it_is else lambda value: [item(each) for each in value]
        if isinstance(shape, MapShape):
            inner = self.writer(shape.value)
            return lambda value: {key: inner(each) for key, each in value.items()}
        if isinstance(shape, StructureShape) and not shape.is_document_type:
            return _structure({name: self._named(name, member) for name, member in shape.members.items()})
        return _as_it_is

    def _named(self, name: str, member: Shape) -> tuple[str, Writer]:
        return (member.serialization.get("name", name) if self._wire_names else name), self.writer(member)


def epoch(value: datetime | float) -> float:
    """A timestamp as JSON and CBOR carry it: seconds since the epoch, to the millisecond as AWS gives them."""
    return round(value.timestamp() if isinstance(value, datetime) else value, 3)


def instant(value: datetime | float) -> datetime:
    """A timestamp as a Python caller gets it: aware, to the millisecond."""
    return datetime.fromtimestamp(epoch(value), UTC)


def iso8601(value: datetime | float) -> str:
    """A timestamp as XML carries it."""
    return instant(value).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def base64_text(value: bytes | str) -> str:
    """A blob as JSON and XML carry it."""
    return base64.b64encode(value.encode() if isinstance(value, str) else value).decode()


def _as_it_is(value: Any) -> Any:
    return value


def _structure(writers: Mapping[str, tuple[str, Writer]]) -> Writer:
    def write(value: Mapping[str, Any]) -> dict[str, Any]:
        written = {}
        for name, each in value.items():
            known = writers.get(name)
            if known is not None and each is not None:
                written[known[0]] = known[1](each)
        return written

    return write


JSON_LEAVES: Mapping[str, Writer] = {"timestamp": epoch, "blob": base64_text, "float": float, "double": float}
PYTHON_LEAVES: Mapping[str, Writer] = {"timestamp": instant, "float": float, "double": float}
