"""What CloudTrail tells: who called what, from where, and when. Plain data, as the gateway reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class By(StrEnum):
    """By what events are looked up. AWS takes one attribute at a time."""

    NAME = "EventName"
    RESOURCE = "ResourceName"


@dataclass(frozen=True, slots=True)
class Lookup:
    """Which events: those with ``value``, from ``start`` to ``end`` (seconds since the epoch, both included)."""

    by: By
    value: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class TrailEvent:
    """One call that changed something, or tried to (``failed``).

    ``who`` is the principal's ARN; ``service`` who was called, without ``.amazonaws.com``; ``source`` the address, or
    the AWS service that called in somebody's name. ``request`` and ``response`` are as CloudTrail spells them, and may
    hold what must not be shown.
    """

    id: str
    name: str
    service: str
    at: float
    who: str | None = None
    source: str = ""
    user_agent: str = ""
    console: bool = False
    failed: bool = False
    request: Mapping[str, Any] = field(default_factory=dict, repr=False)
    response: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def call(self) -> str:
        """The call as IAM names it: ``ecs:UpdateService``."""
        return f"{self.service}:{self.name}"


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Events, newest first, and what to ask for those before them; ``None``: there are none."""

    events: tuple[TrailEvent, ...]
    token: str | None = None
