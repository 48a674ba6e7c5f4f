"""Jinja2's sandbox for one chart, with what could reach out or change from run to run taken away.

A template sees its values and its own chart, nothing of Python and nothing of this process. The same values give the
same text every time, because a rendering decides what ships: what is random or prints an address is refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound, nodes
from jinja2.compiler import CodeGenerator
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from controller.source.spelling import instead_of

CONTEXT_NAMES = ("values", "name", "service", "environment", "cluster", "region", "images", "chart")


def environment_for(files: Mapping[str, str]) -> Environment:
    """Make the sandbox for one chart's templates: `files` by their path inside it. Nothing else can be included.

    Beside Jinja2's own filters there are `tojson` (as written, unsorted, without HTML escapes) and `quote`. A value
    that is not text is printed as JSON, which is YAML too: true and not True, null and not None.
    """
    made = _Environment(
        loader=_Loader(files),
        undefined=_Undefined,
        finalize=_printed,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        cache_size=-1,
    )
    del made.globals["lipsum"]
    del made.filters["random"]
    made.filters |= {"tojson": _to_json, "quote": _quoted}
    return made


class _Loader(BaseLoader):
    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files

    def list_templates(self) -> list[str]:
        return sorted(self._files)

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:  # noqa: ARG002
        if template not in self._files:
            raise TemplateNotFound(template)
        return self._files[template], template, lambda: True


class _Undefined(StrictUndefined):
    """An undefined name tells which names there are, and fails wherever it is used."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        if self._undefined_hint:
            return self._undefined_hint
        name = str(self._undefined_name)
        if self._undefined_obj is missing:
            return f"{name} is not defined. {instead_of(name, CONTEXT_NAMES)}"
        if isinstance(self._undefined_obj, Mapping):
            return f"{name} is not defined. {instead_of(name, map(str, self._undefined_obj))}"
        return f"A value of type {type(self._undefined_obj).__name__} has no {name}"


class _Generator(CodeGenerator):
    """Keeps the line numbers of plain text too; Jinja2 itself only keeps those of expressions.

    Of an output it first asks for every part whether it is constant, joins those that follow each other, and then
    writes. Text behind a comment, which takes lines with it, is not joined to the text before.
    """

    _joining = False
    _ends_in_line = 0

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._starts: list[nodes.Node] = []

    def _output_child_to_const(self, node: nodes.Expr, frame: Any, finalize: Any) -> str:
        joins, self._joining = self._joining, False
        if joins and node.lineno != self._ends_in_line:
            raise nodes.Impossible
        text = super()._output_child_to_const(node, frame, finalize)
        if not joins:
            self._starts.append(node)
        self._joining, self._ends_in_line = True, node.lineno + text.count("\n")
        return text

    def _output_const_repr(self, group: Any) -> str:
        self._joining = False
        self.newline(self._starts.pop(0))
        return super()._output_const_repr(group)


class _Environment(ImmutableSandboxedEnvironment):
    code_generator_class = _Generator

    def getattr(self, obj: Any, attribute: str) -> Any:
        # values.items means the value of that name, not the dictionary's method.
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


def _printed(value: Any) -> str:
    return value if isinstance(value, str) else _to_json(value)


def _to_json(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, indent=indent, ensure_ascii=False, default=_refused)


def _refused(value: Any) -> NoReturn:
    if isinstance(value, _Undefined):
        str(value)  # raises, with the name
    raise SecurityError(f"A value of type {type(value).__name__} cannot be printed")


def _quoted(value: Any) -> str:
    return json.dumps(_printed(value), ensure_ascii=False)
