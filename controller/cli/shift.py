"""The deployment that runs now: both colours, how far it is, its steps, and the alarms that watch it."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from controller.cli.look import Look, bar
from controller.cli.spans import lasted
from controller.web.detail_views import ColourView, ShiftView, StepView
from controller.web.rows import version

_SIGNS = {"Succeeded": ("✓", "green"), "InProgress": ("▶", "cyan"), "Failed": ("✗", "red"), "Skipped": ("-", "")}
_ALARMS = {"OK": "green", "ALARM": "bold red"}


def shift(view: ShiftView, look: Look) -> RenderableType:
    """A shift, live."""
    parts = (_title(view, look), _colours(view, look), _steps(view, look), _alarms(view))
    return Group(*(each for each in parts if each is not None))


def _title(view: ShiftView, look: Look) -> Text:
    title = Text.assemble(("Shift", "bold"), f"  {view.deployment}")
    if view.since is not None:
        title.append(f", for {lasted(look.now - view.since)}")
    said, style = _standing(view, look)
    return title.append(", ").append(said, style) if said else title


def _standing(view: ShiftView, look: Look) -> tuple[str, str]:
    """What it waits for, and for how long yet, where that is known."""
    if view.state == "stopping":
        return "is being stopped", "yellow"
    if view.state == "ready":
        until = f"; AWS stops it {_when(view.gives_up_at, look)}" if view.gives_up_at is not None else ""
        return f"waits for a person{until}", "yellow"
    if view.ends_at is None:
        return "", ""
    left = view.ends_at - look.now
    return f"{lasted(left)} to go" if left > 0 else "about to end", "cyan"


def _when(at: float, look: Look) -> str:
    return f"in {lasted(at - look.now)} otherwise" if at > look.now else "any moment"


def _colours(view: ShiftView, look: Look) -> RenderableType | None:
    if not view.colours:
        return None
    made = Table.grid(padding=(0, 2, 0, 0))
    made.add_column(no_wrap=True)
    made.add_column(no_wrap=True)
    made.add_column(overflow="fold")
    for colour in view.colours:
        made.add_row(Text(f" {colour.label}", _style(colour)), _share(colour, look), _tasks(colour))
    return made


def _share(colour: ColourView, look: Look) -> Text:
    share = f"{colour.weight:>3.0f} %"
    if not look.bars:
        return Text(share)
    cells = 20 if look.width is None or look.width >= 72 else 8
    return Text.assemble(bar(colour.weight, cells, _style(colour)), f" {share}")


def _tasks(colour: ColourView) -> str:
    runs = ", ".join(each for each in (_version(colour), colour.task_definition) if each)
    return f"{colour.running} of {colour.desired} tasks run{f'  {runs}' if runs else ''}"


def _steps(view: ShiftView, look: Look) -> RenderableType | None:
    """The steps that began in the order they come, and those that are still to come."""
    if not view.steps:
        return None
    lines = [Text(" ")]
    for step in (_step(each, look) for each in view.steps):
        if look.width is not None and len(lines[-1]) > 1 and lines[-1].cell_len + step.cell_len > look.width:
            lines.append(Text(" "))
        lines[-1].append_text(step).append("  ")
    return Text("\n").join(lines)


def _step(step: StepView, look: Look) -> Text:
    sign, style = _SIGNS.get(step.status, ("·", "bright_black"))
    text = Text.assemble((f"{sign} {step.name}", style))
    if step.started_at is not None:
        end = step.ended_at if step.ended_at is not None else look.now
        text.append(f" {lasted(end - step.started_at)}", "bright_black")
    return text


def _alarms(view: ShiftView) -> RenderableType | None:
    if not view.alarms:
        return None
    said = (Text.assemble(f"{each.name} ", (each.state, _ALARMS.get(each.state, "yellow"))) for each in view.alarms)
    return Text(" alarms  ").append_text(Text(", ").join(said))


def _style(colour: ColourView) -> str:
    return "green" if colour.label == "green" else "bright_blue"


def _version(colour: ColourView) -> str:
    containers = [{"name": name, "image": image} for name, image in colour.images.items()]
    return version({"containerDefinitions": containers})
