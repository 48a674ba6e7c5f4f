"""``trueup describe``: everything that is known of a service, on one screen."""

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from controller.cli.asking import Proving, answer, named
from controller.cli.attempts import attempts
from controller.cli.chain import head, links, wrong
from controller.cli.clean import cleaned
from controller.cli.fields import fields
from controller.cli.look import Look, titled
from controller.cli.one import SERVICE, WithHistory
from controller.cli.options import flags_of
from controller.cli.output import failing_clearly
from controller.cli.sheet import stacked
from controller.cli.shift import shift
from controller.cli.spans import since
from controller.loop.author import name
from controller.web.detail_views import ActionView, DetailView
from controller.web.rows import version
from controller.web.views import RunningView

BESIDE = 72  # columns below which what an action is for stands under it
DESPITE = "sync-despite-alarm"
UNTOLD = "It takes a token: set TRUEUP_API_TOKEN, or give it with --api-token."
LAST = 5  # attempts that are shown where not all were asked for


@dataclass(frozen=True, slots=True)
class Described(WithHistory):
    """A service, whole."""

    def drawn(self, answer: DetailView, look: Look) -> RenderableType:
        view = cleaned(answer)
        return stacked(*_sections(view, look))


@flags_of(Proving)
def describe(asking: Proving, service: SERVICE) -> None:
    """Show all that is known of SERVICE: chain, shift, alarms, drift, what was tried, and what may be asked for now.

    With the token it says what its holder may ask for.
    """
    with failing_clearly():
        key = named(service)
    answer(Described(asking.daemon, *key), asking)


def _sections(view: DetailView, look: Look) -> Iterator[RenderableType | None]:
    yield head(view, look)
    yield _facts(view, look)
    yield links(view, look)
    yield shift(view.shift, look) if view.shift is not None else None
    yield _titled("Differs", fields(view.changes, look)) if view.changes else None
    yield wrong(view)
    if view.history is not None:
        yield _titled("Tried", attempts(view.history, look, None if look.wide else LAST))
    yield _titled("Actions", _actions(view, look)) if view.actions else None
    yield _titled("AWS", _links(view)) if look.wide and view.links else None


def _titled(title: str, shown: RenderableType) -> RenderableType:
    return Group(Text(title, "bold"), Padding(shown, (0, 0, 0, 1)))


def _facts(view: DetailView, look: Look) -> RenderableType | None:
    """What runs where, in a few words."""
    made = Table.grid(padding=(0, 2, 0, 0))
    made.add_column(no_wrap=True, style="bright_black")
    made.add_column(overflow="fold")
    where = [view.cluster and f"cluster {view.cluster}", view.service and f"service {view.service}", view.region]
    told = {
        "where": ", ".join(each for each in where if each),
        "manifest": view.source,
        "wanted": _images(view.images),
        "runs": _running(view.running, look) if view.running is not None else "",
        "release digest": view.release if look.wide else "",
    }
    for what, text in told.items():
        if text:
            made.add_row(what, text)
    return made


def _images(images: dict[str, str]) -> str:
    return version({"containerDefinitions": [{"name": each, "image": image} for each, image in images.items()]})


def _running(running: RunningView, look: Look) -> str:
    said = [_images(running.images), running.task_definition.rpartition("/")[2]]
    if running.deployment:
        said.append(f"by {running.deployment}")
    if running.registered_by:
        ago = f" {since(running.registered_at, look.now)} ago" if running.registered_at is not None else ""
        said.append(f"registered by {name(running.registered_by)}{ago}")
    return ", ".join(each for each in said if each)


def _actions(view: DetailView, look: Look) -> RenderableType:
    """What to type for each that can be asked for now, and by whom; why none can, where that is so."""
    allowed = [each for each in view.actions if each.allowed]
    if not allowed:
        return Text("\n".join(_shut(view)), "bright_black")
    made = Table.grid(padding=(0, 2, 0, 0))
    beside = look.width is None or look.width >= BESIDE
    made.add_column(no_wrap=beside, overflow="fold")
    made.add_column(overflow="fold", style="bright_black")
    for action in allowed:
        command = Text(_command(action, titled(view.environment, view.name).plain))
        if beside:
            made.add_row(command, action.title)
        else:
            made.add_row(command.append(f"\n  {action.title}", "bright_black"))
    return made if view.you else Group(made, Text(UNTOLD, "bright_black"))


def _shut(view: DetailView) -> list[str]:
    """Why nothing can be asked for: of each order, or once where it is the same for all."""
    whys = {each.name: each.why for each in view.actions}
    if len({*whys.values()}) == 1:
        return [view.actions[0].why]
    return [f"{name}: {why}" for name, why in whys.items() if name != DESPITE]


def _command(action: ActionView, service: str) -> str:
    if action.name == DESPITE:
        return f"trueup sync {service} --despite-alarm REASON"
    return f"trueup {action.name} {service}"


def _links(view: DetailView) -> RenderableType:
    return Group(*(Text(f"{each.title}: {each.url}", overflow="fold") for each in view.links))
