"""Ignoring when writing: what a new revision says where somebody else has the say."""

from collections.abc import Mapping, Sequence
from typing import Any

from reconcilers.digits import number
from reconcilers.pointer import Pointer
from reconcilers.shape import Entries, Record, Shape, Values
from reconcilers.task_definition import shape_of


def carry_ignored(
    declared: Mapping[str, Any], live: Mapping[str, Any], ignore: tuple[Pointer, ...]
) -> Mapping[str, Any]:
    """``declared`` with the values of ``live`` at the pointers of ``ignore`` that lead into a task definition.

    What live lacks there, the result lacks too; below a container or the like that live lacks, the declared stands.
    Nothing is changed in place.
    """
    carried: Any = declared
    for pointer in ignore:
        root, *names = pointer.tokens
        if root == "taskDefinition":
            carried = _carried(shape_of(declared), carried, live, names)
    result: Mapping[str, Any] = carried
    return result


def _carried(shape: Shape | None, declared: Any, live: Any, names: Sequence[str]) -> Any:
    """``declared`` with what stands in ``live`` at ``names``, both of them JSON as AWS spells it."""
    if not names:
        return live
    if isinstance(declared, Mapping) or isinstance(live, Mapping):
        return _in_record(shape if isinstance(shape, Record) else Record(), declared or {}, live or {}, names)
    if isinstance(shape, Values):
        return _in_values(declared or (), live or (), names[0])
    if isinstance(shape, Entries):
        return _in_entries(shape, declared or (), live or (), names)
    return _in_series(declared, live, names)


def _in_record(shape: Record, declared: Mapping[str, Any], live: Mapping[str, Any], names: Sequence[str]) -> Any:
    name, *below = names
    value = _carried(shape.fields.get(name), declared.get(name), live.get(name), below)
    rest = {field: one for field, one in declared.items() if field != name}
    return rest if value is None else {**rest, name: value}


def _in_entries(
    shape: Entries, declared: Sequence[Mapping[str, Any]], live: Sequence[Mapping[str, Any]], names: Sequence[str]
) -> Any:
    name, *below = names
    theirs = [entry for entry in live if shape.label_of(entry) == name]
    if not below:
        return [*(entry for entry in declared if shape.label_of(entry) != name), *theirs]
    if not theirs:
        return declared
    return [
        _carried(shape.entry, entry, theirs[0], below) if shape.label_of(entry) == name else entry for entry in declared
    ]


def _in_values(declared: Sequence[Any], live: Sequence[Any], name: str) -> Any:
    return [*(one for one in declared if str(one) != name), *(one for one in live if str(one) == name)]


def _in_series(declared: Any, live: Any, names: Sequence[str]) -> Any:
    """A place in a list with an order, where both sides have it."""
    name, *below = names
    index = number(name)
    if index is None or not (isinstance(declared, Sequence) and isinstance(live, Sequence)):
        return declared
    if index >= min(len(declared), len(live)):
        return declared
    return [*declared[:index], _carried(None, declared[index], live[index], below), *declared[index + 1 :]]
