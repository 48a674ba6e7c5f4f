"""Statements of an IAM policy as data: actions, resources, conditions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Conditions = Mapping[str, Mapping[str, str | tuple[str, ...]]]
EVERYTHING = ("*",)


@dataclass(frozen=True, slots=True)
class Statement:
    """One Allow. ``sid``: letters and digits, unique in its document."""

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: Conditions = field(default_factory=dict)


def statement(
    sid: str, actions: Iterable[str], resources: Iterable[str], conditions: Conditions | None = None
) -> tuple[Statement, ...]:
    """The statement, duplicates taken out and in order; none at all where it would allow nothing."""
    named, of = tuple(dict.fromkeys(actions)), tuple(sorted(set(resources)))
    return (Statement(sid, named, of, conditions or {}),) if named and of else ()
