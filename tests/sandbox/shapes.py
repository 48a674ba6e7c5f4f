"""Values that a shape allows, for hypothesis."""

from datetime import UTC, datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

# What XML cannot carry is tried where it is refused, not here.
_TEXT = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
_DEEPEST = 5


def values(shape: Shape, *, micros: int = 1000, depth: int = 0) -> SearchStrategy[Any]:
    """Values of the shape. ``micros`` is the grain of timestamps, in microseconds."""
    if isinstance(shape, StructureShape):
        return _structures(shape, micros, depth)
    least = int(shape.metadata.get("min", 0))
    if isinstance(shape, ListShape):
        most = max(least, 0 if depth > _DEEPEST else 3)
        return st.lists(values(shape.member, micros=micros, depth=depth + 1), min_size=least, max_size=most)
    if isinstance(shape, MapShape):
        inner = values(shape.value, micros=micros, depth=depth + 1)
        return st.dictionaries(st.text(_TEXT, min_size=1, max_size=8), inner, min_size=1, max_size=3)
    return _scalars(shape, least, micros)


def _structures(shape: StructureShape, micros: int, depth: int) -> SearchStrategy[dict[str, Any]]:
    members = {name: member for name, member in shape.members.items() if not _is_left_out(member)}
    required = {name for name in shape.required_members if name in members}
    if depth > _DEEPEST:
        members = {name: member for name, member in members.items() if name in required} or dict([*members.items()][:1])
    strategies = {name: values(member, micros=micros, depth=depth + 1) for name, member in members.items()}
    if shape.is_tagged_union:
        return st.one_of([st.fixed_dictionaries({name: strategy}) for name, strategy in strategies.items()])
    needed = required or set([*members][:1])
    return st.fixed_dictionaries(
        {name: strategies[name] for name in sorted(needed)},
        optional={name: strategy for name, strategy in strategies.items() if name not in needed},
    )


def _is_left_out(shape: Shape) -> bool:
    """Documents have no shape to follow, and a form has no way to say that an empty structure is there."""
    return isinstance(shape, StructureShape) and (shape.is_document_type or not shape.members)


def _scalars(shape: Shape, least: int, micros: int) -> SearchStrategy[Any]:
    match shape.type_name:
        case "integer":
            return st.integers(max(least, -(2**31)), 2**31 - 1)
        case "long":
            return st.integers(least, 2**63 - 1)
        case "float":
            return st.floats(least, 1e9, width=32)
        case "double":
            return st.floats(least, 1e12)
        case "boolean":
            return st.booleans()
        case "timestamp":
            return st.integers(10**9, 2 * 10**9).flatmap(lambda second: _within(second, micros))
        case "blob":
            return st.binary(max_size=20)
        case _:
            return st.text(_TEXT, min_size=least, max_size=max(least, 12))


def _within(second: int, micros: int) -> SearchStrategy[datetime]:
    grains = st.integers(0, 10**6 // micros - 1)
    return grains.map(lambda grain: datetime.fromtimestamp(second, UTC).replace(microsecond=grain * micros))
