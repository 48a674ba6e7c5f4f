"""``trueup history``: what was tried with a service, as AWS remembers it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rich.console import RenderableType

from controller.cli.asking import Watching, answer, named
from controller.cli.attempts import attempts
from controller.cli.clean import cleaned
from controller.cli.look import Look
from controller.cli.one import KEPT, SERVICE, OfService
from controller.cli.options import flags_of
from controller.cli.output import failing_clearly
from controller.web.detail_views import HistoryView
from controller.web.messages import Message


@dataclass(frozen=True, slots=True)
class Tried(OfService[HistoryView]):
    """The deployments of a service."""

    @property
    def settles(self) -> float | None:
        return KEPT

    def ask(self) -> HistoryView:
        return self.daemon.history(self.environment, self.name)

    def heard(self, known: HistoryView, message: Message) -> HistoryView:
        return self.ask() if message.event == "service" else known

    def again(self, _known: HistoryView) -> HistoryView:
        return self.ask()

    def drawn(self, answer: HistoryView, look: Look) -> RenderableType:
        return attempts(cleaned(answer), look)

    def names(self, answer: HistoryView) -> Iterable[str]:
        return [each.deployment for each in answer.attempts]

    def records(self, before: HistoryView, after: HistoryView) -> list[Any]:
        """That AWS was asked again is no change."""
        same = (before.attempts, before.error) == (after.attempts, after.error)
        return [] if same else [self.record(after)]


@flags_of(Watching)
def history(asking: Watching, service: SERVICE) -> None:
    """Show what was tried with SERVICE, newest first: by whom, how it ended, and what went wrong."""
    with failing_clearly():
        key = named(service)
    answer(Tried(asking.daemon, *key), asking)
