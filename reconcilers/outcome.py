"""What a reconcile can end as, and the two errors that cross a package's border.

There are three ways not to be done: failed (back off), waiting (come back then), held or blocked (until something
changes). The loop decides from the outcome alone when to come back.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from reconcilers.attempts import AwsReason, deployment_name
from reconcilers.digest import Digest
from reconcilers.excerpt import excerpt
from reconcilers.progress import Progress


def full_stop(text: str) -> str:
    """``text`` as a sentence that another may follow: AWS's messages often end without a full stop, or are empty."""
    said = text.rstrip().rstrip(":")
    return said if said.endswith((".", "!", "?", "…")) else f"{said}."


class Retry(Exception):
    """Something failed that may go well the next time: throttling, a time-out, a server's error.

    ``reason`` is a CamelCase word for machines, ``message`` for people, ``after`` seconds if AWS or we know better than
    the queue's own backoff.
    """

    def __init__(self, reason: str, message: str, after: float | None = None) -> None:
        super().__init__(f"{reason}: {message}")
        self.reason = reason
        self.message = message
        self.after = after


UNANSWERED = frozenset({"Timeout", "Unreachable", "ConnectionFailed", "NoAnswer"})
"""The reasons of a ``Retry`` that say that AWS did not answer, which took a worker its time."""


class Paced(Retry):
    """Nothing failed and nothing was asked: what AWS allows is used up, and in ``after`` seconds it is our turn."""

    def __init__(self, limit: str, after: float) -> None:
        super().__init__("Paced", f"{limit} is used up. It waits for its turn.", after)
        self.limit = limit


class Stalled(Exception):
    """Something failed that will fail again until somebody changes something: ``remedy`` says who and what.

    ``message`` is shown before it everywhere, so here it is given the full stop that AWS leaves out.
    """

    def __init__(self, reason: str, message: str, remedy: str) -> None:
        super().__init__(f"{reason}: {full_stop(message)} {remedy}")
        self.reason = reason
        self.message = full_stop(message)
        self.remedy = remedy


class Sync(StrEnum):
    """How Git and AWS stand to each other."""

    IN_SYNC = "in-sync"
    OUTDATED = "outdated"  # Git wants something that was not shipped yet
    DRIFTED = "drifted"  # what Git wants was the last to succeed, and live differs
    HELD = "held"  # what Git wants was tried and did not succeed
    UNKNOWN = "unknown"


class Health(StrEnum):
    """How the service itself is, whatever Git says."""

    HEALTHY = "healthy"
    PROGRESSING = "progressing"
    DEGRADED = "degraded"
    MISSING = "missing"
    UNKNOWN = "unknown"


class BlockedBy(StrEnum):
    """What stands in the way. A closed set, so that it can be a metric's label."""

    PREFLIGHT = "preflight"
    SERVICE = "service"  # missing, draining, inactive, or of another controller than the manifest says
    FOUGHT = "fought"  # healing was undone too often
    HOOKS = "hooks"  # the last deployment ran hooks that the manifest does not name
    INFRASTRUCTURE = "infrastructure"  # attempts failed for AWS's reasons, too often
    PERMISSION = "permission"
    GUARD_RAILS = "guard-rails"  # the operator allows no such thing
    MANIFEST = "manifest"  # broken, and what stands for it may not be the newest that was shipped
    REQUEST = "request"  # AWS refuses what we ask for


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a check found: what is wrong, and what to do. ``code`` is a stable word such as ``AlarmMissing``.
    What is longer than an excerpt is cut to one.
    """

    code: str
    message: str
    remedy: str
    blocking: bool = True

    def __post_init__(self) -> None:
        for name in ("message", "remedy"):
            object.__setattr__(self, name, excerpt(getattr(self, name)))


@dataclass(frozen=True, slots=True)
class InSync:
    """Nothing to do. ``note`` says what is still going on, such as a termination wait."""

    note: str = ""


@dataclass(frozen=True, slots=True)
class Progressing:
    """A deployment of ours runs, or was just started or stopped. Look again after ``after`` seconds."""

    what: str
    after: float
    deployment: str | None = None
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing failed; something must end first. ``on`` names whom or what, ``how`` says what can be done about it.

    ``foreign``: the name of somebody else's deployment, where such a one is waited for.
    """

    what: str
    on: str
    after: float
    how: str = "Nothing has to be done: wait for its end."
    foreign: str = ""

    def by(self, who: str) -> "Waiting":
        """The same with whoever made the foreign deployment."""
        return replace(self, what=f"Deployment {self.foreign} is {who}'s.", on=f"{self.foreign} by {who}")


@dataclass(frozen=True, slots=True)
class Differs:
    """Live differs and the manifest says to leave it: sync manual or observe, drift warn. Nobody is in the way."""

    what: str


@dataclass(frozen=True, slots=True)
class Held:
    """This release was tried and did not succeed. It is not tried again until it changes or a person says retry."""

    release: Digest
    deployment: str
    reason: AwsReason

    @property
    def why(self) -> str:
        """What happened, in AWS's words at the end: a line is cut there, and AWS names an alarm last."""
        name, alarms = deployment_name(self.deployment), self.reason.alarms
        what = f"alarm{'s' * (len(alarms) > 1)} {', '.join(alarms)} stopped {name}" if alarms else ""
        return f"{what or f'{name} did not succeed'}. {self.reason.code}: {self.reason.message}"


@dataclass(frozen=True, slots=True)
class Blocked:
    """It cannot go on, and somebody can clear it: each finding says how. ``after``: when to check again, in seconds."""

    by: BlockedBy
    findings: tuple[Finding, ...]
    after: float = 60.0


@dataclass(frozen=True, slots=True)
class Failed:
    """A call failed; the queue backs off, or comes back after ``after`` seconds where that is known better."""

    reason: str
    message: str
    after: float | None = None


Outcome = InSync | Progressing | Waiting | Differs | Held | Blocked | Failed
