"""Durations as people write them: 90m, 2h, 1h30m, 45s, or a number of seconds."""

from __future__ import annotations

import re

_SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_WRITTEN = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", re.ASCII)
_LONGEST = 40  # characters; more is no number that anybody means


def seconds(text: str) -> float | None:
    """Give the seconds that `text` means, None where it is no duration."""
    if len(text) > _LONGEST:
        return None
    if re.fullmatch(r"\d+(\.\d+)?", text, re.ASCII):
        return float(text)
    found = _WRITTEN.fullmatch(text)
    if not text or found is None:
        return None
    return float(sum(int(count) * _SECONDS[unit] for count, unit in zip(found.groups("0"), "dhms", strict=True)))
