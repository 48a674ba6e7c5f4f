"""What there is to tell of the repository: that it does not answer well, that it does again, and what left it."""

from controller.loop.board import SourceStatus
from controller.loop.departures import Departure
from controller.loop.facts import Fact, Kind
from controller.source.git_errors import UNAPPLIED

STALE = 120.0  # seconds of an unanswering Git before it is worth telling anybody


def source_fact(source: SourceStatus, commit: str | None, now: float) -> Fact | None:
    """That Git has not answered well for longer than a moment; ``None`` where it does.

    ``commit`` is the newest that was read. It goes with the id: the same outage is the same fact.
    """
    since = source.failing_since
    if since is None or now - since < STALE:
        return None
    what = "Nothing new is applied" if source.reason in UNAPPLIED else "No good answer"
    text = f"{what}: {source.message}" if source.message else what
    return Fact(
        id=f"source/{commit or 'never-read'}/stale",
        kind=Kind.SOURCE_STALE,
        at=since,
        service=None,
        text=text,
        commit=commit,
        reason=source.reason,
        remedy=source.remedy,
    )


def source_back(stale: Fact, now: float) -> Fact:
    """That Git answers again."""
    took = max(0.0, now - stale.at)
    return Fact(
        id=stale.id.removesuffix("/stale") + "/back",
        kind=Kind.SOURCE_BACK,
        at=now,
        service=None,
        text="Git answers again",
        commit=stale.commit,
        seconds=took,
    )


def left_git(departure: Departure) -> Fact:
    """That no manifest names a service any more.

    Replicas may read it in different commits: what was wanted last is the same for all of them, and makes the name.
    """
    key, heir, commit = departure.service, departure.heir, departure.commit
    stays = "its service in ECS is left running, and is looked at no more"
    what = f"{heir} has its service in ECS from now on" if heir is not None else stays
    return Fact(
        id=f"{key}/{departure.release}/left-git",
        kind=Kind.LEFT,
        at=departure.at,
        service=key,
        text=f"left Git; {what}",
        commit=commit.commit,
        subject=commit.subject,
        release=departure.release,
        who=commit.author,
    )
