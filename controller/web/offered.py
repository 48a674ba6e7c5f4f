"""What a reader may ask for now, and what is in the way of the rest."""

from controller.loop.status import ServiceStatus
from controller.web.views import ActionView
from reconcilers.model import SyncPolicy
from reconcilers.outcome import Blocked, Held, Sync

CLOSED = "This daemon takes no orders: it runs without TRUEUP_API_TOKEN."
FIRING = "AlarmFiring"


def actions(status: ServiceStatus, *, acting: bool) -> tuple[ActionView, ...]:
    """Sync, retry, and sync despite an alarm. ``acting``: whether there is a route for orders at all."""
    wanted = (
        ("sync", "Sync now", _sync(status)),
        ("retry", "Retry the held release", _retry(status)),
        ("sync-despite-alarm", "Sync despite the alarm", _despite(status)),
    )
    shut = "" if acting else CLOSED
    return tuple(
        ActionView(name=name, title=title, allowed=not (shut or why), why=shut or why) for name, title, why in wanted
    )


def _sync(status: ServiceStatus) -> str:
    if status.wanted.sync is SyncPolicy.OBSERVE:
        return "Its manifest says sync: observe, which never writes anything."
    if isinstance(status.outcome, Held):
        return "The release is held. Commit a fix, or retry it."
    return "Nothing differs." if status.sync is Sync.IN_SYNC else ""


def _retry(status: ServiceStatus) -> str:
    return "" if isinstance(status.outcome, Held) else "Nothing is held."


def _despite(status: ServiceStatus) -> str:
    firing = isinstance(status.outcome, Blocked) and any(each.code == FIRING for each in status.outcome.findings)
    return "" if firing else "No alarm stands in the way."
