"""Texts that hold what others wrote, kept short: a name in them may be a megabyte."""

from collections.abc import Iterable

LONGEST = 1000  # characters of one message
LONGEST_SENTENCE = 2000  # of what several messages are told as


def excerpt(text: str, most: int = LONGEST) -> str:
    """A text of at most ``most`` characters: of a longer one its beginning and its end, with … between them."""
    if len(text) <= most:
        return text
    end = most // 4
    return f"{text[: most - 1 - end]}…{text[len(text) - end :]}"


def sentences(texts: Iterable[str]) -> str:
    """Several messages as one text of at most ``LONGEST_SENTENCE`` characters."""
    return excerpt(" ".join(texts), LONGEST_SENTENCE)
