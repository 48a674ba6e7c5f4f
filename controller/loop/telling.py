"""What there is to tell of a service: the facts of one look, and the facts that stand.

Two ways to ask, one way to word. ``facts_of`` is what a look found new, for whoever keeps a journal. ``standing`` is
what is true now, whenever it began, for whoever must tell everything once although he may have been away: what stands
and was not told is told, what was told and stands no more has ended.

Deployments are told with AWS's own times, from AWS's own record: a rollout that ended while nobody looked is told like
any other.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import assert_never

from controller.loop import words
from controller.loop.attribution import author
from controller.loop.author import name, together
from controller.loop.board import Told
from controller.loop.events import (
    BlockBegan,
    DriftFound,
    DriftGone,
    Event,
    HoldBegan,
    RolloutEnded,
    RolloutStarted,
)
from controller.loop.facts import Fact, Kind, in_order
from controller.loop.rollout_facts import ENDED, attempt_fact, ours, record, rollout_fact
from controller.loop.since import held_anew
from controller.loop.status import ServiceStatus
from reconcilers.attempts import deployment_name
from reconcilers.outcome import Blocked, Failed, Held, Waiting

LEFT, LEFT_GIT = "it has left Git, and its service is left as it is", "left-git"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is true of a service now. ``rollout``: how the newest deployment of ours stands, where that was looked at;
    without one there is nothing new to say of it. ``obstacle`` (held or blocked) and ``drift`` are ``None`` where there
    is none.
    """

    rollout: Fact | None
    obstacle: Fact | None
    drift: Fact | None

    @property
    def open_ends(self) -> tuple[Fact, ...]:
        """What lasts until it is told to have ended."""
        return tuple(each for each in (self.drift, self.obstacle) if each is not None)

    @property
    def facts(self) -> tuple[Fact, ...]:
        """All of them, in the order in which they are told."""
        return tuple(each for each in (self.rollout, self.drift, self.obstacle) if each is not None)


def standing(status: ServiceStatus) -> Standing | None:
    """What is true of a service now; ``None`` where that is not known, which is not the same as nothing.

    Where AWS refused to be asked about it at all (there is no such cluster), that is what is known.
    """
    read = status.seen_at is not None and status.failing_since is None and not isinstance(status.outcome, Failed)
    if not read and not isinstance(status.outcome, Blocked):
        return None
    newest = next(iter(ours(status)), None)
    return Standing(
        rollout=attempt_fact(status, newest) if newest is not None else None,
        obstacle=_obstacle(status),
        drift=drift_found(status, tuple(sorted(status.drift_since))) if status.drift_since else None,
    )


def waits(status: ServiceStatus) -> bool:
    """Whether somebody else's deployment runs: till it ends nobody knows whether what was in the way still is."""
    return isinstance(status.outcome, Waiting)


def facts_of(told: Told, now: float) -> tuple[Fact, ...]:
    """What one look found new, oldest first: among it whatever AWS remembers and nobody here has seen yet.

    The same thing may come again from a later look, under the same id.
    """
    after = told.after
    attempts = after.live.attempts if after.live is not None else None
    before = told.before.live.attempts if told.before.live is not None else None
    seen = tuple(record(after)) if attempts is not None and attempts != before else ()
    new = tuple(fact for event in told.events for fact in _of_event(event, told, now))
    kept = {
        fact.id: fact for fact in (*new, *_cleared(told, now), *seen)
    }  # AWS's record of a deployment tells more than our look at it
    return tuple(in_order(kept.values()))


def healed(found: Fact, now: float) -> Fact:
    """That the drift which ``found`` told of is gone."""
    return _ending(found, Kind.DRIFT_HEALED, "healed", f"{_fields(found.paths)} as Git says again", now)


def cleared(obstacle: Fact, now: float, wanted: str | None = None) -> Fact:
    """That what was held or blocked is so no more. ``wanted``: the commit that is wanted now, which may be a newer."""
    word = "held" if obstacle.kind is Kind.HELD else "blocked"
    gave_way = wanted is not None and obstacle.commit not in (None, wanted)
    text = f"it gave way to commit {wanted[:7]}" if wanted is not None and gave_way else f"no longer {word}"
    return _ending(obstacle, Kind.CLEARED, "cleared", text, now)


def left(open_ends: Iterable[Fact], now: float) -> tuple[Fact, ...]:
    """The ends of what stood of a service that has left Git: nobody will look at it again."""
    ends = (healed(each, now) if each.kind is Kind.DRIFT_FOUND else cleared(each, now) for each in open_ends)
    return tuple(replace(each, text=LEFT, reason=LEFT_GIT) for each in ends)


