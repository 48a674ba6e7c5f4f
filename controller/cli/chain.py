"""How a service stands, and the chain from its commit to the traffic with the link that blocks."""

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from controller.cli.look import Look, titled
from controller.cli.output import state
from controller.cli.problems import told
from controller.cli.sheet import stacked
from controller.cli.spans import since
from controller.web.views import LinkView, ServiceView

SIGNS = {"done": "✓", "active": "▶", "blocked": "✗", "pending": "·"}
_NARROW = 60  # columns below which a link's text stands under its name


def head(service: ServiceView, look: Look) -> Text:
    """The first lines: the name, how Git and AWS stand to each other, how it is, and what goes on."""
    title = titled(service.environment, service.name).append("  ")
    title.append_text(state(service.sync)).append("  ").append_text(state(service.health))
    if service.since is not None:
        title.append(f"  for {since(service.since, look.now)}", "bright_black")
    if service.failing_since is not None:
        said = "AWS has not answered for it" if service.seen_at is not None else "Nothing of it could be read in AWS"
        title.append(f"\n{said} for {since(service.failing_since, look.now)}.", "yellow")
    return title.append(f"\n{service.text}")


def links(service: ServiceView, look: Look) -> RenderableType | None:
    """The six links in order. Who can clear the one that blocks, and how, stands below it."""
    if not service.chain:
        return None
    if look.width is not None and look.width < _NARROW:
        return _below(service.chain)
    made = Table.grid(padding=(0, 2, 0, 0))
    made.add_column(no_wrap=True)
    made.add_column(no_wrap=True)
    made.add_column(overflow="fold")
    for link in service.chain:
        made.add_row(_name(link), state(link.state), _text(link))
    return made


def wrong(service: ServiceView) -> RenderableType | None:
    """What checks found, and what is wrong with its manifest."""
    said = [Text.assemble((f"{each.code}:", "yellow"), f" {each.message} {each.remedy}") for each in service.findings]
    said += [told(each) for each in service.problems]
    return stacked(*said) if said else None


def _below(links_: tuple[LinkView, ...]) -> Group:
    told: list[RenderableType] = []
    for each in links_:
        told += [_name(each).append("  ").append_text(state(each.state)), Padding(_text(each), (0, 0, 0, 3))]
    return Group(*told)


def _name(link: LinkView) -> Text:
    return Text.assemble((f" {SIGNS.get(link.state, ' ')} ", state(link.state).style), link.name)


def _text(link: LinkView) -> Text:
    text = Text(link.text)
    if link.state == "blocked":
        text.append(f"\n{link.who}: {link.how}", "yellow")
    return text
