"""Who is told what came of a look: several listeners as one, and the log."""

from dataclasses import dataclass
from typing import Any

from controller.loop import words
from controller.loop.board import Told
from controller.loop.loop import Observer, Swept
from controller.loop.status import ServiceStatus
from reconcilers.diff import masked
from reconcilers.outcome import Blocked, Failed, Held, Outcome, Sync
from reconcilers.reconcile import where


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


@dataclass(frozen=True, slots=True)
class LogLines:
    """One line per outcome. What was said of a service already is not said again while nothing changes."""

    log: Any

    def told(self, told: Told) -> None:
        after = told.after
        if _said(told) and after.outcome is not None:
            say = getattr(self.log, _level(after.outcome))
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
        say = self.log.warning if swept.failed else self.log.debug
        say(
            f"swept {swept.cluster.name}",
            cluster=swept.cluster.name,
            services=swept.services,
            differing=swept.differing,
            seconds=round(swept.seconds, 3),
            **({"failed": swept.failed} if swept.failed else {}),
        )

    def polled(self, result: str, seconds: float) -> None:
        say = self.log.debug if result == "unchanged" else self.log.info if result == "changed" else self.log.warning
        say(f"git {result}", result=result, seconds=round(seconds, 3))

    def broke(self, what: str, error: Exception, /) -> None:
        self.log.error("a step broke", step=what, error=where(error))


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
        more["drift"] = [masked(change).path for change in after.changes]
    if isinstance(after.outcome, Blocked):
        more["remedy"] = words.remedy(after.outcome.findings)
    if report is not None:
        more["seconds"] = round(report.seconds, 3)
    return more
