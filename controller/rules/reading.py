"""An operator's YAML file in, a model out, or everything that is wrong with it, each at its place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from controller.source.documents import Document, load
from controller.source.located import PartPath, dotted
from controller.source.problem import Problem
from controller.source.spelling import instead_of

M = TypeVar("M", bound=BaseModel)
Models = tuple[type[BaseModel], ...]


class MisconfiguredError(Exception):
    """The file cannot be used; every problem has its place."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def contents(file: Path) -> bytes:
    """What stands in the file. Raises ``MisconfiguredError``."""
    try:
        return file.read_bytes()
    except OSError as error:
        problem = Problem(str(file), None, None, f"The file cannot be read: {error.strerror}", "Name another one.")
        raise MisconfiguredError((problem,)) from None


def said(file: Path | None, text: str | None, variable: str) -> tuple[bytes, str] | None:
    """What an operator says by a file or by a text, and how it is called; ``None``: by neither.

    ``variable`` names the file, and with ``_YAML`` behind it the text. Raises ``MisconfiguredError``, also where there
    are both: nobody could say which of two rules counts.
    """
    if not text:
        return None if file is None else (contents(file), str(file))
    name = f"{variable}_YAML"
    if file is not None:
        problem = Problem(name, None, None, f"{variable} names a file as well", "Give one of the two.")
        raise MisconfiguredError((problem,))
    return text.encode("utf-8", "surrogateescape"), name


def parse(
    text: bytes, file: str, model: type[M], one: str = "Keep one of them."
) -> tuple[Document, M] | tuple[Problem, ...]:
    """The file's only document, and what it says. Gives its problems, at least one, where it cannot be used.

    A field that takes several kinds of parts tells them apart by their literal ``kind``. ``one``: what to do where the
    file holds several documents.
    """
    documents = load(text, file)
    if documents.problems:
        return documents.problems
    if len(documents.documents) != 1:
        return (Problem(file, None, None, "The file holds several documents", one),)
    document = documents.documents[0]
    try:
        return document, model.model_validate(document.data)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        return tuple(sorted(_problem(model, document, each) for each in found if not _follows(each, found)))


def _follows(details: ErrorDetails, found: list[ErrorDetails]) -> bool:
    """Whether a list only looks too short because its entries are wrong, which is told of each of them."""
    loc = details["loc"]
    return details["type"] == "too_short" and any(each["loc"][: len(loc)] == loc != each["loc"] for each in found)


def _problem(model: type[BaseModel], document: Document, details: ErrorDetails) -> Problem:
    path, models = _walked(model, details["loc"])
    spelled = dotted(path) or "The file"
    match details["type"]:
        case "extra_forbidden":
            message = f"There is no field {path[-1]} in {dotted(path[:-1]) or 'the file'}"
            return document.problem(path, message, instead_of(str(path[-1]), _fields(models), "fields"), at_key=True)
        case "missing":
            return document.problem(path, f"{spelled} is missing", f"Add {path[-1]}.")
        case "enum" | "literal_error":
            return document.problem(path, f"{spelled} is not one of the words", f"Write {details['ctx']['expected']}.")
        case "union_tag_not_found" | "union_tag_invalid":
            *others, last = (kind for each in models for kind in _kinds(each))
            remedy = f"Write {', '.join(others)} or {last}."
            return document.problem((*path, "kind"), f"{spelled}.kind says no kind", remedy)
        case "value_error":
            return document.problem(path, f"{spelled} cannot be used", details["msg"].removeprefix("Value error, "))
        case _:
            remedy = details["msg"].replace("Input should be", "It must be").replace("String should", "It must")
            return document.problem(path, f"{spelled} cannot be used", f"{remedy}.")


def _walked(model: type[BaseModel], loc: PartPath) -> tuple[PartPath, Models]:
    """The way to an error's place as the file has it, and the models of the part around it, or at it.

    pydantic names the kind of a part in the path of its errors; the file does not.
    """
    path: list[str | int] = []
    models: Models = (model,)
    for step in loc:
        chosen = tuple(each for each in models if step in _kinds(each)) if len(models) > 1 else ()
        if chosen:
            models = chosen
            continue
        path.append(step)
        inner = tuple(inner for each in models for inner in _models_of(each, step))
        models = inner or models
    return tuple(path), models


def _models_of(model: type[BaseModel], step: str | int) -> Iterator[type[BaseModel]]:
    for name, field in model.model_fields.items():
        if step == (field.alias or name):
            yield from _models_in(field.annotation)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inside in get_args(annotation):
        yield from _models_in(inside)


def _kinds(model: type[BaseModel]) -> tuple[str, ...]:
    kind = model.model_fields.get("kind")
    return get_args(kind.annotation) if kind else ()


def _fields(models: Models) -> list[str]:
    return [field.alias or name for model in models for name, field in model.model_fields.items()]
