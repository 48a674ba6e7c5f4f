"""What is asked of CloudTrail. Which of its events is the answer, ``answers`` knows.

AWS's own answers come first: a revision says who registered it. CloudTrail adds from where and by which call, and is
the only one to tell of a service's field and of a deployment. Lookups go by the event's name within a narrow time,
since not every event lists the resources that it names.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from controller.loop.attribution import came_with, given_at, of_deployment, of_field, of_revision
from controller.loop.board import Told
from controller.loop.status import ServiceStatus
from reconcilers.attempts import Attempt
from reconcilers.change import Change
from reconcilers.live import Live
from reconcilers.live_service import LiveService
from reconcilers.model import Scope, ServiceKey
from reconcilers.outcome import Sync
from reconcilers.pointer import unspelled
from reconcilers.rollout.history import is_rollback
from reconcilers.trail import By, Lookup

DAY = 86400.0
FORGOTTEN = 90 * DAY  # AWS keeps events no longer
LATE = 20 * 60.0  # AWS: within fifteen minutes; after twenty an event will not come
SKEW = 60.0  # between our clock and AWS's
BEFORE = 120.0  # how long after the call that began it a rolling update may be dated
AT_ONCE = 10.0  # how long after it is dated as a rule
MOST_DEPLOYMENTS = 10  # of one service at a time


@dataclass(frozen=True, slots=True)
class Registered:
    """Who registered this revision?"""

    arn: str


@dataclass(frozen=True, slots=True)
class Deployed:
    """Who created this CodeDeploy deployment?"""

    id: str


@dataclass(frozen=True, slots=True)
class Target:
    """A service, by whatever a call may name it."""

    arn: str
    cluster: str
    name: str


@dataclass(frozen=True, slots=True)
class Rolled:
    """Who began a rolling update of this service at ``at``? The last call before it that could."""

    service: Target
    at: float


@dataclass(frozen=True, slots=True)
class Created:
    """Who created this service, and so began its first deployment?"""

    service: Target


@dataclass(frozen=True, slots=True)
class Edited:
    """Who gave the field at ``tokens`` (below the service) its value?

    ``live`` is that value as text; ``None`` where it is none that could be compared.
    """

    service: Target
    tokens: tuple[str, ...]
    live: str | None


Subject = Registered | Deployed | Rolled | Created | Edited


@dataclass(frozen=True, slots=True)
class Question:
    """``about`` is where the answer belongs among a service's authors; ``account`` whose lookups it counts against."""

    service: ServiceKey
    scope: Scope
    account: str
    about: str
    subject: Subject
    lookup: Lookup

    @property
    def until(self) -> float:
        """When an event that has not come by then will not come, in seconds since the epoch."""
        return self.lookup.end + LATE


def questions(told: Told) -> tuple[Question, ...]:
    """What one look at a service leaves to ask, without what was asked already."""
    status = told.after
    service = status.live.service if status.live is not None else None
    if status.live is None or service is None:
        return ()
    attempts = of_attempts(status, status.live.attempts or (), status.live.observed_at)
    return tuple(
        each for each in (*_of_drift(told, status.live, service), *attempts) if each.about not in status.authors
    )


def of_attempts(status: ServiceStatus, attempts: Iterable[Attempt], now: float) -> Iterator[Question]:
    """Who made each of the deployments that are not ours, the newest of them, unless that was asked already."""
    service = status.live.service if status.live is not None else None
    foreign = [each for each in attempts if each.mark is None and each.creator == "user" and not is_rollback(each)]
    if service is None:
        return
    for each in foreign[:MOST_DEPLOYMENTS]:
        about, at = of_deployment(each.id), each.created_at
        if now - at >= FORGOTTEN or about in status.authors:
            continue
        yield _question(status, service, about, *_of_deployment(service, each, at))


def _of_deployment(service: LiveService, attempt: Attempt, at: float) -> tuple[Subject, Lookup]:
    if not attempt.id.startswith("arn:"):
        return Deployed(attempt.id), Lookup(By.NAME, "CreateDeployment", at - SKEW, at + SKEW)
    if came_with(service, attempt):
        return Created(_target(service)), Lookup(By.NAME, "CreateService", at - BEFORE, at + 2)
    return Rolled(_target(service), at), Lookup(By.NAME, "UpdateService", at - BEFORE, at + 2)


def _of_drift(told: Told, live: Live, service: LiveService) -> Iterator[Question]:
    status = told.after
    running = live.running
    foreign = status.sync is Sync.DRIFTED and any(_of_revision(change.path) for change in status.changes)
    if foreign and running is not None and running.registered_at is not None:
        at = running.registered_at
        if live.observed_at - at < FORGOTTEN:
            lookup = Lookup(By.NAME, "RegisterTaskDefinition", at - SKEW, at + SKEW)
            yield _question(status, service, of_revision(running.arn), Registered(running.arn), lookup)
    for change in status.changes:
        if not _of_revision(change.path) and change.path in status.drift_since:
            yield _of_change(told, service, change)


def _of_change(told: Told, service: LiveService, change: Change) -> Question:
    at = given_at(told.after, change.path)
    subject = Edited(_target(service), unspelled(change.path)[1:], text(change.live))
    lookup = Lookup(By.NAME, "UpdateService", _not_before(told, change), at + SKEW)
    return _question(told.after, service, of_field(change.path, at), subject, lookup)


def _not_before(told: Told, change: Change) -> float:
    """When a field had another value yet, as far as that was seen."""
    before, after, path = told.before, told.after, change.path
    had_it = any(each.path == path and each.live == change.live for each in before.changes)
    if before.seen_at is not None and before.sync is not Sync.UNKNOWN and not had_it:
        return before.seen_at - SKEW
    return after.drift_since[path] - (SKEW if path in after.given_at else FORGOTTEN)


def _question(status: ServiceStatus, service: LiveService, about: str, subject: Subject, lookup: Lookup) -> Question:
    account = service.arn.split(":")[4] if service.arn.count(":") >= 5 else ""
    return Question(status.wanted.key, status.wanted.scope, account, about, subject, lookup)


def _target(service: LiveService) -> Target:
    return Target(service.arn, service.cluster_arn.rpartition("/")[2], service.name)


def text(value: Any) -> str | None:
    """A value as it is compared; ``None`` where it is none that could be."""
    return None if value is None or isinstance(value, Mapping | list) else str(value).lower()


def _of_revision(path: str) -> bool:
    return path.startswith("/taskDefinition/")
