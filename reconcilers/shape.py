"""Shapes: what AWS means by a piece of JSON, as far as the meaning is not in the JSON itself.

A task definition comes back from AWS in another order and with defaults filled in. Which lists have an order and which
values are defaults is data: a tree of the shapes below, one for each resource. ``fold`` brings JSON into the one form
in which equal meaning is equal data. What no shape mentions is kept as it is, so that a field which AWS adds tomorrow
is compared from the first day.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

from reconcilers.digits import MOST
from reconcilers.json_value import Json


@dataclass(frozen=True, slots=True)
class Record:
    """An object. ``defaults`` are the values which AWS takes an absent field for, and ``False`` is one everywhere else.

    ``mirrors`` names fields that take their sibling's value when absent or zero; ``texts`` those whose empty string is
    a value like any other, and absence an empty string.
    """

    fields: "Mapping[str, Shape]" = field(default_factory=dict)
    defaults: Mapping[str, Json] = field(default_factory=dict)
    mirrors: Mapping[str, str] = field(default_factory=dict)
    texts: tuple[str, ...] = ()

    def absent(self, name: str, siblings: Mapping[str, Any], other: Any) -> Any:
        """The value that the absent field ``name`` stands for, where the other side has ``other``; or ``None``."""
        if name in self.mirrors:
            return siblings.get(self.mirrors[name])
        return self.defaults.get(name, False if isinstance(other, bool) else None)


@dataclass(frozen=True, slots=True)
class Entries:
    """A list of objects whose order means nothing. ``key`` are the fields by which an entry is found again.

    Without a key, entries are told apart by all they hold, and ``label`` are the fields that name one in a path.
    ``value`` is the field that is the entry's whole content, as in a variable's name and value. ``open``: entries that
    only live has are somebody else's.
    """

    entry: Record
    key: tuple[str, ...] = ()
    label: tuple[str, ...] = ()
    value: str | None = None
    open: bool = False

    def key_of(self, entry: Mapping[str, Any]) -> tuple[str, ...]:
        """What ``entry`` is found by."""
        if len(self.key) == 1:
            return (str(entry.get(self.key[0], "")),)
        return self._texts(self.key, entry)

    def label_of(self, entry: Mapping[str, Any]) -> str:
        """What ``entry`` is called in a path."""
        return "-".join(filter(None, self._texts(self.label or self.key, entry)))

    def _texts(self, names: tuple[str, ...], entry: Mapping[str, Any]) -> tuple[str, ...]:
        defaults = self.entry.defaults
        return tuple(str(entry.get(name) or defaults.get(name) or "") for name in names)


@dataclass(frozen=True, slots=True)
class Values:
    """A list of plain values whose order means nothing."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number in 1,024ths that may be written with a unit: ``"0.5 vCPU"`` is ``"512"``, ``"1 GB"`` is ``"1024"``."""

    unit: str


Shape: TypeAlias = Record | Entries | Values | Amount
PLAIN = Record()

# The concrete type first, since asking an abstract class is slow; and made once, since every sweep asks often.
_OBJECT = (dict, Mapping)
_LIST = (list, Sequence)
_NUMBER = (int, float)
_AMOUNT = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*([a-z]*)", re.IGNORECASE)


def fold(shape: Shape | None, value: Any, *, keep: bool = False) -> Any:
    """``value`` in the one form of its meaning: new lists and dictionaries, defaults and empty values left out.

    With ``keep``, values that were written down stay, be they defaults or empty lists: naming a field is a statement.
    """
    if isinstance(value, str):
        return _in_1024ths(shape.unit, value) if isinstance(shape, Amount) else value
    if isinstance(value, _OBJECT):
        return _record(shape if isinstance(shape, Record) else PLAIN, value, keep=keep)
    if isinstance(value, _LIST):
        return _list(shape, value, keep=keep)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value) if isinstance(shape, Amount) and value is not None else value


def _record(shape: Record, value: Mapping[str, Any], *, keep: bool) -> dict[str, Any]:
    fields, defaults = shape.fields, shape.defaults
    folded: dict[str, Any] = dict.fromkeys(shape.texts, "") if shape.texts else {}
    for name, raw in value.items():
        if raw:
            inner = fields.get(name)
            one = raw if inner is None and isinstance(raw, str) else fold(inner, raw, keep=keep)
            if keep or (one and (name not in defaults or one != defaults[name])):
                folded[name] = one
        elif not (_unsaid(raw) if keep else _says_nothing(raw, defaults.get(name))):
            folded[name] = fold(fields.get(name), raw, keep=keep)
    if shape.mirrors and not keep:
        _drop_mirrored(shape.mirrors, folded)
    return folded


def _unsaid(empty: Any) -> bool:
    return empty is None or empty == ""


def _says_nothing(empty: Any, default: Json) -> bool:
    """Whether an empty value is as good as none. Zero is a number like any other, ``False`` says "as usual"."""
    if empty is False:
        return default is not True
    return default == 0 if isinstance(empty, _NUMBER) else True


def _drop_mirrored(mirrors: Mapping[str, str], folded: dict[str, Any]) -> None:
    for name, sibling in mirrors.items():
        if folded.get(name) in (0, folded.get(sibling)):
            folded.pop(name, None)


def _list(shape: Shape | None, value: Sequence[Any], *, keep: bool) -> list[Any]:
    if isinstance(shape, Entries) and all(isinstance(entry, _OBJECT) for entry in value):
        plain = _plain_pairs(shape, shape.value, value) if shape.value else None
        return plain or _sorted(shape, [_record(shape.entry, entry, keep=keep) for entry in value])
    folded = [fold(None, one, keep=keep) for one in value if one is not None]
    return sorted(folded, key=repr) if isinstance(shape, Values) else folded


def _plain_pairs(shape: Entries, content: str, entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]] | None:
    """Names with their texts, the bulk of a task definition, folded fast. ``None`` where there is more to it."""
    name = shape.key[0]
    texts: dict[str, str] = {}
    for entry in entries:
        key, text = entry.get(name), entry.get(content)
        if len(entry) != 2 or not (key and isinstance(key, str) and text and isinstance(text, str)):
            return None
        texts[key] = text
    if len(texts) != len(entries):
        return None
    return [{name: key, content: texts[key]} for key in sorted(texts)]


def _sorted(shape: Entries, entries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    entries = [entry for entry in entries if entry]
    if len(entries) == 1:
        return entries
    by_key = {shape.key_of(entry): entry for entry in entries}
    if len(by_key) == len(entries):
        return [by_key[key] for key in sorted(by_key)]
    # Only what they hold can bring namesakes into an order of their own.
    return sorted(entries, key=lambda entry: (shape.key_of(entry), json.dumps(entry, sort_keys=True, default=str)))


def _in_1024ths(unit: str, text: str) -> str:
    if len(text) > MOST:  # no amount that anybody means
        return text
    if text.isdecimal() and text.isascii():  # as nearly all are written
        return str(int(text))
    match = _AMOUNT.fullmatch(text.strip())
    if match is None or match[2].lower() not in ("", unit):
        return text
    number = Decimal(match[1]) * (1024 if match[2] else 1)
    return str(int(number)) if number == int(number) else text
