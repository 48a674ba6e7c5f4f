"""Declared against live: where they differ, leaf by leaf, as data to decide by and to show.

``masked`` makes a change fit to be shown, ``carry_ignored`` lets what is ignored be ignored when writing as well.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from reconcilers.carrying import carry_ignored
from reconcilers.change import Change, Kind
from reconcilers.compare import Difference, differences
from reconcilers.masking import masked
from reconcilers.pointer import Pointer, spelled
from reconcilers.service_definition import service_differences
from reconcilers.shape import fold
from reconcilers.task_definition import content, shape_of
from reconcilers.task_definition_shape import TAGS

__all__ = ["Change", "carry_ignored", "masked", "service_changes", "task_definition_changes"]


def task_definition_changes(
    declared: Mapping[str, Any], live: Mapping[str, Any], ignore: tuple[Pointer, ...] = ()
) -> tuple[Change, ...]:
    """What ``live`` has otherwise than ``declared``, sorted by path.

    Task definitions are compared whole: what live has beyond the declared is a change. A family that was not declared
    is not compared, tags only where both sides have some and only those that were declared.
    """
    declared = carry_ignored(declared, live, ignore) if ignore else declared
    shape = shape_of(declared)  # of live as well: a network mode of its own is one change, and not one for each port
    wanted, actual = _content(_Itself(declared), _Itself(shape)), _content(_Itself(live), _Itself(shape))
    if "family" not in wanted:
        actual = {name: value for name, value in actual.items() if name != "family"}
    found = [*differences(shape, wanted, actual)]
    if declared.get("tags") and live.get("tags") is not None:  # None: nobody asked for them
        tags = differences(TAGS, fold(TAGS, declared["tags"]), fold(TAGS, live["tags"]))
        found.extend(one.below("tags") for one in tags)
    return _changes("taskDefinition", found, ignore)


class _Itself:
    """A piece of JSON that is known by being the same one, not by what it holds."""

    __slots__ = ("it",)

    def __init__(self, it: Any) -> None:
        self.it = it

    def __hash__(self) -> int:
        return id(self.it)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and self.it is other.it


@lru_cache(maxsize=128)  # one look decides several times on the same two, and the next look on the same again
def _content(definition: _Itself, shape: _Itself) -> dict[str, Any]:
    return content(definition.it, shape.it)


def service_changes(
    declared: Mapping[str, Any], live_service: Mapping[str, Any], *, scalable: bool, ignore: tuple[Pointer, ...] = ()
) -> tuple[Change, ...]:
    """What ``live_service``, one of DescribeServices' answer, has otherwise than ``declared`` says, sorted by path.

    Only declared fields are compared. ``scalable``: autoscaling owns desiredCount, which then is left out.
    """
    found = service_differences(declared, live_service, scalable=scalable)
    return _changes("serviceDefinition", found, ignore)


def _changes(root: str, found: Iterable[Difference], ignore: tuple[Pointer, ...]) -> tuple[Change, ...]:
    rooted = (one.below(root) for one in found)
    kept = (one for one in rooted if not any(pointer.covers(one.tokens) for pointer in ignore))
    return tuple(sorted((_change(one) for one in kept), key=lambda change: change.path))


def _change(found: Difference) -> Change:
    kind: Kind = "changed"
    if found.declared is None:
        kind = "added"
    elif found.live is None:
        kind = "removed"
    return Change(spelled(found.tokens), kind, found.declared, found.live)
