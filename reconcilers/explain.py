"""Why a service is where it is: the chain from a commit to the traffic, with the one link that blocks.

One record for everybody who asks: the log, the API, the page and the command line show the same links.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import assert_never

from reconcilers.attempts import Attempt, AttemptState
from reconcilers.excerpt import sentences
from reconcilers.live import Live
from reconcilers.model import Revision, Service
from reconcilers.outcome import (
    Blocked,
    BlockedBy,
    Differs,
    Failed,
    Held,
    InSync,
    Outcome,
    Progressing,
    Waiting,
)
from reconcilers.verdict import Link, LinkState

NAMES = ("commit", "rendering", "revision", "preflight", "deployment", "traffic")
_PLACE = {
    BlockedBy.PREFLIGHT: "preflight",
    BlockedBy.HOOKS: "preflight",
    BlockedBy.SERVICE: "preflight",
    BlockedBy.GUARD_RAILS: "preflight",
    BlockedBy.MANIFEST: "rendering",
}


def chain(wanted: Service, live: Live | None, outcome: Outcome) -> tuple[Link, ...]:
    """The six links, in order. All are done where the service is in sync; one is active while it progresses; with
    every other outcome exactly one blocks, and says who can clear it and how.
    """
    stop = _stop(wanted, live, outcome)
    where = NAMES.index(stop.name) if stop is not None else len(NAMES)
    return tuple(_links(wanted, live, stop, where))


def untold(wanted: Service) -> tuple[Link, ...]:
    """The links before a first look at what a commit brought: Git has it, and of AWS nothing is known yet."""
    known = ("commit", "rendering")
    states = {name: LinkState.DONE if name in known else LinkState.PENDING for name in NAMES}
    return tuple(Link(name, states[name], text) for name, text in _texts(wanted, None))


def unread(wanted: Service, live: Live | None, outcome: Blocked | Failed) -> tuple[Link, ...]:
    """The links where AWS could not be read as far as a plan takes: Git has it, and pre-flight is where it stands, for
    whatever comes after rests on what was not read. ``live`` is what was read last, ``None`` where nothing ever was.
    """
    stop = replace(_blocked(outcome) if isinstance(outcome, Blocked) else _failed(outcome), name="preflight")
    return tuple(_links(wanted, live, stop, NAMES.index(stop.name)))


def _links(wanted: Service, live: Live | None, stop: Link | None, where: int) -> Iterator[Link]:
    for place, (name, text) in enumerate(_texts(wanted, live)):
        if stop is not None and place == where:
            yield stop
        elif place > where or (name == "revision" and stop is not None and not _registered(wanted, live)):
            yield Link(name, LinkState.PENDING, text)
        else:
            yield Link(name, LinkState.DONE, text)


def _texts(wanted: Service, live: Live | None) -> Iterator[tuple[str, str]]:
    yield "commit", named(wanted.commit)
    yield "rendering", f"{wanted.source} makes {wanted.family} (revision digest {wanted.revision})"
    yield "revision", _registered(wanted, live) or f"{wanted.family} is registered when it ships"
    yield "preflight", "what must hold before traffic moves"
    yield "deployment", "the deployment that brings it up"
    yield "traffic", "production traffic on the new version"


def named(commit: Revision) -> str:
    """A commit as people know it, as far as that is known."""
    said = f"{commit.short} {commit.subject}".strip()
    return f"{said}, by {commit.author}" if commit.author else said


def _registered(wanted: Service, live: Live | None) -> str:
    """The revision that is known to have the wanted content, empty where none is."""
    if live is None:
        return ""
    known = (*(live.candidates or ()), *((live.running,) if live.running is not None else ()))
    same = [each.arn for each in known if each.digest == wanted.revision]
    shipped = [each.task_definition_arn for each in live.attempts or () if wanted.release == _release(each)]
    return next((f"{arn.rpartition('/')[2]} has this content" for arn in (*same, *shipped) if arn), "")


def _release(attempt: Attempt) -> str | None:
    return attempt.mark.release if attempt.mark is not None else None


def _stop(wanted: Service, live: Live | None, outcome: Outcome) -> Link | None:
    """The link at which it stands, ``None`` where all is done."""
    match outcome:
        case InSync():
            return None
        case Progressing():
            return _active(outcome)
        case Waiting():
            return _waiting(live, outcome)
        case Differs(what=what):
            return _differs(wanted, what)
        case Held():
            return _held(wanted, outcome)
        case Blocked():
            return _blocked(outcome)
        case Failed():
            return _failed(outcome)
        case _:
            assert_never(outcome)


def _active(outcome: Progressing) -> Link:
    progress = outcome.progress
    if progress is not None and progress.traffic > 0:
        text = f"{outcome.what}; {progress.traffic:g} % of production is on the new version"
        return Link("traffic", LinkState.ACTIVE, text)
    return Link("deployment", LinkState.ACTIVE, outcome.what)


def _waiting(live: Live | None, outcome: Waiting) -> Link:
    attempt = _under_way(live)
    if attempt is not None and attempt.state is AttemptState.READY and attempt.mark is not None:
        how = f"Let it go (aws deploy continue-deployment --deployment-id {attempt.id}), or stop it."
        return Link("traffic", LinkState.BLOCKED, outcome.what, outcome.on, how)
    return Link("deployment", LinkState.BLOCKED, outcome.what, outcome.on, outcome.how)


def _under_way(live: Live | None) -> Attempt | None:
    attempts = live.attempts if live is not None else None
    return next((each for each in attempts or () if each.active), None)


def _differs(wanted: Service, what: str) -> Link:
    how = f"trueup sync {wanted.key}, or correct sync and drift in {wanted.source}."
    return Link("deployment", LinkState.BLOCKED, what, "a person", how)


def _held(wanted: Service, outcome: Held) -> Link:
    how = f"Commit a fix, or try the same again: trueup retry {wanted.key}."
    return Link("deployment", LinkState.BLOCKED, outcome.why, "a person", how)


def _blocked(outcome: Blocked) -> Link:
    text = sentences(each.message for each in outcome.findings)
    how = sentences(dict.fromkeys(each.remedy for each in outcome.findings))
    who = "whoever keeps this infrastructure"
    if outcome.by in (BlockedBy.FOUGHT, BlockedBy.HOOKS, BlockedBy.MANIFEST):
        who = "a person"
    if outcome.by is BlockedBy.GUARD_RAILS:
        who = "whoever keeps the guard rails"
    return Link(_PLACE.get(outcome.by, "deployment"), LinkState.BLOCKED, text, who, how)


def _failed(outcome: Failed) -> Link:
    how = "Nothing has to be done: it is tried again by itself."
    return Link("deployment", LinkState.BLOCKED, f"{outcome.reason}: {outcome.message}", "AWS", how)
