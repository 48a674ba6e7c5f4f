"""What can be seen to be wrong with a task definition before anything runs, though AWS would take it.

Pure, on RegisterTaskDefinition's input. The value of a variable is never part of a finding: it may be a secret.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from controller.source.images import ImageError, floats
from controller.source.lint_addresses import (
    addressed_by_command,
    addressed_by_variable,
    shares_network,
)
from controller.source.lint_secrets import formed_secret, named_secret, passed_secret
from controller.source.lint_storage import loses_state
from controller.source.located import PartPath
from controller.source.problem import Severity

_LOCALHOST = "Write localhost: under awsvpc the containers of a task share one network interface, and no names."
_BY_REFERENCE = "Move it to secrets, with a valueFrom that names a parameter or a secret, and change what was exposed."


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong at one place of a task definition."""

    path: PartPath
    message: str
    remedy: str
    severity: Severity = "warning"


def lint(definition: Mapping[str, Any]) -> Iterator[Finding]:
    """Look through a task definition of which every part has the type it must have."""
    containers = definition.get("containerDefinitions") or ()
    names = tuple(str(container["name"]) for container in containers if container.get("name"))
    volumes = {str(volume.get("name")): volume for volume in definition.get("volumes") or ()}
    for index, container in enumerate(containers):
        at: PartPath = ("containerDefinitions", index)
        if shares_network(definition):
            yield from _addresses(at, container, names)
        yield from _secrets(at, container)
        yield from _image(at, container)
        if loses_state(container, volumes):
            message = f"The container {container.get('name')} keeps state that ends with its task"
            remedy = "Mount an EFS volume at its data folder, or keep the data outside the task."
            yield Finding((*at, "image"), message, remedy)


def _addresses(at: PartPath, container: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[Finding]:
    own = container.get("name")
    mapped = {str(entry.get("hostname")) for entry in container.get("extraHosts") or ()}
    others = tuple(name for name in names if name != own and name not in mapped and name != "localhost")
    for path, variable, value in _variables(at, container):
        for name in addressed_by_variable(variable, value, others):
            yield _addressed(path, f"{variable} of {own}", name)
    for path, words in _commands(at, container):
        for name in addressed_by_command(words, others):
            yield _addressed(path, f"{path[2]} of {own}", name)


def _addressed(path: PartPath, what: str, name: str) -> Finding:
    message = f"{what} addresses the container {name} of the same task by its name"
    return Finding(path, message, _LOCALHOST, "error")


def _secrets(at: PartPath, container: Mapping[str, Any]) -> Iterator[Finding]:
    own = container.get("name")
    for path, variable, value in _variables(at, container):
        if named_secret(variable, value) or formed_secret(value):
            yield Finding(path, f"{variable} of {own} looks like a secret in plain text", _BY_REFERENCE)
    for path, words in _commands(at, container):
        if passed_secret(" ".join(map(str, words))):
            message = f"{path[2]} of {own} looks like it passes a secret in plain text"
            yield Finding(path, message, "Pass it as an environment variable of secrets, with a valueFrom.")
    options = (container.get("logConfiguration") or {}).get("options") or {}
    for name, value in options.items():
        if named_secret(name, str(value)):
            message = f"The log option {name} of {own} looks like a secret in plain text"
            yield Finding((*at, "logConfiguration", "options", name), message, "Move it to secretOptions.")


def _image(at: PartPath, container: Mapping[str, Any]) -> Iterator[Finding]:
    image = container.get("image")
    try:
        if image and floats(image):
            message = f"What the image of {container.get('name')} is may change without a commit: {image}"
            yield Finding((*at, "image"), message, "Name a tag that is never moved, or a digest.")
    except ImageError as error:
        yield Finding((*at, "image"), error.message, error.remedy, "error")


def _variables(at: PartPath, container: Mapping[str, Any]) -> Iterator[tuple[PartPath, str, str]]:
    for index, variable in enumerate(container.get("environment") or ()):
        yield (*at, "environment", index, "value"), str(variable.get("name")), str(variable.get("value") or "")


def _commands(at: PartPath, container: Mapping[str, Any]) -> Iterator[tuple[PartPath, list[Any]]]:
    for name in ("entryPoint", "command"):
        if container.get(name):
            yield (*at, name), container[name]
    probe = (container.get("healthCheck") or {}).get("command")
    if probe:
        yield (*at, "healthCheck", "command"), probe
