"""Times as people read and type them."""

import re
from datetime import datetime

_NEVER = "no such time"
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_SPAN = re.compile(r"(\d+)([smhdw])")


def age(seconds: float | None) -> str:
    """A span as people say it: 40s, 12m, 3h, 5d."""
    if seconds is None:
        return "-"
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size:
            return f"{int(seconds // size)}{unit}"
    return f"{int(max(0, seconds))}s"


def since(at: float | None, now: float) -> str:
    """How long ago ``at`` was; both in seconds since the epoch."""
    return age(None if at is None else now - at)


def lasted(seconds: float) -> str:
    """A span in two units, for what is worth the second: 40s, 9m 20s, 2h 5m."""
    seconds = int(max(0, seconds) + 0.5)  # as the page and the messages do: a rollout of 16.6 s took 17
    for size, unit, below, smaller in ((86400, "d", 3600, "h"), (3600, "h", 60, "m"), (60, "m", 1, "s")):
        if seconds >= size:
            rest = seconds % size // below
            return f"{seconds // size}{unit} {rest}{smaller}" if rest else f"{seconds // size}{unit}"
    return f"{seconds}s"


def clock(at: float) -> str:
    """A moment as the wall clock here shows it."""
    found = _local(at)
    return found.strftime("%Y-%m-%d %H:%M:%S") if found is not None else _NEVER


def instant(at: float) -> str:
    """A moment to the millisecond, with its distance from UTC."""
    found = _local(at)
    return found.isoformat(" ", "milliseconds") if found is not None else _NEVER


def _local(at: float) -> datetime | None:
    """A moment here; ``None`` for a number that is none in any calendar: a daemon tells what it was told."""
    try:
        return datetime.fromtimestamp(at).astimezone()
    except (ValueError, OverflowError, OSError):
        return None


def moment(text: str, now: float) -> float:
    """``90m``, ``2h30m``, ``7d`` before ``now``, or a date and time in ISO 8601 (local, where it names no zone).

    In seconds since the epoch. ``ValueError`` with what to write instead.
    """
    spans = _SPAN.findall(text)
    if spans and "".join(f"{number}{unit}" for number, unit in spans) == text:
        return now - sum(int(number) * _UNITS[unit] for number, unit in spans)
    try:
        return datetime.fromisoformat(text).astimezone().timestamp()
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"{text!r} is no time. Write 90m, 2h30m, 7d, or 2026-11-23T08:00.") from None
