"""YAML (and with it JSON) to plain data that remembers where each value stands and how it was written.

Types are decided as in JSON, not as in YAML 1.1: `true`, `null`, `12` and `1.5` are what they look like, while `yes`,
`0012345`, `0x1f`, `22:30`, `1_000` and dates stay text. Because `1.10` still is a number, the text of every value can
be asked for as well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence as Pointer
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import yaml

from controller.source.problem import Problem
from controller.source.yaml_faults import not_yaml, unreadable
from controller.source.yaml_nodes import Composer, Mapping, Node, Position, Scalar, Sequence, TooMuchError

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,63})")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]{0,63})(\.[0-9]{1,64})?([eE][-+]?[0-9]{1,9})?")
_MAX_PROBLEMS = 100
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}
_SURROGATES = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a file. `data` is dicts with text keys, lists, text, numbers, booleans and None.

    A pointer is the way to a value: keys and indexes, such as ("spec", "images", "backend").
    """

    data: dict[str, Any]
    file: str
    root: Mapping = field(repr=False, compare=False)

    def text(self, pointer: Pointer[str | int]) -> str | None:
        """How a single value was written, quotes taken off; None for a list, a mapping, or nothing at all."""
        found = _descend(self.root, pointer)
        return found[1].text if found is not None and isinstance(found[1], Scalar) else None

    def position(self, pointer: Pointer[str | int]) -> Position:
        """Where a value stands, or, where there is none, the nearest thing around its place."""
        return self._nearest(pointer)[1].at

    def key_position(self, pointer: Pointer[str | int]) -> Position:
        """Where the key of a value stands (the value itself in a list), or the nearest thing around its place."""
        return self._nearest(pointer)[0].at

    def problem(self, pointer: Pointer[str | int], message: str, remedy: str, *, at_key: bool = False) -> Problem:
        """A problem with a value, at its place."""
        place = self.key_position(pointer) if at_key else self.position(pointer)
        return Problem(self.file, place.line, place.column, message, remedy)

    def _nearest(self, pointer: Pointer[str | int]) -> tuple[Node, Node]:
        for length in range(len(pointer), 0, -1):
            found = _descend(self.root, pointer[:length])
            if found is not None:
                return found
        return (self.root, self.root)


@dataclass(frozen=True, slots=True)
class Documents:
    """The sound documents of a file, and the problems of the others, by place."""

    documents: tuple[Document, ...]
    problems: tuple[Problem, ...]


def load(text: bytes, file: str, *, may_be_empty: bool = False) -> Documents:
    """Read every document of a file. Whatever the bytes are, this does not raise: what is wrong is a problem."""
    decoded, problems = unreadable(text, file)
    documents: list[Document] = []
    if decoded is None:
        return Documents((), tuple(problems))
    try:
        composer = Composer(_join_surrogates(decoded), file, problems)
        before = 0
        for root in composer.roots():
            document = _document(root, file, problems)
            if document is not None and len(problems) == before:
                documents.append(document)
            before = len(problems)
    except yaml.YAMLError as error:
        problems.append(not_yaml(error, decoded, file))
    except TooMuchError as error:
        problems.append(error.problem)
    if not documents and not problems and not may_be_empty:
        problems.append(Problem(file, None, None, "The file is empty", "Write a document into it, or delete it."))
    return Documents(tuple(documents), _not_too_many(problems, file))


def _not_too_many(problems: list[Problem], file: str) -> tuple[Problem, ...]:
    shown = tuple(sorted(problems)[:_MAX_PROBLEMS])
    left = len(problems) - len(shown)
    if not left:
        return shown
    return (*shown, Problem(file, None, None, f"The file has {left} more problems", "Put these right first."))


def _document(root: Node, file: str, problems: list[Problem]) -> Document | None:
    if isinstance(root, Scalar) and root.plain and not root.text:
        return None
    data = _Builder(file, problems).build(root)
    if isinstance(root, Mapping):
        return Document(data, file, root)
    place = root.at
    message = "The document is not a mapping"
    problems.append(Problem(file, place.line, place.column, message, "Begin with keys, such as `kind: Service`."))
    return None


class _Builder:
    """Turns nodes into plain data, and finds what is wrong with their keys."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self._file = file
        self._problems = problems

    def build(self, node: Node) -> Any:
        if isinstance(node, Scalar):
            return _value(node)
        if isinstance(node, Sequence):
            return [self.build(item) for item in node.items]
        return {key: self.build(value) for key, (_, value) in self._fields(node).items()}

    def _fields(self, node: Mapping) -> dict[str, tuple[Node, Node]]:
        if node.fields is not None:
            return node.fields
        fields: dict[str, tuple[Node, Node]] = {}
        node.fields = fields
        merged: list[Node] = []
        for key, value in node.pairs:
            name = self._name(key)
            if name is None:
                continue
            if name in fields:
                self._duplicate(name, key, fields[name][0])
            else:
                fields[name] = (key, value)
                merged += [value] if name == "<<" and isinstance(key, Scalar) and key.plain else []
        if merged:
            del fields["<<"]
        for value in merged:
            self._merge(fields, value)
        return fields

    def _merge(self, fields: dict[str, tuple[Node, Node]], value: Node) -> None:
        """The keys of `<<`, where they are not given beside it; of a list of mappings the first counts."""
        for source in value.items if isinstance(value, Sequence) else [value]:
            if isinstance(source, Mapping):
                for name, pair in self._fields(source).items():
                    fields.setdefault(name, pair)
            else:
                self._add(source, "The merge key << takes a mapping or a list of mappings", "Give it an alias of one.")

    def _name(self, key: Node) -> str | None:
        if not isinstance(key, Scalar):
            self._add(key, "A key is a list or a mapping", "Keys are text.")
            return None
        if key.plain and not isinstance(_value(key), str):
            shown = f"'{key.text}'" if key.text else "without text"
            self._add(key, f"The key {shown} is not text", f'Quote it: "{key.text}".')
            return None
        return key.text

    def _duplicate(self, name: str, key: Node, first: Node) -> None:
        place = first.at
        shown = name if len(name) <= 80 else f"{name[:80]}…"
        message = f"The key '{shown}' is given twice; first in line {place.line}, column {place.column}"
        self._add(key, message, "Remove one of the two.")

    def _add(self, node: Node, message: str, remedy: str) -> None:
        place = node.at
        self._problems.append(Problem(self._file, place.line, place.column, message, remedy))


def _value(node: Scalar) -> str | int | float | bool | None:
    text = node.text
    if not node.plain:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) and isfinite(float(text)) else text


def _descend(root: Node, pointer: Pointer[str | int]) -> tuple[Node, Node] | None:
    found = (root, root)
    for step in pointer:
        node = found[1]
        if isinstance(node, Mapping) and node.fields is not None and str(step) in node.fields:
            found = node.fields[str(step)]
        elif isinstance(node, Sequence) and isinstance(step, int) and 0 <= step < len(node.items):
            found = (node.items[step], node.items[step])
        else:
            return None
    return found


def _join_surrogates(text: str) -> str:
    """JSON writes a character beyond U+FFFF as two escapes, which YAML does not know."""
    if "\\u" not in text:
        return text
    return _SURROGATES.sub(lambda found: f"{found[1]}\\U{_joined(found[2], found[3]):08x}", text)


def _joined(high: str, low: str) -> int:
    return 0x10000 + ((int(high, 16) - 0xD800) << 10) + (int(low, 16) - 0xDC00)
