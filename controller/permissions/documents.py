"""Statements as IAM's JSON, in as many documents as its size asks for.

A managed policy may have 6,144 characters, white space not counted (IAM and STS quotas); a role takes ten of them.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from controller.permissions.statement import Statement

LIMIT = 6_144
_VERSION = "2012-10-17"


class TooLongError(Exception):
    """One resource's statement alone is longer than a policy may be."""


def documents(statements: Iterable[Statement], limit: int = LIMIT) -> tuple[dict[str, Any], ...]:
    """Policies of at most ``limit`` characters that together allow what the statements do. Raises ``TooLongError``."""
    filled: list[list[Statement]] = [[]]
    for each in statements:
        for piece in _pieces(each, limit):
            if filled[-1] and size(_document([*filled[-1], piece])) > limit:
                filled.append([])
            filled[-1].append(piece)
    return tuple(_document(each) for each in filled if each)


def size(document: Mapping[str, Any]) -> int:
    """The characters of a policy as IAM counts them."""
    return len(re.sub(r"\s", "", json.dumps(document)))


def _pieces(statement: Statement, limit: int) -> Iterator[Statement]:
    """The statement, or halves of its resources where it alone is too long for a document."""
    if size(_document([statement])) <= limit:
        yield statement
        return
    middle = len(statement.resources) // 2
    if not middle:
        raise TooLongError(f"The permission {statement.sid} for {statement.resources[0][:200]} is too long for IAM.")
    yield from _pieces(replace(statement, sid=f"{statement.sid}A", resources=statement.resources[:middle]), limit)
    yield from _pieces(replace(statement, sid=f"{statement.sid}B", resources=statement.resources[middle:]), limit)


def _document(statements: Iterable[Statement]) -> dict[str, Any]:
    return {"Version": _VERSION, "Statement": [_written(each) for each in statements]}


def _written(statement: Statement) -> dict[str, Any]:
    allowed = {
        "Sid": statement.sid,
        "Effect": "Allow",
        "Action": _one_or_many(statement.actions),
        "Resource": _one_or_many(statement.resources),
    }
    conditions = {
        operator: {
            key: value if isinstance(value, str) else _one_or_many(value) for key, value in sorted(tests.items())
        }
        for operator, tests in sorted(statement.conditions.items())
    }
    return allowed | {"Condition": conditions} if conditions else allowed


def _one_or_many(words: tuple[str, ...]) -> str | list[str]:
    return words[0] if len(words) == 1 else list(words)
