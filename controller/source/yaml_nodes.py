"""YAML text to nodes that remember where they stand. What a scalar means is not decided here.

Bounds are kept while reading: on depth, on aliases, and on what all aliases together would unfold to, so that walking
the nodes afterwards is always cheap.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from controller.source.problem import Problem

MAX_DEPTH = 64
MAX_NODES = 100_000
MAX_ALIASES = 1_000
# A fleet says the same few words again and again. Each is kept once, for as long as anybody uses it.
_SHORT = 64

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STANDARD = "tag:yaml.org,2002:"


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a file; both count from 1."""

    line: int
    column: int


@dataclass(slots=True)
class Scalar:
    """One value as it is written. `plain`: without quotes or block style, so that it may mean a number or a boolean."""

    text: str
    plain: bool
    at: Position
    height: int = 1
    weight: int = 1


@dataclass(slots=True)
class Sequence:
    """A list. `weight` counts the nodes that it unfolds to, `height` the levels."""

    items: list[Node]
    at: Position
    height: int = 1
    weight: int = 1


@dataclass(slots=True)
class Mapping:
    """Keys and values as they stand there; `fields` are filled in by who decides about duplicates and merge keys."""

    pairs: list[tuple[Node, Node]]
    at: Position
    height: int = 1
    weight: int = 1
    fields: dict[str, tuple[Node, Node]] | None = field(default=None)


Node: TypeAlias = Scalar | Sequence | Mapping


def _place(event: Event) -> Position:
    mark = event.start_mark
    return Position(mark.line + 1, mark.column + 1) if mark is not None else Position(1, 1)


class TooMuchError(Exception):
    """A bound was crossed: reading on would be for nothing. Holds the problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class Composer:
    """Reads the nodes of each document of a text. `problems` are added to; reading goes on after most of them."""

    def __init__(self, text: str, file: str, problems: list[Problem]) -> None:
        self._events: Iterator[Event] = yaml.parse(text, Loader=_LOADER)
        self._file = file
        self._problems = problems
        self._anchors: dict[str, Node | None] = {}
        self._aliases = 0
        self._nodes = 0

    def roots(self) -> Iterator[Node]:
        """The root of each document. Raises yaml.YAMLError where the text is not YAML, and TooMuchError."""
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                self._anchors.clear()
                yield self._node(next(self._events), 1)

    def problem(self, event: Event, message: str, remedy: str) -> Problem:
        """A problem at the place of an event."""
        place = _place(event)
        return Problem(self._file, place.line, place.column, message, remedy)

    def _node(self, event: Event, depth: int) -> Node:
        if isinstance(event, AliasEvent):
            return self._alias(event, depth)
        if depth > MAX_DEPTH:
            raise TooMuchError(self._too_deep(event))
        anchor: str | None = getattr(event, "anchor", None)
        if anchor:
            self._anchors[anchor] = None
        self._nodes += 1
        node = self._collection(event, depth) if not isinstance(event, ScalarEvent) else self._scalar(event)
        if max(node.weight, self._nodes) > MAX_NODES:
            message = f"The file unfolds to more than {MAX_NODES:,} values"
            raise TooMuchError(self.problem(event, message, "Split the file, and use fewer aliases."))
        if anchor:
            self._anchors[anchor] = node
        return node

    def _scalar(self, event: ScalarEvent) -> Scalar:
        if event.tag not in {None, "!", f"{_STANDARD}str"}:
            self._refuse_tag(event, event.tag)
        text = sys.intern(event.value) if len(event.value) <= _SHORT else event.value
        return Scalar(text, event.implicit[0] and event.tag is None, _place(event))

    def _collection(self, event: Event, depth: int) -> Node:
        if isinstance(event, SequenceStartEvent):
            kind, items = "seq", self._until(SequenceEndEvent, depth)
            node: Sequence | Mapping = Sequence(items, _place(event))
        else:
            assert isinstance(event, MappingStartEvent)  # noqa: S101 - the parser gives nothing else here
            kind, items = "map", self._until(MappingEndEvent, depth)
            node = Mapping(list(zip(items[::2], items[1::2], strict=True)), _place(event))
        if event.tag not in {None, "!", f"{_STANDARD}{kind}"}:
            self._refuse_tag(event, event.tag)
        for item in items:
            node.weight += item.weight
            node.height = max(node.height, item.height + 1)
        return node

    def _until(self, end: type[Event], depth: int) -> list[Node]:
        items = []
        while not isinstance(event := next(self._events), end):
            items.append(self._node(event, depth + 1))
        return items

    def _alias(self, event: AliasEvent, depth: int) -> Node:
        self._aliases += 1
        if self._aliases > MAX_ALIASES:
            message = f"The file has more than {MAX_ALIASES:,} aliases"
            raise TooMuchError(self.problem(event, message, "Write the values out."))
        name = event.anchor or ""
        node = self._anchors.get(name)
        if node is None:
            what = "stands inside the value it stands for" if name in self._anchors else "names no anchor before it"
            self._problems.append(self.problem(event, f"The alias *{name} {what}", "Write the value out."))
            return Scalar("", True, _place(event))
        if depth + node.height > MAX_DEPTH:
            raise TooMuchError(self._too_deep(event))
        return node

    def _too_deep(self, event: Event) -> Problem:
        return self.problem(event, f"Values are nested deeper than {MAX_DEPTH} levels", "Flatten the file.")

    def _refuse_tag(self, event: Event, tag: str) -> None:
        shown = tag.replace(_STANDARD, "!!")
        remedy = "Remove it; quote a value that is meant as text."
        self._problems.append(self.problem(event, f"The tag {shown} is not allowed", remedy))
