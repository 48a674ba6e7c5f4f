"""A document that should be a task definition: completed with what the manifest says, and checked."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from controller.source import lint_itself, misfits, name_rules
from controller.source.definition_rules import CONTAINERS, refusals
from controller.source.images import ImageError, image
from controller.source.lint import lint
from controller.source.located import Located, PartPath
from controller.source.manifests import Manifest
from controller.source.problem import Problem
from controller.source.spelling import instead_of
from reconcilers import fargate
from reconcilers.aws import shapes
from reconcilers.pointer import unspelled

_ANSWERED = frozenset(
    [
        "taskDefinitionArn",
        "revision",
        "status",
        "requiresAttributes",
        "compatibilities",
        "registeredAt",
        "registeredBy",
        "deregisteredAt",
        "deleteRequestedAt",
    ]
)


@dataclass(frozen=True, slots=True)
class Checked:
    """A task definition as it would be registered, and what is wrong with it."""

    definition: Mapping[str, Any]
    problems: tuple[Problem, ...]


def checked(source: Located, manifest: Manifest, document: Located) -> Checked:
    """Complete and check the task definition in `source` for `manifest`, which stands in `document`.

    A family that is not given is `<environment>-<name>`. Images that the manifest names take the place of those given.
    """
    described = tuple(_described(source))
    if described:
        return Checked({}, described)
    family = f"{manifest.metadata.environment}-{manifest.metadata.name}"
    declared = {"family": family, **source.data}
    definition, wrong_images = _with_images(declared, manifest, document)
    unfit = shapes.task_definition(declared)
    sound = _without(definition, {misfit.at for misfit in unfit})
    problems = [misfits.problem(source, misfit) for misfit in unfit]
    problems += [source.problem(*refusal) for refusal in refusals(source.data, sound)]
    problems += [source.problem(*refusal) for refusal in name_rules.of_definition(sound)]
    problems += [_on_fargate(source, sound, found) for found in fargate.problems(sound)]
    problems += [document.problem(*refusal) for refusal in lint_itself.refusals(manifest.spec, sound)]
    return Checked(definition, (*problems, *wrong_images, *_linted(source, sound, strict=manifest.spec.strict)))


def _described(source: Located) -> Iterator[Problem]:
    """Find what DescribeTaskDefinition answers and RegisterTaskDefinition does not take."""
    if isinstance(source.data.get("taskDefinition"), Mapping):
        message = "This is an answer of describe-task-definition, not the input of register-task-definition"
        leave = ", ".join(sorted(_ANSWERED))
        yield source.problem(("taskDefinition",), message, f"Keep what is under taskDefinition, without {leave}.")
        return
    for name in source.data:
        if name in _ANSWERED:
            message = f"{name} is part of AWS's answer, not of a task definition to register"
            yield source.problem((name,), message, "Delete it.", at_key=True)


def _with_images(
    definition: Mapping[str, Any], manifest: Manifest, document: Located
) -> tuple[Mapping[str, Any], list[Problem]]:
    containers = definition.get(CONTAINERS)
    entries = containers if isinstance(containers, list) else []
    images = {
        str(entry["name"]): str(entry.get("image") or "")
        for entry in entries
        if isinstance(entry, Mapping) and "name" in entry
    }
    placed: dict[str, str] = {}
    problems: list[Problem] = []
    for name, declared in manifest.spec.images.items():
        path: PartPath = ("spec", "images", name)
        if name not in images:
            message, remedy = f"The task definition has no container {name}", instead_of(name, images, "containers")
            problems.append(document.problem(path, message, remedy, at_key=True))
            continue
        try:
            placed[name] = image(declared, images[name])
        except ImageError as error:
            message = f"The repository for {name} cannot be told: {error.message}"
            problems.append(document.problem(path, message, "Name a whole reference, or put the template right."))
    return {**definition, **({CONTAINERS: [_placed(entry, placed) for entry in entries]} if placed else {})}, problems


def _placed(entry: Any, images: Mapping[str, str]) -> Any:
    if not isinstance(entry, Mapping) or str(entry.get("name")) not in images:
        return entry
    return {**entry, "image": images[str(entry["name"])]}


def _without(part: Any, unfit: Collection[PartPath], at: PartPath = ()) -> Any:
    """Copy a part without what does not fit, so that the rest can be looked at. A list loses all or nothing."""
    if not unfit:
        return part
    if isinstance(part, Mapping):
        kept = {name: value for name, value in part.items() if (*at, name) not in unfit and value is not None}
        return {name: _without(value, unfit, (*at, name)) for name, value in kept.items()}
    if isinstance(part, list):
        if any((*at, index) in unfit for index in range(len(part))):
            return []
        return [_without(value, unfit, (*at, index)) for index, value in enumerate(part)]
    return part


def _on_fargate(source: Located, definition: Mapping[str, Any], found: fargate.FargateProblem) -> Problem:
    _, *names = unspelled(found.pointer)
    remedy = f"{found.remedy[:1].upper()}{found.remedy[1:]}."
    return source.problem(_path(definition, names), f"{found.message[:1].upper()}{found.message[1:]}", remedy)


def _path(part: Any, names: list[str]) -> PartPath:
    """Turn names of entries into their places, as far as they lead."""
    path: PartPath = ()
    for name in names:
        step = _index(part, name) if isinstance(part, list) else name
        try:
            part = part[step]
        except (LookupError, TypeError):
            return (*path, name)
        path = (*path, step)
    return path


def _index(entries: list[Any], name: str) -> Any:
    return next((index for index, entry in enumerate(entries) if name in _names(entry)), None)


def _names(entry: Any) -> tuple[Any, ...]:
    if not isinstance(entry, Mapping):
        return (entry,)
    return entry.get("name") or "", f"{entry.get('containerPort')}-{entry.get('protocol', 'tcp')}"


def _linted(source: Located, definition: Mapping[str, Any], *, strict: bool) -> Iterator[Problem]:
    for found in lint(definition):
        severity = "error" if strict else found.severity
        yield source.problem(found.path, found.message, found.remedy, severity=severity)
