"""Patterns with ``*`` and ``?``, held at both ends. Neither crosses ``/`` or ``:``, as paths and ARNs are divided."""

import re
from collections.abc import Iterable
from functools import lru_cache


def any_matches(globs: Iterable[str], text: str) -> bool:
    """Whether one of the patterns matches the whole of ``text``, letter by letter."""
    return any(_compiled(glob).fullmatch(text) for glob in globs)


@lru_cache(maxsize=1024)
def _compiled(glob: str) -> re.Pattern[str]:
    wild = {"*": r"[^/:\s]*", "?": r"[^/:\s]"}
    parts = re.split(r"(\*+|\?)", glob)
    return re.compile("".join(wild.get(part[:1], re.escape(part)) if part else "" for part in parts), re.DOTALL)
