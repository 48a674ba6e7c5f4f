"""Imported before anything else: records whose fields are set as any object's are, which costs a tenth less.

A frozen dataclass sets its fields through ``object.__setattr__``, so that nobody else can. That nobody does is what
mypy and the suite hold, on the records as they are; here millions are made, and equality and hashes stay the same.
"""

import dataclasses
from collections.abc import Callable
from functools import cache, wraps
from operator import attrgetter
from typing import Any

_frozen = dataclasses.dataclass
_replace = dataclasses.replace


@wraps(_frozen)
def _thawed(cls: Any = None, /, **how: Any) -> Any:
    if how.pop("frozen", False):
        how["unsafe_hash"] = how.get("eq", True)
    return _frozen(cls, **how)


@cache
def _fields(cls: Any) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]] | None:
    """The names of a record's fields and what reads them all; ``None`` where there is more to making one."""
    fields = dataclasses.fields(cls)
    if len(fields) < 2 or not all(each.init for each in fields):
        return None
    names = tuple(each.name for each in fields)
    return names, attrgetter(*names)


@wraps(_replace)
def _replaced(obj: Any, /, **changes: Any) -> Any:
    cls: Any = type(obj)
    known = _fields(cls)
    if known is None:
        return _replace(obj, **changes)
    names, read = known
    return cls(**(dict(zip(names, read(obj), strict=True)) | changes))


# The programs of the simulation are processes of their own.
dataclasses.replace = _replaced
dataclasses.dataclass = _thawed
