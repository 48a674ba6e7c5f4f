"""Filter patterns for unstructured events: words that must stand there, ``?`` any of these, ``-`` none of these."""

import re
from collections.abc import Callable

from sandbox.world.logs.streams import invalid

_TERM = re.compile(r'([?-]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))')


def pattern(text: str) -> Callable[[str], bool]:
    """Whether an event has what a filter pattern asks for; case counts.

    Patterns for JSON, for columns and regular expressions are refused.
    """
    if text.strip()[:1] in {"{", "[", "%"}:
        raise invalid("Invalid filter pattern: the sandbox knows words and phrases only.")
    terms = [(sign, phrase or word) for sign, phrase, word in _TERM.findall(text)]
    every = [term for sign, term in terms if not sign]
    some = [term for sign, term in terms if sign == "?"]
    none = [term for sign, term in terms if sign == "-"]

    def matches(message: str) -> bool:
        return (
            all(term in message for term in every)
            and (not some or any(term in message for term in some))
            and not any(term in message for term in none)
        )

    return matches