def _ending(of: Fact, kind: Kind, suffix: str, text: str, now: float) -> Fact:
    seconds = max(0.0, now - of.at)
    return Fact(f"{of.id}/{suffix}", kind, now, of.service, text, commit=of.commit, seconds=seconds, paths=of.paths)


def _of_event(event: Event, told: Told, now: float) -> Iterator[Fact]:
    after = told.after
    match event:
        case RolloutStarted(_, deployment):
            yield rollout_fact(after, deployment, Kind.STARTED, after.rollout.since if after.rollout else now)
        case RolloutEnded(_, deployment, result, seconds):
            yield replace(rollout_fact(after, deployment, ENDED[result], now), seconds=seconds)
        case DriftFound(_, paths):
            yield drift_found(after, paths)
        case DriftGone():
            yield healed(drift_found(told.before, tuple(sorted(told.before.drift_since))), now)
        case HoldBegan() | BlockBegan():
            # Since when something stands in the way is told of the first; what takes its place is news of now.
            since = now if _obstacle(told.before) is not None else None
            yield from (replace(each, at=since or each.at) for each in filter(None, (_obstacle(after),)))
        case _:
            assert_never(event)


def _cleared(told: Told, now: float) -> Iterator[Fact]:
    """What stood in the way before and does not any more."""
    before = _obstacle(told.before)
    after = standing(told.after)
    if before is not None and after is not None and after.obstacle is None and not waits(told.after):
        yield cleared(before, now, told.after.wanted.commit.commit)


def _obstacle(status: ServiceStatus) -> Fact | None:
    wanted, outcome = status.wanted, status.outcome
    commit = status.judged or wanted.commit
    since = status.since or 0.0
    match outcome:
        case Held(release, deployment, reason):
            again = f"-{commit.commit[:7]}" if held_anew(commit, outcome, status.live) else ""
            return Fact(
                id=f"{wanted.key}/{deployment_name(deployment)}{again}/held",
                kind=Kind.HELD,
                at=since,
                service=wanted.key,
                text=words.obstacle(outcome),
                deployment=deployment_name(deployment),
                commit=commit.commit,
                subject=commit.subject,
                release=release,
                reason=reason.code,
                remedy="commit a fix, or trueup retry if it was not the release's fault",
            )
        case Blocked(by, findings):
            codes = ",".join(sorted({each.code for each in findings if each.blocking}))
            return Fact(
                id=f"{wanted.key}/{_digest(wanted.release, by, codes)}/blocked",
                kind=Kind.BLOCKED,
                at=since,
                service=wanted.key,
                text=words.obstacle(outcome),
                commit=commit.commit,
                subject=commit.subject,
                release=wanted.release,
                reason=str(by),
                remedy=words.remedy(findings),
            )
        case _:
            return None


def drift_found(status: ServiceStatus, paths: tuple[str, ...]) -> Fact:
    """That these fields, of those that differ now, were found to differ."""
    wanted = status.wanted
    made = [author(status, each) for each in status.changes if each.path in paths]
    who = together(each.who for each in made)
    by = f", by {name(who)}" if who else ""
    whole = len(status.drift_since)
    more = f"; {whole} fields are so in all" if whole > len(paths) else ""
    return Fact(
        id=f"{wanted.key}/{_digest(wanted.release, *_runs(status), *paths)}/drift",
        kind=Kind.DRIFT_FOUND,
        at=min((status.drift_since[path] for path in paths if path in status.drift_since), default=status.since or 0.0),
        service=wanted.key,
        text=f"{_fields(paths)} otherwise than Git says{by}{more}",
        commit=wanted.commit.commit,
        release=wanted.release,
        who=who,
        paths=paths,
    )


def _runs(status: ServiceStatus) -> Iterator[str]:
    """What runs and by which deployment: the same hand's next change is another drift."""
    service = status.live.service if status.live is not None else None
    if service is not None:
        yield service.task_definition_arn
        yield (service.primary.external_id or "") if service.primary is not None else ""


def _fields(paths: tuple[str, ...], most: int = 3) -> str:
    shown = ", ".join(paths[:most])
    more = f" and {len(paths) - most} more" if len(paths) > most else ""
    return f"{shown}{more} {'is' if len(paths) == 1 else 'are'}"


def _digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()[:12]
