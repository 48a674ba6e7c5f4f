"""What is known of every service: one frozen record each, replaced whole when something new is learnt.

Unknown is not empty: a look that failed changes nothing but ``failing_since``; the last good answer stands until AWS
answers again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from controller.loop.author import Author
from reconcilers.attempts import AttemptState, Cause
from reconcilers.diff import Change
from reconcilers.digest import Digest
from reconcilers.live import Live
from reconcilers.model import Revision, Service
from reconcilers.outcome import (
    Finding,
    Health,
    InSync,
    Outcome,
    Sync,
)
from reconcilers.progress import Progress
from reconcilers.report import Report
from reconcilers.verdict import Link


class Brought(Enum):
    """How a commit is known to be the one that brought a release."""

    SUPPOSED = "supposed"  # it was Git's newest when the daemon came
    TOLD = "told"  # a revision's tags, or Git's history, say so; the mark of a deployment knows better
    SURE = "sure"  # it was seen to, or a deployment's mark says so


@dataclass(frozen=True, slots=True)
class Rollout:
    """A deployment of ours that is under way, and since when (seconds since the epoch): as AWS dates it, or else since
    it was first seen. ``cause``: why it was made, where that is known. ``progress``: how far it was when that was
    looked at last. One that CodeDeploy made to take ours back is followed as well.
    """

    deployment: str
    since: float
    cause: Cause | None = None
    state: AttemptState = AttemptState.RUNNING
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """How a service stands. Times in seconds since the epoch; ``None`` where nothing was seen yet.

    ``live`` is what was read last, ``in_sync_release`` the release that was last seen in sync,
    ``applied`` the service fields as Git declared them when they were last seen in sync or sent.
    ``applied_supposed``: that was not seen of all of them, and they are what Git declared before a commit that was seen
    to change some.
    ``kept_by``: the replica that keeps the service instead of this one, empty where none does; ``None`` where this one
    does.
    ``brought``: how it is known that the wanted commit brought the release.
    ``judged``: the commit that was wanted when it was looked at last, which a newer one may have followed since.
    ``since``: how long sync and outcome have been of this kind. ``stood``: they were at the first look already, and
    ``since`` is what Git and AWS tell of that. ``drift_since``: by path, since when it differs, as AWS
    tells, or else since it was seen to; it stands until the field is as Git says, though another release be wanted or
    held meanwhile. ``drift_stood``: those that were there at the first look already, for nobody knows how long.
    ``given_at``: by path, since when a service's field that drifted has the value that it has, where it was given
    another one since.
    """

    wanted: Service
    judged: Revision | None = None
    sync: Sync = Sync.UNKNOWN
    health: Health = Health.UNKNOWN
    outcome: Outcome | None = None
    changes: tuple[Change, ...] = ()
    warnings: tuple[Finding, ...] = ()
    chain: tuple[Link, ...] = ()
    since: float | None = None
    stood: bool = False
    seen_at: float | None = None
    failing_since: float | None = None
    drift_since: Mapping[str, float] = field(default_factory=dict)
    drift_stood: frozenset[str] = frozenset()
    given_at: Mapping[str, float] = field(default_factory=dict)
    rollout: Rollout | None = None
    report: Report | None = None
    live: Live | None = None
    in_sync_release: Digest | None = None
    applied: Mapping[str, Any] | None = None
    applied_supposed: bool = False
    brought: Brought = Brought.SURE
    kept_by: str | None = None
    authors: Mapping[str, Author] = field(default_factory=dict)  # what CloudTrail told, by the names of ``attribution``

    @property
    def settled(self) -> bool:
        """Whether nothing is to be done or said: the sweep alone keeps watch."""
        return self.sync is Sync.IN_SYNC and self.outcome == InSync() and self.failing_since is None

    @property
    def ready(self) -> bool:
        """Whether what Git wants is what serves, as far as is known."""
        return self.sync is Sync.IN_SYNC and self.health in (Health.HEALTHY, Health.PROGRESSING)
