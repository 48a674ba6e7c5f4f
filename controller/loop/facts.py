"""Facts: what happened, as everybody is told it. The page's activity, ``trueup events`` and every channel say the same.

An event is what one look found new compared with the look before; a fact is that event with a name of its own. The name
(``id``) is made from AWS's and Git's record alone, so that after a restart, or from another replica, the same thing
that happened has the same name and is told once.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from reconcilers.model import ServiceKey


class Kind(StrEnum):
    """What there is to tell. A closed set: channels choose by it, but for ``UNSENT``."""

    STARTED = "rollout-started"
    DONE = "rollout-done"
    ROLLED_BACK = "rollout-rolled-back"
    FAILED = "rollout-failed"
    STOPPED = "rollout-stopped"
    SUPERSEDED = "rollout-superseded"
    HELD = "held"
    BLOCKED = "blocked"
    CLEARED = "cleared"  # what was held or blocked is so no more
    DRIFT_FOUND = "drift-found"
    DRIFT_HEALED = "drift-healed"
    SOURCE_STALE = "source-stale"
    SOURCE_BACK = "source-back"
    ORDERED = "ordered"  # somebody asked for something, and had the right to
    LEFT = "left-git"  # no manifest names the service any more


UNSENT = frozenset({Kind.LEFT})
"""What the activity alone tells: a channel's ledger stands on the service, which nobody looks at any more."""


ORDER = (
    Kind.SOURCE_STALE,
    Kind.SOURCE_BACK,
    Kind.ORDERED,
    Kind.LEFT,
    Kind.DRIFT_FOUND,
    Kind.SUPERSEDED,
    Kind.STOPPED,
    Kind.CLEARED,
    Kind.STARTED,
    Kind.DONE,
    Kind.FAILED,
    Kind.ROLLED_BACK,
    Kind.DRIFT_HEALED,
    Kind.HELD,
    Kind.BLOCKED,
)
"""Of what happened at one moment, which comes first: what ends before what begins because of it. So has the page."""
_PLACES = {kind: place for place, kind in enumerate(ORDER)}


class Tone(StrEnum):
    """How it is meant: what a colour or a severity is taken from."""

    GOOD = "good"
    NEWS = "news"
    WARNING = "warning"
    BAD = "bad"


TONES = {
    Kind.STARTED: Tone.NEWS,
    Kind.DONE: Tone.GOOD,
    Kind.ROLLED_BACK: Tone.BAD,
    Kind.FAILED: Tone.BAD,
    Kind.STOPPED: Tone.WARNING,
    Kind.SUPERSEDED: Tone.NEWS,
    Kind.HELD: Tone.BAD,
    Kind.BLOCKED: Tone.WARNING,
    Kind.CLEARED: Tone.GOOD,
    Kind.DRIFT_FOUND: Tone.WARNING,
    Kind.DRIFT_HEALED: Tone.GOOD,
    Kind.SOURCE_STALE: Tone.WARNING,
    Kind.SOURCE_BACK: Tone.GOOD,
    Kind.ORDERED: Tone.NEWS,
    Kind.LEFT: Tone.WARNING,
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened. ``at`` in seconds since the epoch, AWS's own time where AWS keeps one.

    ``service`` is ``None`` for what happened to the repository. ``text`` is the sentence that people read, ``reason``
    a bounded word for machines, ``remedy`` what to do about it. ``who`` did it, as AWS's ARN or Git's author.
    ``paths``: the fields of a drift. Nothing in it is secret: values of environment variables are not there.
    """

    id: str
    kind: Kind
    at: float
    service: ServiceKey | None
    text: str
    deployment: str | None = None
    commit: str | None = None
    subject: str = ""
    release: str | None = None
    reason: str = ""
    remedy: str = ""
    who: str = ""
    seconds: float | None = None
    paths: tuple[str, ...] = field(default=())

    @property
    def tone(self) -> Tone:
        return TONES[self.kind]


def in_order(facts: Iterable[Fact]) -> list[Fact]:
    """Facts, oldest first; those of one moment in the same order wherever they are told."""
    return sorted(facts, key=lambda fact: (fact.at, _PLACES[fact.kind], fact.id))
