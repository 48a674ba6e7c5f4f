"""A command's flags from a frozen dataclass: what ``Settings`` says once is a flag, a variable and a line of --help."""

import inspect
from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from functools import wraps
from typing import Any, TypeVar, get_type_hints

R = TypeVar("R")


def flags_of(record: type[Any]) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Let a command that takes one ``record`` be called with the record's fields as options.

    The fields' annotations must be ``Annotated[type, typer.Option(...)]``; a field without a default is a required
    flag.
    """

    def decorate(command: Callable[..., R]) -> Callable[..., R]:
        @wraps(command)
        def with_flags(**flags: Any) -> R:
            mine = {each.name: flags.pop(each.name) for each in fields(record)}
            return command(record(**mine), **flags)

        hints = get_type_hints(record, include_extras=True)
        _, *others = inspect.signature(command, eval_str=True).parameters.values()
        own = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in others]
        declared = sorted(fields(record), key=lambda each: each.name not in record.__annotations__)  # inherited last
        parameters = [_parameter(each, hints[each.name]) for each in declared]
        with_flags.__signature__ = inspect.Signature([*parameters, *own])  # type: ignore[attr-defined]
        with_flags.__annotations__ = {each.name: each.annotation for each in [*parameters, *own]}
        return with_flags

    return decorate


def _parameter(each: "Field[Any]", hint: Any) -> inspect.Parameter:
    default = inspect.Parameter.empty if each.default is MISSING else each.default
    return inspect.Parameter(each.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint)
