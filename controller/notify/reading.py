"""A YAML file in, channels out, or everything that is wrong with it, each at its place."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from controller.notify.configuration import (
    Filter,
    GitHubChannel,
    GitLabChannel,
    Notifications,
    SlackChannel,
    WebhookChannel,
    safe,
)
from controller.notify.secret import SecretSource
from controller.source.documents import Document, load
from controller.source.located import dotted
from controller.source.problem import Problem
from controller.source.spelling import instead_of


def parse(text: bytes, file: str) -> Notifications | tuple[Problem, ...]:
    """Read a file. Gives its problems, at least one, where it cannot be used."""
    documents = load(text, file)
    if documents.problems:
        return documents.problems
    if len(documents.documents) != 1:
        return (Problem(file, None, None, "The file holds several documents", "Keep one: channels are one list."),)
    document = documents.documents[0]
    try:
        read = Notifications.model_validate(document.data)
    except ValidationError as error:
        return tuple(sorted(_problem(document, each) for each in error.errors(include_url=False, include_input=False)))
    return tuple(_contradictions(document, read)) or read


def _contradictions(document: Document, read: Notifications) -> list[Problem]:
    problems: list[Problem] = []
    seen: set[str] = set()
    for index, channel in enumerate(read.channels):
        at = ("channels", index)
        if channel.name in seen:
            message = f"Two channels are called {channel.name}"
            problems.append(document.problem((*at, "name"), message, "A name is by what is known who was told what."))
        seen.add(channel.name)
        for field in ("url", "api_url"):
            address = getattr(channel, field, None)
            if address is not None and not safe(address, insecure=channel.insecure):
                remedy = "Use https, or say insecure: true if you know who listens."
                problems.append(document.problem((*at, to_camel(field)), "Anybody on the way could read it", remedy))
    return problems


def _problem(document: Document, details: ErrorDetails) -> Problem:
    path = _path(details["loc"])
    spelled = dotted(path)
    match details["type"]:
        case "extra_forbidden":
            message = f"There is no field {path[-1]} in {spelled.rpartition('.')[0] or 'the file'}"
            return document.problem(
                path, message, instead_of(str(path[-1]), _fields(document, path[:-1]), "fields"), at_key=True
            )
        case "missing":
            return document.problem(path, f"{spelled} is missing", f"Add {path[-1]}.")
        case "enum" | "literal_error":
            return document.problem(path, f"{spelled} is not one of the words", f"Write {details['ctx']['expected']}.")
        case "union_tag_not_found" | "union_tag_invalid":
            return document.problem(
                (*path, "kind"), f"{spelled}.kind says no kind", "Write slack, github, gitlab or webhook."
            )
        case "value_error":
            return document.problem(path, f"{spelled} cannot be used", details["msg"].removeprefix("Value error, "))
        case _:
            remedy = details["msg"].replace("Input should be", "It must be").replace("String should", "It must")
            return document.problem(path, f"{spelled} cannot be used", f"{remedy}.")


def _path(loc: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """pydantic names the kind of a channel in an error's path; the file does not."""
    return (*loc[:2], *loc[3:]) if len(loc) > 2 and loc[0] == "channels" and loc[2] in _MODELS else loc


_MODELS: Mapping[str, type[BaseModel]] = {
    "slack": SlackChannel,
    "github": GitHubChannel,
    "gitlab": GitLabChannel,
    "webhook": WebhookChannel,
}


def _fields(document: Document, path: tuple[int | str, ...]) -> list[str]:
    """The fields of the part at a path."""
    model: type[BaseModel] = Notifications
    if len(path) >= 2:
        model = _MODELS[document.data["channels"][path[1]]["kind"]]
    if len(path) > 2:
        model = Filter if path[2] == "filter" else SecretSource
    return [field.alias or name for name, field in model.model_fields.items()]
