"""A YAML file in, channels out, or everything that is wrong with it, each at its place."""

from __future__ import annotations

from pydantic.alias_generators import to_camel

from controller.notify.configuration import Notifications, safe
from controller.notify.sense import nonsense
from controller.rules import reading as rules
from controller.source.documents import Document
from controller.source.problem import Problem


def parse(text: bytes, file: str) -> Notifications | tuple[Problem, ...]:
    """Read a file. Gives its problems, at least one, where it cannot be used."""
    match rules.parse(text, file, Notifications, "Keep one: channels are one list."):
        case (Document() as document, Notifications() as read):
            return (*_contradictions(document, read), *nonsense(document, read)) or read
        case problems:
            return problems


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
