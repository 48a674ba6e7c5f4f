"""How much of a fact is kept: a journal holds thousands, and what another replica tells may be of any length.

Whoever keeps a fact, the one that saw it or one that was told, keeps the same of it.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate, takewhile
from typing import Any

from controller.loop.facts import Fact
from reconcilers.excerpt import LONGEST, excerpt

LONGEST_TEXT = 3 * LONGEST  # characters
LONGEST_NAME = 500  # of an id: names of services have a hundred, those of deployments two or three
MOST_PATHS = 4 * LONGEST  # characters of a drift's fields together; the text says how many there are


def brief(fact: Fact) -> Fact:
    """The fact with as much of its texts, and as many of a drift's fields, as are kept."""
    cut: dict[str, Any] = {name: excerpt(text, most) for name, text, most in _texts(fact) if len(text) > most}
    paths = _paths(fact.paths)
    if not cut and len(paths) == len(fact.paths):
        return fact
    return replace(fact, paths=paths, **cut)


def named_briefly(fact: Fact) -> bool:
    """Whether the names in a fact, which cannot be cut, are as long as names are."""
    key = fact.service
    names = (fact.id, fact.deployment, fact.commit, fact.release, *((key.environment, key.name) if key else ()))
    return all(name is None or len(name) <= LONGEST_NAME for name in names)


def _texts(fact: Fact) -> Iterator[tuple[str, str, int]]:
    yield "text", fact.text, LONGEST_TEXT
    yield "subject", fact.subject, LONGEST
    yield "reason", fact.reason, LONGEST
    yield "remedy", fact.remedy, LONGEST
    yield "who", fact.who, LONGEST


def _paths(paths: tuple[str, ...]) -> tuple[str, ...]:
    lengths = accumulate(len(path) + 1 for path in paths)
    return paths[: sum(1 for _ in takewhile(lambda length: length <= MOST_PATHS, lengths))]
