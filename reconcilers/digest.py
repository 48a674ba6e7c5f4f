"""Digests: short names made from content, so that the same content is known again anywhere and at any time."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NewType

Digest = NewType("Digest", str)  # "v1-" and 32 hexadecimal digits; fits the value of an ECS tag

_VERSION = "v1"  # of what goes in and of how it is written down; digests of two versions are never compared


def digest_of(value: Any) -> Digest:
    """The digest of JSON data. The order of keys does not count, the order of a list does."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=_plain)
    return Digest(f"{_VERSION}-{hashlib.sha256(text.encode()).hexdigest()[:32]}")


def _plain(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else str(value)
