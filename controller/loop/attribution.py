"""Who changed what, as far as AWS tells.

At once: a revision says who registered it and when, a deployment which one it was. Later, where CloudTrail may be
asked: from where, by which call, and who edited a service's field, which AWS tells nowhere else. What CloudTrail told
stands in ``ServiceStatus.authors``, each under its own name: ``of_revision``, ``of_deployment``, ``of_field``.
"""

from collections.abc import Iterable
from dataclasses import replace

from controller.loop.author import NOBODY, Author, name, together
from controller.loop.facts import Fact, Kind
from controller.loop.status import ServiceStatus
from reconcilers.attempts import Attempt, deployment_name
from reconcilers.diff import Change
from reconcilers.live import Live
from reconcilers.live_service import LiveService
from reconcilers.outcome import Outcome, Waiting
from reconcilers.rollout.history import brought_in, is_rollback
from reconcilers.verdict import Link

__all__ = [
    "Author",
    "attributed",
    "author",
    "came_with",
    "dated",
    "deployer",
    "given_at",
    "known_hand",
    "known_links",
    "of_deployment",
    "of_field",
    "of_revision",
]

FIRST = 10.0  # seconds within which a service's first deployment is dated like the service


def of_revision(arn: str) -> str:
    """Under what is kept who registered a revision."""
    return f"revision {arn}"


def of_deployment(deployment: str) -> str:
    """Under what is kept who made a deployment: by its own name, the end of ECS's ARN."""
    return f"deployment {deployment_name(deployment)}"


def of_field(path: str, since: float) -> str:
    """Under what is kept who gave a service's field the value that it was first seen with at ``since``."""
    return f"field {path} {since}"


def given_at(status: ServiceStatus, path: str) -> float:
    """Since when a service's field that drifted has the value that it has."""
    return status.given_at.get(path, status.drift_since[path])


def author(status: ServiceStatus, change: Change) -> Author:
    """Who made a change that is drift, and when; of a field that several gave a value in turn, the last of them. What
    Git is merely ahead by has no author.
    """
    since = status.drift_since.get(change.path)
    if since is None:
        return Author()
    if not change.path.startswith("/taskDefinition/"):
        at = given_at(status, change.path)
        return _known(Author(at=at), status.authors.get(of_field(change.path, at)))
    return _of_revision(status, Author(at=since))


def deployer(status: ServiceStatus, attempt: Attempt) -> Author:
    """Who made a deployment, as far as CloudTrail told; of a service's first one, who created the service."""
    service = status.live.service if status.live is not None else None
    creator = service.created_by if service is not None and came_with(service, attempt) else None
    return _known(Author(creator, attempt.created_at), status.authors.get(of_deployment(attempt.id)))


def known_hand(status: ServiceStatus) -> Outcome | None:
    """The outcome, and where somebody else's deployment is waited for, with whoever made it as soon as that is known:
    what decides is told by CodeDeploy no more than that it was a user.
    """
    outcome = status.outcome
    if not isinstance(outcome, Waiting) or not outcome.foreign:
        return outcome
    who = _deployer(status, outcome.foreign).who
    return outcome.by(name(who)) if who else outcome


def known_links(status: ServiceStatus) -> tuple[Link, ...]:
    """The chain, with the same."""
    before, after = status.outcome, known_hand(status)
    if not isinstance(before, Waiting) or not isinstance(after, Waiting):
        return status.chain
    told = (each.who == before.on and each.text == before.what for each in status.chain)
    return tuple(
        replace(each, text=after.what, who=after.on) if same else each
        for each, same in zip(status.chain, told, strict=True)
    )


def came_with(service: LiveService, attempt: Attempt) -> bool:
    """Whether a rolling deployment was begun by creating the service."""
    born = service.created_at
    return born is not None and attempt.id.startswith("arn:") and abs(attempt.created_at - born) <= FIRST


def attributed(fact: Fact, status: ServiceStatus | None) -> Fact:
    """The fact with what was learnt since of who did it. A drift that was there already when it was first seen is told
    at the time at which it was made, and with every hand that is known to have made a part of it.
    """
    if status is None:
        return fact
    if fact.kind is Kind.DRIFT_FOUND:
        return _drift(fact, [status.authors.get(of_field(path, fact.at)) for path in fact.paths])
    if fact.deployment is None or fact.commit is not None or fact.who not in NOBODY:
        return fact
    return replace(fact, who=_deployer(status, fact.deployment).who or fact.who)


def _drift(fact: Fact, authors: Iterable[Author | None]) -> Fact:
    known = [each for each in authors if each is not None and each.who]
    who = together((fact.who, *(each.who for each in known)))
    if who == fact.who or not known:
        return fact
    by, told = f", by {name(who)}", f", by {name(fact.who)}"
    text = fact.text.replace(told, by, 1) if told in fact.text else f"{fact.text}{by}"
    return replace(fact, who=who, at=min([fact.at, *(each.at for each in known if each.at is not None)]), text=text)


def _deployer(status: ServiceStatus, deployment: str) -> Author:
    """Who made the deployment of this name."""
    tried = (status.live.attempts if status.live is not None else None) or ()
    known = next((each for each in tried if each.name == deployment), None)
    return deployer(status, known) if known is not None else status.authors.get(of_deployment(deployment), Author())


def dated(status: ServiceStatus, about: str, author: Author) -> ServiceStatus:
    """With the time that CloudTrail tells of an edit: what was first seen later than that differed since then.

    The author stays under the name that was asked for, which facts that were told already know it by.
    """
    at = author.at
    path = next((each for each in status.drift_since if of_field(each, given_at(status, each)) == about), None)
    if at is None or path is None or at >= given_at(status, path):
        return status
    authors = {**status.authors, of_field(path, at): author}
    if path in status.given_at:
        return replace(status, given_at={**status.given_at, path: at}, authors=authors)
    return replace(
        status,
        since=status.since if status.since != status.drift_since[path] else at,
        drift_since={**status.drift_since, path: at},
        drift_stood=status.drift_stood - {path},
        authors=authors,
    )


def _of_revision(status: ServiceStatus, seen: Author) -> Author:
    running = status.live.running if status.live is not None else None
    if status.live is None or running is None:
        return seen
    deployment = brought_in(status.live, running)
    if deployment is not None and _brought_back(status.live, deployment):
        return deployer(status, deployment)
    at = running.registered_at if running.registered_at is not None else seen.at
    return _known(Author(running.registered_by, at), status.authors.get(of_revision(running.arn)))


def _brought_back(live: Live, deployment: Attempt) -> bool:
    """Whether somebody else shipped once more a revision that is ours: who registered it did not make this change."""
    if deployment.mark is not None or is_rollback(deployment) or deployment.creator != "user":
        return False
    return any(each.mark and each.task_definition_arn == deployment.task_definition_arn for each in live.attempts or ())


def _known(at_once: Author, later: Author | None) -> Author:
    """What AWS told at once, or what CloudTrail told since, which is more."""
    if later is None:
        return at_once
    return later if later.who is not None else replace(at_once, pending=later.pending)
