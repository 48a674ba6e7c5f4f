"""``trueup why``: the chain from commit to traffic, and the one link that blocks."""

from dataclasses import dataclass

from rich.console import RenderableType
from rich.text import Text

from controller.cli.asking import Watching, answer, named
from controller.cli.chain import head, links, wrong
from controller.cli.clean import cleaned
from controller.cli.fields import fields
from controller.cli.look import Look
from controller.cli.one import SERVICE, Whole
from controller.cli.options import flags_of
from controller.cli.output import failing_clearly
from controller.cli.sheet import stacked
from controller.web.detail_views import DetailView

__all__ = ["Explained", "named", "why"]


@dataclass(frozen=True, slots=True)
class Explained(Whole):
    """Where a service stands, and why."""

    def drawn(self, answer: DetailView, look: Look) -> RenderableType:
        view = cleaned(answer)
        changed = fields(view.changes, look) if view.changes else None
        return stacked(head(view, look), links(view, look), changed, wrong(view), _unheard(view))


def _unheard(view: DetailView) -> Text | None:
    return Text(f"Git says nothing new that counts: {view.git}", "yellow") if view.git else None


@flags_of(Watching)
def why(asking: Watching, service: SERVICE) -> None:
    """Explain where SERVICE stands between commit and traffic, and who can clear what blocks."""
    with failing_clearly():
        key = named(service)
    answer(Explained(asking.daemon, *key), asking)
