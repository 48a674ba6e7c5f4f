"""``trueup diff``: what differs between Git and live, field by field, with who made it so."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from controller.cli.asking import Watching, answer, named
from controller.cli.chain import head
from controller.cli.clean import cleaned
from controller.cli.fields import fields
from controller.cli.look import Look
from controller.cli.one import SERVICE, Whole
from controller.cli.options import flags_of
from controller.cli.output import DIFFERS, REFUSED, failing_clearly
from controller.cli.sheet import stacked
from controller.web.detail_views import DetailView

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Different(Whole):
    """The fields of a service that differ."""

    def drawn(self, answer: DetailView, look: Look) -> RenderableType:
        view = cleaned(answer)
        if not view.changes:
            return stacked(head(view, look), Text("Nothing differs." if view.sync != UNKNOWN else "Not known yet."))
        legend = Text.assemble(("- live", "red"), "  ", ("+ Git", "green"))
        return stacked(head(view, look), legend, fields(view.changes, look))

    def names(self, answer: DetailView) -> Iterable[str]:
        return [each.path for each in answer.changes]

    def record(self, answer: DetailView) -> Any:
        return [*answer.changes]

    def records(self, before: DetailView, after: DetailView) -> list[Any]:
        return [] if before.changes == after.changes else [self.record(after)]

    def code(self, answer: DetailView) -> int:
        """Nothing is known is not nothing differs."""
        return DIFFERS if answer.changes else REFUSED if answer.sync == UNKNOWN else 0


@flags_of(Watching)
def diff(asking: Watching, service: SERVICE) -> None:
    """Show what differs between Git and live, and who made it so: exit 0 nothing, 2 something, 1 error."""
    with failing_clearly():
        key = named(service)
    answer(Different(asking.daemon, *key), asking)
