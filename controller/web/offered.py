"""What a reader may ask for now, and what is in the way of the rest."""

from dataclasses import dataclass

from controller.loop.status import ServiceStatus
from controller.rules.rights import Right
from controller.web.detail_views import ActionView, DetailView
from reconcilers.model import SyncPolicy
from reconcilers.outcome import Blocked, Held, Sync

CLOSED = "This daemon takes no orders: it runs without TRUEUP_API_TOKEN and TRUEUP_ROLES."
FIRING = "AlarmFiring"
_ORDERED = frozenset({Right.ORDER})
_NEEDED = {"sync": _ORDERED, "retry": _ORDERED, "sync-despite-alarm": frozenset({Right.ORDER, Right.DESPITE_ALARM})}


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
        ("sync", "Sync now", _sync(status)),
        ("retry", "Retry the held release", _retry(status)),
        ("sync-despite-alarm", "Sync despite the alarm", _despite(status)),
    )
    return tuple(_offered(name, title, why, reader) for name, title, why in wanted)


def for_reader(view: DetailView, reader: Reader) -> DetailView:
    """What another replica, which knows nobody, said of a service: with what is in the way of this reader."""
    offered = tuple(_offered(each.name, each.title, each.why, reader) for each in view.actions)
    return view.model_copy(update={"actions": offered, "you": reader.you})


def _offered(name: str, title: str, in_the_way: str, reader: Reader) -> ActionView:
    why = _shut(reader, _NEEDED.get(name, frozenset(Right))) or in_the_way
    return ActionView(name=name, title=title, allowed=not why, why=why)


def _shut(reader: Reader, needed: frozenset[Right]) -> str:
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
