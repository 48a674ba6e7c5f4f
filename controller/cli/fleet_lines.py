"""The fleet, a service in a line."""

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum

from rich.console import RenderableType
from rich.text import Text

from controller.cli.look import Look, bar
from controller.cli.output import state
from controller.cli.problems import told
from controller.cli.sheet import Cell, sheet, stacked
from controller.cli.spans import age, clock, since
from controller.cli.unread import unread
from controller.loop.author import name
from controller.source.git_errors import UNAPPLIED
from controller.web.fleet_views import FleetRow, FleetView
from controller.web.views import SourceView


class State(StrEnum):
    """What a service can be chosen by: how it stands to Git, what goes on, how it is."""

    IN_SYNC = "in-sync"
    OUTDATED = "outdated"
    DRIFTED = "drifted"
    HELD = "held"
    PROGRESSING = "progressing"
    WAITING = "waiting"
    BLOCKED = "blocked"
    DIFFERS = "differs"
    FAILED = "failed"
    HEALTHY = "healthy"
    DEGRADED = "degraded"
    MISSING = "missing"
    UNKNOWN = "unknown"
    STALE = "stale"  # the newest commit's manifest is broken
    UNREAD = "unread"  # AWS does not answer for it


class Sort(StrEnum):
    """What lines are sorted by; of equals, the name decides."""

    NAME = "name"
    STATE = "state"
    SINCE = "since"
    DRIFT = "drift"
    CLUSTER = "cluster"


_WORST_FIRST = ("held", "blocked", "failed", "drifted", "outdated", "progressing", "waiting", "differs", "unknown")
LONGEST = 20  # characters of a version in a terminal's line that is not wide
_LAST = float("inf")
_KEYS: dict[Sort, Callable[[FleetRow], tuple[object, ...]]] = {
    Sort.NAME: lambda _: (),
    Sort.STATE: lambda row: (_rank(row),),
    Sort.SINCE: lambda row: (-(row.since or 0.0),),
    Sort.DRIFT: lambda row: (_LAST if row.drift_since is None else row.drift_since,),
    Sort.CLUSTER: lambda row: (row.cluster is None, row.cluster or ""),
}


def name_of(row: FleetRow) -> str:
    """``environment/name``."""
    return f"{row.environment}/{row.name}"


def is_in(row: FleetRow, wanted: State) -> bool:
    """Whether a service is in this state."""
    match wanted:
        case State.STALE:
            return row.stale
        case State.UNREAD:
            return row.failing_since is not None
        case _:
            return wanted in (row.sync, row.outcome, row.health)


def arranged(rows: Iterable[FleetRow], by: Sort) -> list[FleetRow]:
    """Lines in order: the worst, the latest change, the oldest drift first."""
    return sorted(rows, key=lambda row: (*_KEYS[by](row), row.environment, row.name))


def lines(rows: Sequence[FleetRow], look: Look) -> RenderableType:
    """The lines with their headings."""
    more = ["CLUSTER", "REGION", "COMMIT", "DRIFT"] if look.wide else []
    headings = ["SERVICE", "SYNC", "HEALTH", "SINCE", "VERSION", *more, "WHAT"]
    return sheet(headings, [_cells(row, look) for row in rows], look.width, cut=not look.wide)


def line(row: FleetRow, look: Look) -> Text:
    """One line alone, as of now: for a log of what changed."""
    told = (Text(name_of(row), "bold"), state(row.sync), state(row.health), Text(_version(row)), _what(row, look))
    return Text("  ").join((Text(clock(look.now), "bright_black"), *told))


def fleet(view: FleetView, rows: Sequence[FleetRow], look: Look) -> RenderableType:
    """What was chosen of the fleet, what is wrong with Git, and, where all was chosen, with the commit that counts."""
    none = "No service is as asked for." if view.rows else "No services yet."
    if missing := unread(view.source):
        kept = "What is shown is as it was before."
        return stacked(lines(rows, look), Text(f"{missing} {kept}", "yellow")) if rows else Text(missing)
    return stacked(lines(rows, look) if rows else Text(none), _source(view.source, look, len(rows) == len(view.rows)))


def _source(source: SourceView, look: Look, whole: bool) -> RenderableType | None:
    said = [told(each) for each in source.problems] if whole else []
    if said and source.more_problems:
        said.append(Text(f"{source.more_problems:,} problems more: trueup validate tells them all.", "yellow"))
    if source.failing_since is not None:
        what = "Nothing new is applied" if source.reason in UNAPPLIED else "Git has not answered well"
        unwell = f"{what} for {since(source.failing_since, look.now)}"
        said.insert(0, Text(f"{unwell}: {source.message} {source.remedy}".rstrip(), "yellow"))
    return Text("\n").join(said) if said else None


def _cells(row: FleetRow, look: Look) -> list[Cell]:
    least = "at least " if row.drift_at_least else ""
    drift = f"{row.drift_fields} for {least}{since(row.drift_since, look.now)}" if row.drift_fields else "-"
    more = [row.cluster or "-", row.region or "-", (row.commit or "-")[:7], drift] if look.wide else []
    ago = age(None if row.since is None else look.now - row.since)
    version = _version(row) if look.whole else _shortened(_version(row))
    return [name_of(row), state(row.sync), state(row.health), ago, version, *more, _what(row, look)]


def _version(row: FleetRow) -> str:
    """What runs and what is wanted, as far as they are not the same. Of what is not known to run, nothing is said."""
    if row.running == row.wanted or not row.wanted:
        return row.running or "-"
    if not row.running:
        return f"- → {row.wanted}"
    running, wanted = row.running.split(", "), row.wanted.split(", ")
    left = ", ".join(each for each in running if each not in wanted)
    return f"{left or row.running} → {', '.join(each for each in wanted if each not in running)}"


def _shortened(version: str) -> str:
    return version if len(version) <= LONGEST else f"{version[: LONGEST - 1]}…"


def _what(row: FleetRow, look: Look) -> Text:
    said = Text(row.text)
    if row.traffic is not None:
        share = Text(f"{row.traffic:.0f} % of the traffic")
        said = Text.assemble(bar(row.traffic, 10), " ", share) if look.bars else share
        said.append(f", {row.text}")
    if row.drift_fields and row.drift_by:
        who = name(row.drift_by)
        said.append(f" Drifted by {who}." if row.text.endswith(".") else f", by {who}")
    if row.stale and row.outcome != "unknown":
        said = Text("an earlier commit's, since its manifest is broken; ").append_text(said)
    if row.failing_since is not None:
        said = Text(f"not read for {since(row.failing_since, look.now)}; ", "yellow").append_text(said)
    return said


def _rank(row: FleetRow) -> int:
    words = (row.sync, row.outcome, row.health)
    return next((place for place, word in enumerate(_WORST_FIRST) if word in words), len(_WORST_FIRST))
