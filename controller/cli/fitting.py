"""A comment that is no longer than GitHub takes: what does not fit is left out by whole parts, and it is said what."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from controller.cli.markdown import LIMIT, plain, size

RESERVED = 1200  # bytes for the sentence that says what is left out
MISSES = 3  # parts in a row that did not fit, after which no other is drawn
NAMED = 5  # names in a sentence


@dataclass(frozen=True, slots=True)
class Part:
    """Lines that stand or fall together, drawn if there is room; ``name`` is how they are called if there is none."""

    name: str
    draw: Callable[[], Iterable[str]]


def fitted(fixed: Iterable[str], parts: Sequence[Part], left_out: Sequence[str] = ()) -> str:
    """``fixed``, shortened only if it alone is too long, and as many parts as there is room for.

    ``left_out`` is what the caller has left out already, in words.
    """
    room = LIMIT - RESERVED
    lines: list[str] = []
    cut = False
    for line in fixed:
        room -= size(line) + 1
        cut = cut or room < 0
        if not cut:
            lines.append(line)
    shown, names = _shown(() if cut else parts, room)
    missing = [each.name for each in parts] if cut else names
    said = [f"the details of {_names(missing)}"] if missing else []
    said += [*left_out, *(["the rest of the lists above"] if cut else [])]
    return "\n".join([*lines, *shown, *_last(said)])


def _shown(parts: Sequence[Part], room: int) -> tuple[list[str], list[str]]:
    """The lines of the parts that fit, and the names of the others."""
    lines: list[str] = []
    names: list[str] = []
    misses = 0
    for part in parts:
        drawn = list(part.draw()) if misses < MISSES else []
        taken = sum(size(line) + 1 for line in drawn)
        if misses < MISSES and taken <= room:
            lines, room, misses = lines + drawn, room - taken, 0
        else:
            names.append(part.name)
            misses += 1
    return lines, names


def _last(said: Sequence[str]) -> Iterator[str]:
    if said:
        why = f"A comment holds {LIMIT:,} characters"
        yield from (
            "",
            f"{why}: left out are {', and '.join(said)}. `trueup plan` in the log of the workflow shows all.",
        )


def _names(names: Sequence[str]) -> str:
    known = ", ".join(plain(each, 60) for each in names[:NAMED])
    return f"{known} and {len(names) - NAMED} more services" if len(names) > NAMED else known
