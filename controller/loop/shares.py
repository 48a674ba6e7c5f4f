"""What a journal has room for: so much of what was seen here, and so much of what others told, so that nothing that
they tell takes the place of what was seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from controller.loop.facts import Fact


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact at its place in the order. ``own``: it was seen here, whoever else told it."""

    place: int
    fact: Fact
    own: bool


def with_room(
    entries: Sequence[Entry], new: Sequence[Fact], own: bool, most: int
) -> tuple[list[Entry], list[Fact], list[Entry]]:
    """The entries that stay and those of the new facts that find room, in their orders; and the entries that make it.

    The oldest of a share make room; of one moment, what is kept before what is new.
    """
    share = [place for place, each in enumerate(entries) if each.own is own]
    moments = [*(entries[place].fact.at for place in share), *(fact.at for fact in new)]
    surplus = max(0, len(moments) - most)
    out = set(sorted(range(len(moments)), key=moments.__getitem__)[:surplus])
    gone = {share[number] for number in out if number < len(share)}
    stay = [each for place, each in enumerate(entries) if place not in gone]
    fit = [fact for number, fact in enumerate(new, len(share)) if number not in out]
    return stay, fit, [entries[place] for place in sorted(gone)]
