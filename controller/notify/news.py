"""What is to be told of a service now, compared with what was told. Pure."""

from collections.abc import Iterator
from dataclasses import replace

from controller.loop.board import SourceStatus
from controller.loop.facts import Fact, Kind
from controller.loop.rollout_facts import attempt_fact, ours, rollout_fact
from controller.loop.source_facts import source_back
from controller.loop.status import ServiceStatus
from controller.loop.telling import cleared, drift_found, healed, left, standing, waits
from controller.notify.ledger import NEAR, Ledger, Mark, digest, fitting, name_of, untold
from reconcilers.attempts import Attempt
from reconcilers.model import ServiceKey
from reconcilers.outcome import Sync

FRESH = 3600.0  # seconds: where nothing was ever told of a service, what ended before that is no news


def news(ledger: Ledger, status: ServiceStatus, now: float) -> tuple[Fact, ...]:
    """What is to be told of a service, in the order in which it came; nothing where nothing is known.

    A drift is found before it is healed by a rollout, and gone after it.
    """
    stands = standing(status)
    if stands is None:
        return ()
    drift = tuple(_drift(ledger, status, stands.drift, now))
    return (
        *(fact for fact in drift if fact.kind is Kind.DRIFT_FOUND),
        *_rollouts(ledger, status, now),
        *(fact for fact in drift if fact.kind is not Kind.DRIFT_FOUND),
        *_obstacle(ledger, status, stands.obstacle, now),
    )


def source_news(ledger: Ledger, source: SourceStatus, stale: Fact | None, now: float) -> tuple[Fact, ...]:
    """What is to be told of the repository. An outage is one, whatever commit was read last before it."""
    told = ledger.obstacle
    if stale is not None:
        return () if told is not None else (stale,)
    if told is None or source.good_at is None or source.failing_since is not None:
        return ()
    return (source_back(_source_told(told), now),)


def parting(ledger: Ledger, key: ServiceKey, now: float) -> tuple[Fact, ...]:
    """The ends of what was told of a service that has left Git: nobody will look at it again."""
    drift, obstacle = ledger.drift, ledger.obstacle
    ends = (
        (drift.fact or _began(drift, key, Kind.DRIFT_FOUND)) if drift is not None else None,
        (obstacle.fact or _began(obstacle, key, _kind_of(obstacle))) if obstacle is not None else None,
    )
    return left((each for each in ends if each is not None), now)


def unsure(ledger: Ledger, status: ServiceStatus, now: float) -> bool:
    """Whether a rollout may have come or ended that nobody has looked at: the sweep alone does not show it."""
    live = status.live
    if live is None or live.attempts is not None or standing(status) is None:
        return False
    if ledger.shipped is None:
        registered = live.running.registered_at if live.running is not None else None
        return registered is not None and now - registered < FRESH
    return ledger.shipped.kind is Kind.STARTED or ledger.runs != running(status)


def running(status: ServiceStatus) -> str:
    """What a service runs and by which deployment, as a digest; empty where it is not known."""
    service = status.live.service if status.live is not None else None
    if service is None:
        return ""
    primary = service.primary.external_id if service.primary is not None else None
    rolling = next((each.id for each in service.deployments if each.status == "PRIMARY"), "")
    return digest(f"{service.task_definition_arn} {primary} {rolling}", 8)


def _rollouts(ledger: Ledger, status: ServiceStatus, now: float) -> Iterator[Fact]:
    """Of every attempt of ours since the one that was told last: its start and its end, as far as each was not told."""
    known = ledger.shipped
    for attempt in reversed(tuple(ours(status))):
        stands = attempt_fact(status, attempt)
        if known is None:
            if stands.kind is not Kind.STARTED and stands.at < now - FRESH:
                continue
        elif attempt.created_at < known.created - NEAR:
            continue
        elif fitting(attempt.name) == known.deployment:
            if _turned(known.kind, stands.kind):
                yield stands
            continue
        yield from _both_ends(status, attempt, stands)


def _turned(told: Kind, stands: Kind) -> bool:
    """Whether a rollout came to an end, or to another end than was told: but a stop that gave way is one stop."""
    return stands not in (Kind.STARTED, told) and (told is Kind.STARTED or stands is not Kind.SUPERSEDED)


def _both_ends(status: ServiceStatus, attempt: Attempt, stands: Fact) -> Iterator[Fact]:
    if stands.kind is not Kind.STARTED:
        yield rollout_fact(status, attempt.id, Kind.STARTED, attempt.created_at, attempt)
    yield stands


def _drift(ledger: Ledger, status: ServiceStatus, found: Fact | None, now: float) -> Iterator[Fact]:
    told = ledger.drift
    if found is not None:
        new = found.paths if told is None else untold(told, found.paths)
        if new:
            yield drift_found(status, new)
    elif told is not None and status.sync is Sync.IN_SYNC:
        yield _healed(told, status, now)


def _obstacle(ledger: Ledger, status: ServiceStatus, found: Fact | None, now: float) -> Iterator[Fact]:
    told = ledger.obstacle
    if found is not None:
        if told is None or not _is(told, found):
            yield found
    elif told is not None and not waits(status):
        began = told.fact or _began_under(told, status, _kind_of(told))
        yield cleared(began, now, status.wanted.commit.commit)


def _is(told: Mark, found: Fact) -> bool:
    """Whether it is what was told. A hold is one until it is cleared, whichever commit is said to be held by now: after
    a restart that is not known at once.
    """
    if found.kind is not Kind.HELD or _kind_of(told) is not Kind.HELD:
        return told.name == name_of(found)
    held = fitting(found.deployment or "")
    return told.name in (name_of(found), f"{held}/held") or told.name.startswith(f"{held}-")


def _kind_of(told: Mark) -> Kind:
    return Kind.HELD if told.name.endswith("/held") else Kind.BLOCKED


def _healed(told: Mark, status: ServiceStatus, now: float) -> Fact:
    fact = healed(told.fact or _began_under(told, status, Kind.DRIFT_FOUND), now)
    return fact if fact.paths else replace(fact, text="what had drifted is as Git says again")


def _began_under(told: Mark, status: ServiceStatus, kind: Kind) -> Fact:
    return _began(told, status.wanted.key, kind, status.wanted.commit.commit)


def _began(told: Mark, key: ServiceKey, kind: Kind, commit: str | None = None) -> Fact:
    """What is left of a fact that another process told."""
    return Fact(f"{key}/{told.name}", kind, told.at, key, "", commit=commit)


def _source_told(told: Mark) -> Fact:
    return told.fact or Fact(f"source/{told.name}", Kind.SOURCE_STALE, told.at, None, "")
