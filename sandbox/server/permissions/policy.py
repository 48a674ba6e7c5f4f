"""Identity policies: documents in, yes or no out. What is not understood is an error when it is read, never a yes."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

Context = Mapping[str, str]
_PARTS = frozenset({"Sid", "Effect", "Action", "Resource", "Condition"})


class PolicyError(ValueError):
    """A document that says what this does not understand."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing a request wants to be allowed. ``resource`` is ``None`` where it names none; ``context`` by key."""

    action: str
    resource: str | None
    context: Context


@dataclass(frozen=True, slots=True)
class Statement:
    """One Allow or Deny; ``conditions`` are (operator, key, values)."""

    allows: bool
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...]

    def matches(self, wish: Wish) -> bool:
        """Whether it speaks of the wish."""
        if not any(_like(each.lower(), wish.action.lower()) for each in self.actions):
            return False
        if wish.resource is not None and not any(_like(each, wish.resource) for each in self.resources):
            return False
        return all(_holds(operator, wish.context.get(key), values) for operator, key, values in self.conditions)


class Policy:
    """All that one principal is allowed."""

    def __init__(self, documents: Iterable[Mapping[str, Any]]) -> None:
        self._statements = tuple(each for document in documents for each in _statements(document))

    def allows(self, wish: Wish) -> bool:
        """Whether a statement allows it and none denies it."""
        speaking = [each.allows for each in self._statements if each.matches(wish)]
        return bool(speaking) and all(speaking)


def _statements(document: Mapping[str, Any]) -> Iterable[Statement]:
    if document.get("Version") != "2012-10-17" or "Statement" not in document:
        raise PolicyError("A policy has a Version, 2012-10-17, and Statements.")
    found = document["Statement"]
    for each in found if isinstance(found, list) else [found]:
        if strange := sorted(each.keys() - _PARTS):
            raise PolicyError(f"The sandbox does not understand {strange[0]} in a statement.")
        yield Statement(
            each["Effect"] == "Allow", _many(each["Action"]), _many(each["Resource"]), tuple(_conditions(each))
        )


def _conditions(statement: Mapping[str, Any]) -> Iterable[tuple[str, str, tuple[str, ...]]]:
    for operator, tests in statement.get("Condition", {}).items():
        if operator.removesuffix("IfExists") not in _OPERATORS:
            raise PolicyError(f"The sandbox does not understand the condition {operator}.")
        for key, values in tests.items():
            yield operator, key, _many(values)


def _holds(operator: str, found: str | None, values: tuple[str, ...]) -> bool:
    if found is None:
        return operator.endswith("IfExists")
    test = _OPERATORS[operator.removesuffix("IfExists")]
    return any(test(each, found) for each in values)


def _many(said: Any) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else tuple(said)


def _like(pattern: str, text: str) -> bool:
    return _compiled(pattern).fullmatch(text) is not None


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    wild = {"*": ".*", "?": "."}
    return re.compile("".join(wild.get(each, re.escape(each)) for each in pattern), re.DOTALL)


_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda wanted, found: wanted == found,
    "StringLike": _like,
    "ArnEquals": _like,
    "ArnLike": _like,
    "Bool": lambda wanted, found: wanted.lower() == found.lower(),
}
