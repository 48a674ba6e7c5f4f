"""A YAML file in, channels out, or everything that is wrong with it, each at its place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from pydantic import TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from controller.notify.configuration import ChannelConfig, Notifications, safe
from controller.notify.sense import nonsense, too_many
from controller.rules import reading as rules
from controller.source.documents import Document, load
from controller.source.problem import Problem

_CHANNEL: TypeAdapter[ChannelConfig] = TypeAdapter(ChannelConfig)
_ONE = "Keep one: channels are one list."


def parse(text: bytes, file: str) -> Notifications | tuple[Problem, ...]:
    """Read a file. Gives its problems, at least one, where it cannot be used: not those of its form alone."""
    match rules.parse(text, file, Notifications, _ONE):
        case (Document() as document, Notifications() as read):
            found = (*_senseless(document, list(enumerate(read.channels))), *too_many(document, read))
            return found or read
        case problems:
            documents = load(text, file).documents
            beside = _senseless(documents[0], _sound(documents[0])) if len(documents) == 1 else ()
            return tuple(sorted((*problems, *beside)))


def _sound(document: Document) -> list[tuple[int, ChannelConfig]]:
    """The channels of which nothing is wrong with the form, and where in the list they are."""
    channels = document.data.get("channels")
    sound = []
    for index, said in enumerate(channels if isinstance(channels, list) else ()):
        with suppress(ValidationError):
            sound.append((index, _CHANNEL.validate_python(said)))
    return sound


def _senseless(document: Document, channels: list[tuple[int, ChannelConfig]]) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, channel in channels:
        at = ("channels", index)
        if channel.name in seen:
            message = f"Two channels are called {channel.name}"
            yield document.problem((*at, "name"), message, "A name is by what is known who was told what.")
        seen.add(channel.name)
        for field in ("url", "api_url"):
            address = getattr(channel, field, None)
            if address is not None and not safe(address, insecure=channel.insecure):
                remedy = "Use https, or say insecure: true if you know who listens."
                yield document.problem((*at, to_camel(field)), "Anybody on the way could read it", remedy)
        yield from nonsense(document, index, channel)
