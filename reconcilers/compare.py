"""Where two folded pieces of JSON differ, leaf by leaf, as their shape tells what belongs together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple

from reconcilers.shape import PLAIN, Entries, Record, Shape, Values


class Difference(NamedTuple):
    """One leaf: the names that lead to it, and its value on either side; ``None`` where a side lacks it."""

    tokens: tuple[str, ...]
    declared: Any
    live: Any

    def below(self, token: str) -> "Difference":
        """The same, seen from one level further up."""
        return Difference((token, *self.tokens), self.declared, self.live)


_Differences = Sequence[Difference]


def differences(shape: Shape | None, declared: Any, live: Any, *, subset: bool = False) -> _Differences:
    """All leaves in which ``declared`` and ``live`` differ; both as ``fold`` returns them.

    With ``subset``, fields that ``declared`` lacks are not compared. An entry of a list that only one side has is one
    difference and not many.
    """
    if declared == live:
        return ()
    if isinstance(declared, dict) or isinstance(live, dict):
        left, right = {} if declared is None else declared, {} if live is None else live
        if isinstance(left, dict) and isinstance(right, dict):
            return _of_records(shape if isinstance(shape, Record) else PLAIN, left, right, subset=subset)
    elif isinstance(declared, list) or isinstance(live, list):
        left, right = [] if declared is None else declared, [] if live is None else live
        if isinstance(left, list) and isinstance(right, list):
            return _of_lists(shape, left, right, subset=subset)
    return (Difference((), declared, live),)


def _of_records(shape: Record, declared: dict[str, Any], live: dict[str, Any], *, subset: bool) -> _Differences:
    found: list[Difference] = []
    for name in declared if subset else declared.keys() | live.keys():
        left, right = declared.get(name), live.get(name)
        if left is None:
            left = shape.absent(name, declared, right)
        elif right is None:
            right = shape.absent(name, live, left)
        inner = differences(shape.fields.get(name), left, right, subset=subset)
        if inner:
            found.extend(one.below(name) for one in inner)
    return found


def _of_lists(shape: Shape | None, declared: list[Any], live: list[Any], *, subset: bool) -> _Differences:
    if isinstance(shape, Entries) and all(isinstance(entry, dict) for entry in (*declared, *live)):
        return [*_of_entries(shape, declared, live, subset=subset)]
    if isinstance(shape, Values):
        return _of_values(declared, live)
    return [*_of_series(declared, live, subset=subset)]


def _of_series(declared: list[Any], live: list[Any], *, subset: bool) -> Iterator[Difference]:
    for index, (left, right) in enumerate(zip_longest(declared, live)):
        if left is None or right is None:
            yield Difference((str(index),), left, right)
        else:
            yield from (one.below(str(index)) for one in differences(None, left, right, subset=subset))


def _of_values(declared: list[Any], live: list[Any]) -> _Differences:
    missing, surplus = _without(declared, live), _without(live, declared)
    if len(missing) == len(surplus) == 1:  # one value in the place of another
        return (Difference((str(missing[0]),), missing[0], surplus[0]),)
    lost = [Difference((str(value),), value, None) for value in missing]
    return [*lost, *(Difference((str(value),), None, value) for value in surplus)]


def _without(values: Iterable[Any], others: Iterable[Any]) -> list[Any]:
    left = list(values)
    for other in others:
        if other in left:
            left.remove(other)
    return left


def _of_entries(
    shape: Entries, declared: list[dict[str, Any]], live: list[dict[str, Any]], *, subset: bool
) -> Iterator[Difference]:
    theirs = _grouped(shape, live)
    lost: list[Any] = []
    for key, group in _grouped(shape, declared).items():
        found = theirs.pop(key, [])
        if found == group:
            continue
        lost.extend(_content(shape, entry) for entry in group if not found)
        yield from _of_namesakes(shape, group, found, subset=subset)
    for group in theirs.values():
        # Of somebody else's entries, only one that looks like ours under another name is worth a word.
        if not shape.open or _content(shape, group[0]) in lost:
            yield from _of_namesakes(shape, [], group, subset=subset)


def _grouped(shape: Entries, entries: list[dict[str, Any]]) -> dict[tuple[str, ...], list[dict[str, Any]]]:
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for entry in entries:
        groups.setdefault(shape.key_of(entry), []).append(entry)
    return groups


def _of_namesakes(
    shape: Entries, declared: list[dict[str, Any]], live: list[dict[str, Any]], *, subset: bool
) -> Iterator[Difference]:
    """Entries that only their content tells apart. Those most alike belong together."""
    counts: dict[str, int] = {}
    for left, right in _paired(shape, declared, live, subset=subset):
        label = shape.label_of(left if left is not None else right or {})
        counts[label] = nth = counts.get(label, 0) + 1
        token = label if nth == 1 else f"{label}#{nth}"
        yield from (one.below(token) for one in _of_pair(shape, left, right, subset=subset))


_Pair = tuple[dict[str, Any] | None, dict[str, Any] | None]


def _paired(
    shape: Entries, declared: list[dict[str, Any]], live: list[dict[str, Any]], *, subset: bool
) -> Iterable[_Pair]:
    if len(declared) <= 1 >= len(live):
        return [*zip_longest(declared, live)]
    costs = sorted(
        (len(_of_pair(shape, left, right, subset=subset)), i, j)
        for i, left in enumerate(declared)
        for j, right in enumerate(live)
    )
    partner: dict[int, int] = {}
    for _, i, j in costs:
        if i not in partner and j not in partner.values():
            partner[i] = j
    pairs: list[_Pair] = [(left, live[partner[i]] if i in partner else None) for i, left in enumerate(declared)]
    return [*pairs, *((None, right) for j, right in enumerate(live) if j not in partner.values() and not shape.open)]


def _of_pair(
    shape: Entries, declared: dict[str, Any] | None, live: dict[str, Any] | None, *, subset: bool
) -> _Differences:
    if declared is None or live is None:
        return (Difference((), _content(shape, declared), _content(shape, live)),)
    left, right = _content(shape, declared), _content(shape, live)
    if isinstance(left, str) and isinstance(right, str):
        return () if left == right else (Difference((), left, right),)
    return _of_records(shape.entry, declared, live, subset=subset)


def _content(shape: Entries, entry: Mapping[str, Any] | None) -> Any:
    if entry is None or shape.value is None or not entry.keys() <= {*shape.key, shape.value}:
        return entry
    return entry.get(shape.value, "")
