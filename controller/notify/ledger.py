"""What one channel was told of one service. Pure.

A ledger is a few words, so that it fits into a tag. What began (a rollout, a drift, an obstacle) stays in it until its
end was told.
"""

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from hashlib import sha256
from typing import assert_never

from controller.loop.facts import Fact, Kind

MOST_PATHS = 8  # of a drift, by which it is known again when a field of it is healed before the others
NEAR = 0.002  # two times are the same, once written and read


class Slot(StrEnum):
    """What can stand at one time, and so be told and end, each on its own; an order stands for nothing."""

    ROLLOUT = "r"
    DRIFT = "d"
    OBSTACLE = "o"
    ORDER = "q"


_SLOTS = {
    Kind.DRIFT_FOUND: Slot.DRIFT,
    Kind.DRIFT_HEALED: Slot.DRIFT,
    Kind.HELD: Slot.OBSTACLE,
    Kind.BLOCKED: Slot.OBSTACLE,
    Kind.CLEARED: Slot.OBSTACLE,
    Kind.SOURCE_STALE: Slot.OBSTACLE,
    Kind.SOURCE_BACK: Slot.OBSTACLE,
    Kind.ORDERED: Slot.ORDER,
}
ENDS = {
    Kind.DRIFT_FOUND: Kind.DRIFT_HEALED,
    Kind.HELD: Kind.CLEARED,
    Kind.BLOCKED: Kind.CLEARED,
    Kind.SOURCE_STALE: Kind.SOURCE_BACK,
}


@dataclass(frozen=True, slots=True)
class Shipped:
    """The newest rollout that was told of: how it stood then, and when AWS created it."""

    deployment: str
    kind: Kind
    created: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A drift or an obstacle that was told. ``name``: the fact's id without the service; ``number``: which one it was.

    ``paths``: short digests of a drift's fields, ``None`` where they were too many to keep. ``fact`` is what was told,
    where it was this process that told it.
    """

    name: str
    at: float
    number: int
    paths: frozenset[str] | None = frozenset()
    fact: Fact | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Ledger:
    """``number`` counts what was told, and so says which of two ledgers is the newer one. ``runs``: what ran when the
    rollout was told, as a digest.
    """

    number: int = 0
    shipped: Shipped | None = None
    runs: str = ""
    drift: Mark | None = None
    obstacle: Mark | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """Who is about to tell something, and since when (seconds since the epoch)."""

    holder: str
    at: float


@dataclass(frozen=True, slots=True)
class Entry:
    """A ledger as it is kept, with the claim of whoever is about to change it."""

    ledger: Ledger = Ledger()
    claim: Claim | None = None


def slot(kind: Kind) -> Slot:
    """What a fact of this kind is about."""
    return _SLOTS.get(kind, Slot.ROLLOUT)


def after(ledger: Ledger, fact: Fact, runs: str = "", *, told: bool = True) -> Ledger:
    """The ledger once ``fact`` is behind us. ``runs``: what ran then, as ``running`` says it.

    What nobody wanted to be told (not ``told``) has no number: replicas pass over it at different times, and their
    ledgers must still agree on which is the newer one.
    """
    number = ledger.number + 1
    changed = replace(ledger, number=number if told else ledger.number)
    about = slot(fact.kind)
    match about:
        case Slot.ROLLOUT:
            shipped = Shipped(fitting(fact.deployment or ""), fact.kind, _created(fact))
            return replace(changed, shipped=shipped, runs=runs)
        case Slot.DRIFT:
            return replace(changed, drift=_mark(ledger.drift, fact, number))
        case Slot.OBSTACLE:
            return replace(changed, obstacle=_mark(ledger.obstacle, fact, number))
        case Slot.ORDER:
            return changed
        case _:
            assert_never(about)


def occurrence(ledger: Ledger, fact: Fact) -> str:
    """A name for this one telling, the same after a crash and from another replica.

    A rollout's fact happens once, and an order. What can come again (the same drift, made again by the same hand) is
    numbered.
    """
    if slot(fact.kind) in (Slot.ROLLOUT, Slot.ORDER):
        return fact.id
    mark = ledger.drift if slot(fact.kind) is Slot.DRIFT else ledger.obstacle
    number = ledger.number + 1 if fact.kind in ENDS or mark is None else mark.number
    return f"{fact.id}#{number}"


def _created(fact: Fact) -> float:
    return fact.at if fact.kind is Kind.STARTED else fact.at - (fact.seconds or 0.0)


def _mark(before: Mark | None, fact: Fact, number: int) -> Mark | None:
    if fact.kind not in ENDS:
        return None
    if before is not None and fact.kind is Kind.DRIFT_FOUND:
        return _grown(before, fact, number)
    return Mark(name_of(fact), fact.at, number, _few(paths_of(fact)), fact)


def _grown(before: Mark, fact: Fact, number: int) -> Mark:
    """A drift that has come to more fields: it is one, from its beginning, and ends with all of them."""
    paths = _few(before.paths | paths_of(fact)) if before.paths is not None else None
    at = min(before.at, fact.at)
    known = before.fact.paths if before.fact is not None else ()
    whole = replace(fact, at=at, paths=tuple(dict.fromkeys((*known, *fact.paths)))) if before.fact is not None else None
    return Mark(name_of(fact), at, number, paths, whole)


def _few(paths: frozenset[str]) -> frozenset[str] | None:
    return paths if len(paths) <= MOST_PATHS else None


def name_of(fact: Fact) -> str:
    """The id without whose it is, as it fits into a tag."""
    thing, _, what = fact.id.removeprefix("source/" if fact.service is None else f"{fact.service}/").rpartition("/")
    return f"{fitting(thing)}/{what}"


def paths_of(fact: Fact) -> frozenset[str]:
    """The fields of a drift, as short digests."""
    return frozenset(digest(path, 4) for path in fact.paths)


def untold(told: Mark, paths: tuple[str, ...]) -> tuple[str, ...]:
    """The fields that were not told yet; none where they were too many to be kept."""
    return () if told.paths is None else tuple(path for path in paths if digest(path, 4) not in told.paths)


def fitting(deployment: str) -> str:
    """A deployment's id as it fits into a tag: ECS's are short, and yet nobody promises it."""
    return deployment if re.fullmatch(r"[\w-]{1,40}", deployment, re.ASCII) else digest(deployment, 16)


def digest(text: str, length: int) -> str:
    """A digest of so many characters."""
    return sha256(text.encode()).hexdigest()[:length]
