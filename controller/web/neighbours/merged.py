"""What a neighbour has said so far, and how it goes into what is known here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import inf

from controller.loop.status import ServiceStatus
from controller.web.views import FleetRow, FleetView, ServiceView

GRACE = 15.0  # seconds for which what was said counts: a lease that is not renewed is over by then


@dataclass(frozen=True, slots=True)
class Said:
    """The lines of what a neighbour keeps, by service, as of its ``version``. ``at``: when it answered last, in seconds
    of a clock that only goes forward.
    """

    version: int | None = None
    lines: Mapping[str, FleetRow] = field(default_factory=dict)
    at: float = -inf

    def counts(self, now: float) -> bool:
        """Whether it is young enough to be told."""
        return now - self.at <= GRACE


def heard(said: Said, view: FleetView, at: float) -> Said:
    """A neighbour answered at ``at``, with everything or with what changed since ``said``."""
    if not view.whole and not view.rows and not view.removed:
        return replace(said, version=view.version, at=at)
    kept = {} if view.whole else {name: each for name, each in said.lines.items() if name not in view.removed}
    return Said(view.version, {**kept, **{f"{each.environment}/{each.name}": each for each in view.rows}}, at)


def line(said: Mapping[str, Said], status: ServiceStatus, now: float) -> FleetRow | None:
    """A service's line as the neighbour has it that keeps it; ``None`` where none said it of late."""
    theirs = said.get(status.kept_by) if status.kept_by else None
    return theirs.lines.get(str(status.wanted.key)) if theirs is not None and theirs.counts(now) else None


def whole(
    ours: Iterable[ServiceView], statuses: Iterable[ServiceStatus], theirs: Mapping[str, Iterable[ServiceView]]
) -> list[ServiceView]:
    """Every service, in the order of ``ours``: what another replica keeps as that one says, where it does."""
    keepers = {str(each.wanted.key): each.kept_by for each in statuses if each.kept_by}
    said = {(id_, _name(each)): each for id_, views in theirs.items() for each in views}
    return [said.get((keepers.get(_name(each), ""), _name(each)), each) for each in ours]


def _name(view: ServiceView) -> str:
    return f"{view.environment}/{view.name}"
