"""JSON pointers (RFC 6901) into a service, in which the entries of a list go by their names and not by their places.

``/taskDefinition/containerDefinitions/proxy/environment/BUILD`` is a variable of the container ``proxy``, wherever AWS
puts either; ``/serviceDefinition/desiredCount`` is a field of the service. A ``/`` inside a name is written ``~1``, a
``~`` is written ``~0``.
"""

import re
from dataclasses import dataclass

_ROOTS = ("taskDefinition", "serviceDefinition")
_LONE_TILDE = re.compile(r"~(?![01])")


@dataclass(frozen=True, slots=True)
class Pointer:
    """A place in a service: ``tokens`` are names, the first is ``taskDefinition`` or ``serviceDefinition``."""

    tokens: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "Pointer":
        """The pointer that ``text`` spells. ``ValueError`` says what is wrong with it and how it is put right."""
        if not text.startswith("/"):
            raise ValueError(
                f"{text!r} is not a JSON pointer: begin it with a slash, as in /serviceDefinition/desiredCount"
            )
        if _LONE_TILDE.search(text):
            raise ValueError(f"{text!r} holds a lone '~': write '~0' for a tilde and '~1' for a slash inside a name")
        tokens = tuple(_unescaped(token) for token in text[1:].split("/"))
        if "" in tokens:
            raise ValueError(f"{text!r} has an empty step: remove the slash that is too many")
        if tokens[0] not in _ROOTS:
            raise ValueError(f"{text!r} leads nowhere: begin it with /taskDefinition or /serviceDefinition")
        if len(tokens) == 1:
            raise ValueError(f"{text!r} names everything: name one field below it")
        return cls(tokens)

    def covers(self, tokens: tuple[str, ...]) -> bool:
        """Whether ``tokens`` lead to this place or to one below it."""
        return tokens[: len(self.tokens)] == self.tokens

    def __str__(self) -> str:
        return spelled(self.tokens)


def spelled(tokens: tuple[str, ...]) -> str:
    """Tokens as the text of a JSON pointer."""
    return "".join("/" + token.replace("~", "~0").replace("/", "~1") for token in tokens)


def unspelled(text: str) -> tuple[str, ...]:
    """The tokens of a text that ``spelled`` made: whatever its names are, one that is empty among them."""
    return tuple(_unescaped(token) for token in text.split("/")[1:])


def _unescaped(token: str) -> str:
    return token.replace("~1", "/").replace("~0", "~")
