"""How far somebody has read: for each stream the token that leads on. A text for the reader to keep."""

import base64
import binascii
import json
import zlib
from collections.abc import Mapping

MOST = 16_384  # characters of a cursor
_UNPACKED = 262_144

Voice = tuple[str, str]  # a task's id, and one of its containers


def packed(tokens: Mapping[Voice, str]) -> str:
    """The cursor of these tokens, fit for an address."""
    said = json.dumps([[*voice, token] for voice, token in sorted(tokens.items())], separators=(",", ":"))
    return base64.urlsafe_b64encode(zlib.compress(said.encode(), 9)).decode()


def unpacked(cursor: str) -> dict[Voice, str]:
    """The tokens in a cursor. Raises ``ValueError`` for what is none: it comes from outside."""
    if len(cursor) > MOST:
        raise ValueError("A cursor is not as long.")
    try:
        unzipping = zlib.decompressobj()
        said = unzipping.decompress(base64.urlsafe_b64decode(cursor.encode()), _UNPACKED)
        told = json.loads(said)
    except (binascii.Error, zlib.error, RecursionError, ValueError):
        raise ValueError("This is no cursor of an answer.") from None
    if not isinstance(told, list) or not all(_is_entry(each) for each in told):
        raise ValueError("This is no cursor of an answer.")
    return {(task, container): token for task, container, token in told}


def _is_entry(entry: object) -> bool:
    return isinstance(entry, list) and len(entry) == 3 and all(isinstance(each, str) for each in entry)
