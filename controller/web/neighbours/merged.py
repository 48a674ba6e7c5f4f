"""What a neighbour has said so far, and how it goes into what is known here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import inf

from controller.loop.facts import Fact, Kind
from controller.loop.status import ServiceStatus
from controller.web.fact_views import FactView
from controller.web.fleet_views import FleetRow, FleetView
from controller.web.views import ServiceView
from reconcilers.model import ServiceKey

GRACE = 15.0  # seconds for which what was said counts: a lease that is not renewed is over by then

MOST = 16 << 20  # bytes of lines after which everything is asked for once more, in place of what was told by and by


@dataclass(frozen=True, slots=True)
class Said:
    """The lines of what a neighbour keeps, by service, as of its ``version``, and how far its journal was read.

    ``at``: when it answered last, ``again``: when its newest facts were last read once more; both in seconds of a clock
    that only goes forward. ``size``: the bytes of the answers that the lines came in. Without a ``version`` everything
    is asked for.
    """

    version: int | None = None
    lines: Mapping[str, FleetRow] = field(default_factory=dict)
    at: float = -inf
    cursor: int | None = None
    again: float = -inf
    size: int = 0

    def counts(self, now: float) -> bool:
        """Whether it is young enough to be told."""
        return now - self.at <= GRACE


def heard(said: Said, view: FleetView, at: float, size: int = 0) -> Said:
    """A neighbour answered at ``at`` in ``size`` bytes, with everything or with what changed since ``said``."""
    if not view.whole and not view.rows and not view.removed:
        return replace(said, version=view.version, at=at)
    whole, gone = view.whole or said.version is None, frozenset(view.removed)
    kept = {} if whole else {name: each for name, each in said.lines.items() if name not in gone}
    lines = {**kept, **{f"{each.environment}/{each.name}": each for each in view.rows}}
    size += 0 if whole else said.size
    return replace(said, version=view.version if size <= MOST else None, lines=lines, at=at, size=size)


def fact_of(view: FactView) -> Fact | None:
    """What happened to a service or to the repository, as a neighbour told it; ``None`` for a kind that is not known
    here, and for half a name.
    """
    if view.kind not in frozenset(Kind) or (view.service is None) != (view.environment is None):
        return None
    key = (
        ServiceKey(view.environment, view.service)
        if view.environment is not None and view.service is not None
        else None
    )
    return Fact(
        id=view.id,
        kind=Kind(view.kind),
        at=view.at,
        service=key,
        text=view.text,
        deployment=view.deployment,
        commit=view.commit,
        subject=view.subject,
        release=view.release,
        reason=view.reason,
        remedy=view.remedy,
        who=view.who,
        seconds=view.seconds,
        paths=view.paths,
    )


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
