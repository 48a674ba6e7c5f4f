"""A chart's template and its values in, text out, with the template's line for every line of the text.

What a rendering may cost is bounded elsewhere (`render_child`); here only the length of its output is.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from jinja2 import Environment, Template, TemplateNotFound, TemplateSyntaxError
from jinja2.exceptions import SecurityError, UndefinedError

from controller.source.spelling import instead_of

Place = tuple[str, int]  # a template's path inside its chart, and a line, from 1


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a template gave. `lines[n]` is where line n + 1 of `text` came from."""

    text: str
    lines: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class RenderFailure:
    """Why a template gave nothing. `file` is inside the chart; None where no single template is to blame."""

    message: str
    remedy: str
    file: str | None = None
    line: int | None = None


def render(environment: Environment, entry: str, context: Mapping[str, Any], most: int) -> Rendered | RenderFailure:
    """Render `entry` with `context` into at most `most` characters.

    Raises MemoryError when memory ends, and nothing else, whatever the template does.
    """
    try:
        return _render(environment.get_template(entry), context, most)
    except MemoryError:
        raise
    except TemplateSyntaxError as error:
        return RenderFailure(f"This is not Jinja2: {error.message}", "", error.name or entry, error.lineno)
    except Exception as error:  # noqa: BLE001  whatever a template manages to raise is the template's problem
        message, remedy = _said(error, environment)
        return RenderFailure(message, remedy, *_raised_at(environment, error.__traceback__, entry))


def _render(template: Template, context: Mapping[str, Any], most: int) -> Rendered | RenderFailure:
    chunks: list[str] = []
    lines: list[Place] = []
    length, starts_a_line = 0, True
    for chunk, (file, line) in _chunks(template, context):
        length += len(chunk)
        if length > most:
            return RenderFailure(f"The rendering is longer than {most:,} characters", "Print less.", file, line)
        if starts_a_line:
            lines[-1:] = [(file, line)]
        lines.extend((file, line + passed) for passed in range(1, chunk.count("\n") + 1))
        starts_a_line = chunk.endswith("\n") or (starts_a_line and not chunk)
        chunks.append(chunk)
    return Rendered("".join(chunks), tuple(lines))


def _chunks(template: Template, context: Mapping[str, Any]) -> Iterator[tuple[str, Place]]:
    stream = template.root_render_func(template.new_context(dict(context)))
    origins = _Origins(template.environment)
    for chunk in stream:
        yield chunk, origins.of(*_suspended_at(stream))


def _suspended_at(stream: Any) -> tuple[str, int]:
    """Find where the innermost template that has just given a chunk stands: file name and line of compiled code."""
    frame = stream.gi_frame
    inner = stream.gi_yieldfrom  # a block
    if inner is None and "gen" in frame.f_code.co_varnames:
        inner = frame.f_locals.get("gen")  # an included template
    if isinstance(inner, Generator) and getattr(inner, "gi_frame", None) is not None:
        return _suspended_at(inner)
    return frame.f_code.co_filename, frame.f_lineno


class _Origins:
    """From lines of compiled code to lines of templates. Jinja2 parses its own table anew for every question."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._tables: dict[str, tuple[list[int], list[int]]] = {}

    def of(self, file: str, line: int) -> Place:
        if file not in self._tables:
            table = self._environment.get_template(file).debug_info
            self._tables[file] = [code for _, code in table], [source for source, _ in table]
        code_lines, lines = self._tables[file]
        before = bisect_right(code_lines, line)
        return file, lines[before - 1] if before else 1


def _raised_at(environment: Environment, traceback: TracebackType | None, entry: str) -> tuple[str, int | None]:
    place: tuple[str, int | None] = (entry, None)
    known = set(environment.list_templates())
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        if file in known:
            place = _Origins(environment).of(file, traceback.tb_lineno)
        traceback = traceback.tb_next
    return place


def _said(error: Exception, environment: Environment) -> tuple[str, str]:
    match error:
        case TemplateNotFound():
            name = str(error.name)
            remedy = instead_of(name, environment.list_templates(), "templates")
            return f"There is no template {name} in this chart", remedy
        case SecurityError():
            return f"A template may not do this: {error}", "Use values, filters and loops only."
        case UndefinedError():
            return str(error), "Give it in values.yaml or in the manifest's values."
        case RecursionError():
            return "The template nests too deep, or includes or calls itself without end", "End the recursion."
        case _:
            return f"The template fails: {str(error) or type(error).__name__}", ""
