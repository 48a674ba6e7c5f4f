"""A document in, a manifest out, or everything that is wrong with it at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from controller.source import service_rules
from controller.source.located import Located, PartPath, dotted
from controller.source.manifest_rules import Refusal, refusals
from controller.source.manifests import PATTERNS, AsWritten, Ecs, Manifest, Metadata
from controller.source.problem import Problem
from controller.source.spelling import instead_of
from reconcilers.model import ServiceKey

_ECS_FIELDS = frozenset(str(field.alias) for field in Ecs.model_fields.values())


def read(document: Located) -> Manifest | tuple[Problem, ...]:
    """Read a manifest. Gives its problems, at least one, where it cannot be used."""
    data = _with_texts(Manifest, document, ())
    problems = [document.problem(*refusal) for refusal in refusals(data)]
    problems += service_rules.problems(document, _ECS_FIELDS)
    try:
        manifest = Manifest.model_validate(data)
    except ValidationError as error:
        for details in error.errors(include_url=False):
            unknown = details["type"] == "extra_forbidden"
            problems.append(document.problem(*_refusal(details), at_key=unknown))
        return tuple(sorted(problems))
    return tuple(sorted(problems)) or manifest


def named(document: Located) -> ServiceKey | None:
    """The name that a manifest gives its service, whatever else it says. None where there is none that could be one."""
    if not isinstance(document.data.get("metadata"), Mapping):
        return None
    try:
        metadata = Metadata.model_validate(_with_texts(Metadata, document, ("metadata",)))
    except ValidationError:
        return None
    return ServiceKey(metadata.environment, metadata.name)


def _with_texts(model: type[BaseModel], document: Located, path: PartPath) -> Any:
    """Copy the part at `path` with the text that stands in the file wherever the manifest takes a text."""
    part = _at(document.data, path)
    if not isinstance(part, Mapping):
        return part
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    return {
        name: _text_of(fields[name], document, (*path, name)) if name in fields else value
        for name, value in part.items()
        if value is not None or name not in fields or _may_be_null(fields[name])
    }


def _may_be_null(field: FieldInfo) -> bool:
    """Whether null says something. Elsewhere it is what remains of a list whose last entry was deleted."""
    return type(None) in get_args(field.annotation)


def _text_of(field: FieldInfo, document: Located, path: PartPath) -> Any:
    value = _at(document.data, path)
    inner = _model_in(field.annotation)
    if inner is not None:
        return _with_texts(inner, document, path)
    if not _is_text(field):
        return value
    if isinstance(value, Mapping):
        return {name: _written(document, (*path, name)) for name in value}
    if isinstance(value, list | tuple):
        return [_written(document, (*path, index)) for index in range(len(value))]
    return _written(document, path)


def _written(document: Located, path: PartPath) -> Any:
    value = _at(document.data, path)
    if value is None or isinstance(value, str | Mapping | list | tuple):
        return value
    return document.text(path)


def _is_text(annotated: Any) -> bool:
    """Whether a field, or what an annotation holds at any depth, is marked to be taken as it stands."""
    marks = (*getattr(annotated, "metadata", ()), *getattr(annotated, "__metadata__", ()))
    if any(isinstance(mark, AsWritten) for mark in marks):
        return True
    inside = annotated.annotation if isinstance(annotated, FieldInfo) else annotated
    return any(_is_text(argument) for argument in get_args(inside))


def _model_in(annotation: Any) -> type[BaseModel] | None:
    for candidate in (annotation, *get_args(annotation)):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None


def _at(data: Any, path: PartPath) -> Any:
    for step in path:
        data = data[step]
    return data


def _refusal(details: ErrorDetails) -> Refusal:
    path: PartPath = tuple(step for step in details["loc"] if step != "[key]")
    context = details.get("ctx", {})
    match details["type"]:
        case "refused":
            return path, str(context["message"]), str(context["remedy"])
        case "missing":
            return _missing(path)
        case "extra_forbidden":
            where = dotted(path[:-1]) or "a manifest"
            names = _fields(path[:-1])
            return path, f"There is no field {path[-1]} in {where}", instead_of(str(path[-1]), names, "fields")
        case "enum" | "literal_error":
            return path, f"{dotted(path)} cannot be {details['input']!r}", f"Write {context['expected']}."
        case "model_type" | "dict_type" | "mapping_type":
            return path, f"{dotted(path)} is not a mapping", "Write names with values below it."
        case "string_pattern_mismatch":
            return path, f"{dotted(path)} is not written as it must be", PATTERNS[context["pattern"]]
        case _:
            return path, f"{dotted(path)} cannot be read", details["msg"].replace("Input should be", "It must be") + "."


def _missing(path: PartPath) -> Refusal:
    field = _fields(path[:-1])[str(path[-1])]
    described = f": {field.description}" if field.description else "."
    return path, f"{dotted(path)} is missing", f"Add {path[-1]}{described}"


def _fields(path: PartPath) -> Mapping[str, FieldInfo]:
    """Give the fields of the part at `path` of a manifest, by the names that stand in the file."""
    model: type[BaseModel] | None = Manifest
    for step in path:
        names = {field.alias: field for field in model.model_fields.values()} if model else {}
        model = _model_in(names[str(step)].annotation) if step in names else None
    return {str(field.alias): field for field in model.model_fields.values()} if model else {}
