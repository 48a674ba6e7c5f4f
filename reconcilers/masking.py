"""What of a change may be seen: that something changed, but nothing of a value that may be a secret."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from reconcilers.change import Change
from reconcilers.json_value import Json

MASK = "••••••"

_SECRET_NAME = re.compile(
    r"pass(word|wd|phrase)?|secret|token|credential|(api|access|private|signing|encryption)[-_.]?key|auth|dsn",
    re.IGNORECASE,
)
# Maps and lists in which the user, and not AWS, gives the names.
_FREELY_NAMED = frozenset({"dockerLabels", "driverOpts", "hookDetails", "labels", "options", "properties", "tags"})
_IN_TEXT = (
    re.compile(r"(?<=://)[^/\s@]+(?=@)"),
    re.compile(r"(?i)(?:(?<=password=)|(?<=passwd=)|(?<=secret=)|(?<=token=)|(?<=api-key=)|(?<=api_key=))[^\s&;,]+"),
)


def masked(change: Change) -> Change:
    """``change`` fit for logs and pages.

    Values of environment variables are masked always, those of options, labels and tags where their name speaks of a
    secret, and credentials inside any other text. References to secrets (``valueFrom``) are none, and stay.
    """
    tokens = tuple(change.path.split("/"))
    return replace(change, declared=_concealed(change.declared, tokens), live=_concealed(change.live, tokens))


def _concealed(value: Json, tokens: tuple[str, ...]) -> Json:
    if value is None:
        return None
    if isinstance(value, Mapping):
        return {name: _concealed(one, (*tokens, name)) for name, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_concealed_entry(one, tokens, index) for index, one in enumerate(value)]
    if _is_secret(tokens):
        return MASK
    return _scrubbed(value) if isinstance(value, str) else value


def _concealed_entry(entry: Json, tokens: tuple[str, ...], index: int) -> Json:
    if not isinstance(entry, Mapping):
        return _concealed(entry, (*tokens, str(index)))
    name = str(entry.get("name", entry.get("key", index)))
    spoken = {"name", "key"}  # what a variable is called is no secret
    return {
        field: one if field in spoken else _concealed(one, (*tokens, name, *([] if field == "value" else [field])))
        for field, one in entry.items()
    }


def _is_secret(tokens: tuple[str, ...]) -> bool:
    if "environment" in tokens[:-1]:
        return True
    return any(parent in _FREELY_NAMED and _SECRET_NAME.search(name) is not None for parent, name in pairwise(tokens))


def _scrubbed(text: str) -> str:
    for pattern in _IN_TEXT:
        text = pattern.sub(MASK, text)
    return text
