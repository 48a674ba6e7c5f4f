"""What a reader may ask for now, and what is in the way of the rest."""

from dataclasses import dataclass

from controller.loop.status import ServiceStatus
from controller.rules.rights import Right
from controller.web.views import ActionView
from reconcilers.model import SyncPolicy
from reconcilers.outcome import Blocked, Held, Sync

CLOSED = "This daemon takes no orders: it runs without TRUEUP_API_TOKEN and TRUEUP_ROLES."
FIRING = "AlarmFiring"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads. ``acting``: whether there is a route for orders at all. ``rights`` are those in the service's
    environment; ``None`` where nobody is known yet: a token may still be said with the order.
    """

    you: str = ""
    rights: frozenset[Right] | None = None
    acting: bool = True


def actions(status: ServiceStatus, reader: Reader) -> tuple[ActionView, ...]:
    """Sync, retry, and sync despite an alarm."""
    wanted = (
        ("sync", "Sync now", _shut(reader, Right.ORDER) or _sync(status)),
        ("retry", "Retry the held release", _shut(reader, Right.ORDER) or _retry(status)),
        (
            "sync-despite-alarm",
            "Sync despite the alarm",
            _shut(reader, Right.ORDER, Right.DESPITE_ALARM) or _despite(status),
        ),
    )
    return tuple(ActionView(name=name, title=title, allowed=not why, why=why) for name, title, why in wanted)


def _shut(reader: Reader, *needed: Right) -> str:
    if not reader.acting:
        return CLOSED
    if reader.rights is None or reader.rights.issuperset(needed):
        return ""
    return f"{reader.you} has no role here that allows it. Ask whoever keeps the roles."


def _sync(status: ServiceStatus) -> str:
    if status.wanted.sync is SyncPolicy.OBSERVE:
        return "Its manifest says sync: observe, which never writes anything."
    if isinstance(status.outcome, Held):
        return "The release is held. Commit a fix, or retry it."
    if _ships(status):
        return "It ships already."
    return "Nothing differs." if status.sync is Sync.IN_SYNC else ""


def _ships(status: ServiceStatus) -> bool:
    """Whether a deployment of what Git wants is under way."""
    attempts = (status.live.attempts if status.live is not None else None) or ()
    return any(
        each.active and each.mark is not None and each.mark.release == status.wanted.release for each in attempts
    )


def _retry(status: ServiceStatus) -> str:
    return "" if isinstance(status.outcome, Held) else "Nothing is held."


def _despite(status: ServiceStatus) -> str:
    firing = isinstance(status.outcome, Blocked) and any(each.code == FIRING for each in status.outcome.findings)
    return "" if firing else "No alarm stands in the way."
