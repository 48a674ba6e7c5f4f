"""What replicas tell each other of what happened, put together: each thing once, whoever saw it and told it when.

The name of a fact (``Fact.id``) is the same everywhere. What is dated by looking at it may be a moment later for one
replica than for another, and what ends may begin again under the same name. So the same name is the same thing unless
its other end came in between: of drift that it was healed, of what was healed that it drifted again. Of
a service that leaves Git nobody tells that it came back: one that left long after is another departure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from heapq import nlargest

from controller.loop.author import hands
from controller.loop.brief import brief, named_briefly
from controller.loop.facts import Fact, Kind

AHEAD = 300.0  # seconds by which the clock of another replica may be ahead, with all that lies between
_BEGINS = frozenset({Kind.DRIFT_FOUND, Kind.HELD, Kind.BLOCKED, Kind.SOURCE_STALE})


def other_end(fact: Fact) -> str | None:
    """What begins again may end again, and the other way round: the name of the end that makes this one new."""
    match fact.kind:
        case Kind.DRIFT_FOUND:
            return f"{fact.id}/healed"
        case Kind.HELD | Kind.BLOCKED:
            return f"{fact.id}/cleared"
        case Kind.SOURCE_STALE:
            return fact.id.removesuffix("/stale") + "/back"
        case Kind.DRIFT_HEALED | Kind.CLEARED:
            return fact.id.rpartition("/")[0]
        case Kind.SOURCE_BACK:
            return fact.id.removesuffix("/back") + "/stale"
        case _:
            return None


def credible(told: Iterable[Fact], now: float, most: int) -> list[Fact]:
    """What can have happened by ``now`` of what was told, in its order; where it is more than ``most``, the newest.

    An address that is read in the lease table may be anybody's, who tells what he likes, and at what length.
    """
    found = [brief(fact) for fact in told if 0 <= fact.at <= now + AHEAD and named_briefly(fact)]
    newest = nlargest(most, range(len(found)), key=lambda place: (found[place].at, place))
    return [found[place] for place in sorted(newest)]


def put_together(kept: Sequence[Fact], told: Iterable[Fact]) -> list[Fact]:
    """What is kept, in its order, as it is known once others ``told`` theirs; and what is new, in theirs.

    Nothing is told by halves: the ends that make two facts two are among what is kept or told.
    """
    heard = tuple(told)
    moments = _moments((*kept, *heard))
    found = list(kept)
    places: dict[str, list[int]] = {}
    for place, fact in enumerate(kept):
        places.setdefault(fact.id, []).append(place)
    for fact in heard:
        known = places.setdefault(fact.id, [])
        same = next((place for place in known if _same(found[place], fact, moments)), None)
        if same is None:
            known.append(len(found))
            found.append(fact)
        else:
            found[same] = merged(found[same], fact)
    return found


def told_before(fact: Fact, kept: Iterable[Fact]) -> bool:
    """Whether a departure is among those that are kept; one long before it is another."""
    return any(each.id == fact.id and abs(each.at - fact.at) <= AHEAD for each in kept)


def newest(facts: Iterable[Fact]) -> Mapping[str, float]:
    """When each that has a name happened last."""
    return {name: max(moments) for name, moments in _moments(facts).items()}


def _moments(facts: Iterable[Fact]) -> Mapping[str, Sequence[float]]:
    moments: dict[str, list[float]] = {}
    for each in facts:
        moments.setdefault(each.id, []).append(each.at)
    return moments


def _same(one: Fact, other: Fact, moments: Mapping[str, Sequence[float]]) -> bool:
    """Whether two of one name are one thing. What ends does so after it began, be it at the same moment."""
    first, last = sorted((one.at, other.at))
    if one.kind is Kind.LEFT:
        return last - first <= AHEAD  # that it came back in between is told by nobody
    ends = moments.get(other_end(one) or "", ())
    if one.kind in _BEGINS:
        return not any(first <= at < last for at in ends)
    return not any(first < at <= last for at in ends)


def merged(kept: Fact, told: Fact) -> Fact:
    """The same thing at the earlier moment, and with whoever did it, which may be learnt long after."""
    at = min(kept.at, told.at)
    fact = told if set(hands(kept.who)) < set(hands(told.who)) else kept
    return fact if fact.at == at else replace(fact, at=at)
