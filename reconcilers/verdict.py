"""What a decision says: look closer first, or here is the plan. Plain data that compares with ``==`` and prints."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from reconcilers.actions import Action
from reconcilers.diff import Change
from reconcilers.guard_rails.rails import GuardRails
from reconcilers.outcome import Finding, Health, Outcome, Sync


class Look(StrEnum):
    """What can be looked at more closely: one field of ``Live`` each. Looking fills the field, never with ``None``."""

    ATTEMPTS = "attempts"  # Live.attempts: what was tried, newest first; () where there is nothing or no group
    CANDIDATES = "candidates"  # Live.candidates: with tags
    PROGRESS = "progress"  # Live.progress: of the attempt that is active; zeros before its first event
    SCALING = "scaling"  # Live.scalable
    LABELS = "labels"  # Live.running: with tags
    PREFLIGHT = "preflight"  # Live.preflight


@dataclass(frozen=True, slots=True)
class LookCloser:
    """Nothing can be decided before these were looked at."""

    at: frozenset[Look]


class LinkState(StrEnum):
    """How far a link of the chain is."""

    DONE = "done"
    ACTIVE = "active"
    BLOCKED = "blocked"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Link:
    """One step between a commit and the traffic. ``who`` can clear a blocked one, and ``how``.

    ``name`` is one of commit, rendering, revision, preflight, deployment, traffic, in this order.
    """

    name: str
    state: LinkState
    text: str
    who: str = ""
    how: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do, in order, and what the reconcile ends as if all of it succeeds.

    ``changes`` are all leaves that differ, unmasked. ``spends``: a person's order is done with (once the actions have
    succeeded, where there are any). A plan that changes nothing has no actions. ``declared``: the service fields as Git
    named them when this was decided, ``None`` where that did not matter.
    """

    actions: tuple[Action, ...]
    outcome: Outcome
    sync: Sync
    health: Health
    changes: tuple[Change, ...] = ()
    warnings: tuple[Finding, ...] = ()
    chain: tuple[Link, ...] = ()
    spends: bool = False
    declared: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """What the loop keeps in mind for a service: what a person asked for, and its own edits of service fields.

    ``sync``, ``retry`` and ``despite_alarm`` (the reason) hold until a plan spends them. ``at``: when the person spoke,
    in seconds since the epoch; an attempt of the wanted release made after that has spent the order already.
    ``field_heals``: when UpdateService put fields back, in seconds since the epoch, in any order: AWS keeps no record
    of that. ``in_sync_before``: the wanted release was seen in sync since the loop started. ``applied``: the service
    fields as Git declared them when they were seen in sync or sent last, or before a commit that the loop saw change
    them; ``None`` where none of this was since the loop started. None of these is the person's, and all outlive the
    spending.
    """

    sync: bool = False
    retry: bool = False
    despite_alarm: str | None = None
    by: str = ""
    at: float | None = None
    field_heals: tuple[float, ...] = ()
    in_sync_before: bool = False
    applied: Mapping[str, Any] | None = None

    @property
    def given(self) -> bool:
        """Whether a person asked for anything."""
        return self.sync or self.retry or self.despite_alarm is not None


@dataclass(frozen=True, slots=True)
class Policy:
    """The operator's numbers, in seconds where nothing else is said, and what is allowed to run."""

    poll: float = 15.0  # between looks at something that moves
    resync: float = 300.0  # between looks at something that does not
    heal_backoff: tuple[float, ...] = (60.0, 180.0, 540.0)  # after the first, second, third … heal
    heals_per_hour: int = 3
    infrastructure_backoff: tuple[float, ...] = (60.0, 300.0, 900.0)  # after the first, second … failure in a row
    blocked_after: float = 60.0  # until a blocked service is checked again
    guard_rails: GuardRails | None = None  # without any, everything is allowed
