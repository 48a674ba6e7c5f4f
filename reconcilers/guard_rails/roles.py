"""Roles that a service's fields pass to ECS itself: for volumes, load balancers, hooks and certificates."""

from collections.abc import Iterator, Mapping
from typing import Any

_FIELD = "roleArn"  # in the whole of UpdateService's input


def passed(fields: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Each role of fields, wherever it stands in them, as (where it stands, what it says)."""
    if isinstance(fields, Mapping):
        for name, value in fields.items():
            where = f"{place}/{name}" if place else str(name)
            if name == _FIELD and value is not None:
                yield where, str(value)
            else:
                yield from passed(value, where)
    elif isinstance(fields, list | tuple):
        for each in fields:
            yield from passed(each, place)
