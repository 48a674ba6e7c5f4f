"""Who is told what came of a look: several listeners as one, and the log."""

from dataclasses import dataclass
from typing import Any

from controller.loop import words
from controller.loop.attribution import author
from controller.loop.author import together
from controller.loop.board import Board, Told
from controller.loop.status import ServiceStatus
from controller.loop.surroundings import Observer, Swept
from reconcilers.model import Cluster, ServiceKey
from reconcilers.outcome import Blocked, Failed, Held, Outcome, Sync
from reconcilers.reconcile import where

MOST_PROBLEMS = 20  # of one commit, each with a line of its own


@dataclass(frozen=True, slots=True)
class Several:
    """Tells each observer in turn."""

    observers: tuple[Observer, ...]

    def told(self, told: Told) -> None:
        for each in self.observers:
            each.told(told)

    def swept(self, swept: Swept) -> None:
        for each in self.observers:
            each.swept(swept)

    def polled(self, result: str, seconds: float) -> None:
        for each in self.observers:
            each.polled(result, seconds)

    def broke(self, what: str, error: Exception, /) -> None:
        for each in self.observers:
            each.broke(what, error)


class LogLines:
    """One line per outcome. What was said already is not said again while nothing changes.

    ``board`` tells what the repository's newest commit says, and why it could not be read.
    """

    def __init__(self, log: Any, board: Board) -> None:
        self._log = log
        self._board = board
        self._polled = ""
        self._swept: dict[Cluster, str] = {}
        self._services: frozenset[ServiceKey] = frozenset()

    def told(self, told: Told) -> None:
        after = told.after
        if _said(told) and after.outcome is not None:
            say = getattr(self._log, _level(after.outcome))
            say(
                f"{after.wanted.key} {words.kind(after.outcome)}",
                service=str(after.wanted.key),
                sync=str(after.sync),
                health=str(after.health),
                outcome=words.kind(after.outcome),
                text=words.sentence(after.outcome),
                commit=after.wanted.commit.commit[:12],
                release=after.wanted.release,
                **_more(told),
            )

    def swept(self, swept: Swept) -> None:
        before, self._swept[swept.cluster] = self._swept.get(swept.cluster, ""), swept.failed
        say = self._log.debug
        if swept.failed != before:
            say = self._log.warning if swept.failed else self._log.info
        say(
            f"swept {swept.cluster.name}",
            cluster=swept.cluster.name,
            services=swept.services,
            differing=swept.differing,
            seconds=round(swept.seconds, 3),
            **({"failed": swept.failed} if swept.failed else {}),
        )

    def polled(self, result: str, seconds: float) -> None:
        before, self._polled = self._polled, result
        took = round(seconds, 3)
        match result:
            case "changed":
                self._changed(took)
            case "unchanged":
                say = self._log.debug if before in ("", "changed", "unchanged") else self._log.info
                say("git unchanged", result=result, seconds=took)
            case _:
                source = self._board.source
                say = self._log.debug if result in (before, "stopped") else self._log.warning
                say(f"git {result}", result=result, text=source.message, remedy=source.remedy, seconds=took)

    def _changed(self, seconds: float) -> None:
        snapshot = self._board.snapshot
        if snapshot is None:
            return
        errors, commit = len(snapshot.errors), snapshot.revision.commit[:12]
        counts = {"services": len(snapshot.services), "errors": errors, "warnings": len(snapshot.problems) - errors}
        self._log.info("git changed", result="changed", commit=commit, **counts, seconds=seconds)
        for problem in snapshot.problems[:MOST_PROBLEMS]:
            self._log.warning(
                f"{problem.severity} in {problem.place}", commit=commit, text=problem.message, remedy=problem.remedy
            )
        for key in sorted(self._services - snapshot.services.keys()):
            self._log.warning(f"{key} left Git", service=str(key), text="Its service in ECS is left running.")
        self._services = frozenset(snapshot.services)

    def broke(self, what: str, error: Exception, /) -> None:
        self._log.error("a step broke", step=what, error=where(error))


def _said(told: Told) -> bool:
    before, after = told.before, told.after
    acted = bool(after.report and after.report is not before.report and after.report.acted)
    return acted or _gist(before) != _gist(after)


def _gist(status: ServiceStatus) -> tuple[str, ...]:
    """What a line says; how far a shift is by now is a metric's matter."""
    return (words.kind(status.outcome), words.sentence(status.outcome), status.sync, status.health)


def _level(outcome: Outcome) -> str:
    return "warning" if isinstance(outcome, Held | Blocked | Failed) else "info"


def _more(told: Told) -> dict[str, Any]:
    after = told.after
    report = after.report if after.report is not told.before.report else None
    more: dict[str, Any] = {}
    if report is not None and report.acted:
        more["did"] = [type(done.action).__name__ for done in report.acted]
    if after.sync is Sync.DRIFTED:
        more["drift"] = [change.path for change in after.changes]
        more["by"] = together(author(after, each).who for each in after.changes) or None
    if isinstance(after.outcome, Blocked):
        more["remedy"] = words.remedy(after.outcome.findings)
    if report is not None:
        more["seconds"] = round(report.seconds, 3)
    return more
