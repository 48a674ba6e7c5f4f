"""Answers in pages: a token is the place where the next page begins."""

from collections.abc import Sequence
from typing import TypeVar

from sandbox.errors import AwsError

Item = TypeVar("Item")


def page(items: Sequence[Item], token: str | None, size: int, error: AwsError) -> tuple[list[Item], str | None]:
    """The page that ``token`` names (the first without one) and the next page's token.

    ``error`` for a strange token.
    """
    start = 0
    if token:
        if not token.isdecimal():
            raise error
        start = int(token)
    end = start + size
    return list(items[start:end]), str(end) if end < len(items) else None
