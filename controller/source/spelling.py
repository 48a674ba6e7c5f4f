"""What somebody may have meant: the nearest right name, and how to say it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_SHOWN = 20


def nearest(word: str, names: Iterable[str]) -> str | None:
    """Give the name that looks most like `word`, whatever the case of its letters; None where none comes near."""
    by_folded = {name.casefold(): name for name in names}
    found = get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None


def instead_of(word: str, names: Iterable[str], what: str = "names") -> str:
    """Say what to write in place of `word`: `Did you mean values?`, or else which `what` there are."""
    known = sorted(names)
    found = nearest(word, known)
    if found:
        return f"Did you mean {found}?"
    more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
    return f"The {what} here are {', '.join(known[:_SHOWN])}{more}." if known else f"There are no {what} here."
