"""How lines of logs are drawn: who says it, and what, with nothing in it that a terminal would obey."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from rich.text import Text

from controller.cli.clean import clean
from controller.cli.screen import Screen
from controller.cli.spans import instant
from controller.web.task_log_views import ContainerEndView, LogLineView, TaskLogsView, TaskView

COLOURS = ("cyan", "green", "yellow", "magenta", "blue", "bright_cyan", "bright_green", "bright_yellow")
SHORT = 8  # characters of a task's id


@dataclass(slots=True)
class Pen:
    """Draws lines for one screen, each voice in a colour of its own that it keeps. Long lines are not cut or broken.

    ``wide``: each line says when it was written, too, and names its task and its stream whole.
    """

    screen: Screen
    wide: bool = False
    _colours: dict[tuple[str, str], str] = field(default_factory=dict)
    _longest: int = 0

    def lines(self, lines: Iterable[LogLineView]) -> str:
        """The lines as text; one that has several is several, each under its name."""
        drawn = list(lines)
        self._longest = max([self._longest, *(len(clean(each.container)) for each in drawn)])
        return self._text(line for each in drawn for line in self._line(each))

    def ends(self, tasks: Iterable[TaskView]) -> str:
        """Why tasks ended, a line each."""
        return self._text(Text(f"-- {ended(each)}", "bright_black") for each in tasks)

    def _line(self, line: LogLineView) -> Iterator[Text]:
        voice = (line.task, line.container)
        colour = self._colours.setdefault(voice, COLOURS[len(self._colours) % len(COLOURS)])
        name = f"{clean(line.task[: None if self.wide else SHORT])} {clean(line.container):<{self._longest}} | "
        if self.wide:
            name = f"{instant(line.at)}  {name[:-2]}{clean(line.stream)} | "
        for part in line.text.removesuffix("\n").split("\n"):
            yield Text.assemble((name, colour), clean(part.removesuffix("\r")))

    def _text(self, lines: Iterable[Text]) -> str:
        drawn = list(lines)
        return replace(self.screen, width=None).text(Text("\n").join(drawn)) if drawn else ""


def ended(task: TaskView) -> str:
    """Why a task ended, in ECS's words, and how each of its containers did."""
    said = ", ".join(each for each in (task.stop_code, task.stopped_reason) if each)
    exits = "; ".join(_exit(each) for each in task.containers)
    return clean(f"{task.id[:SHORT]} stopped: {said or 'ECS says no reason'}" + (f". {exits}" if exits else ""))


def _exit(container: ContainerEndView) -> str:
    how = "did not start" if container.exit_code is None else f"exited {container.exit_code}"
    return f"{container.name} {how}" + (f" ({container.reason})" if container.reason else "")


def heading(answer: TaskLogsView) -> str:
    """Whose lines these are."""
    tasks = f"{len(answer.tasks)} task{'' if len(answer.tasks) == 1 else 's'} known to ECS"
    whose = f"deployment {answer.deployment} ({answer.state})" if answer.deployment else "the service as it runs"
    return clean(f"{whose}, {tasks}")


def remarks(answer: TaskLogsView, tail: int) -> Iterator[str]:
    """What else there is to know of an answer, a sentence or two each."""
    for note in answer.notes:
        yield clean(note)
    for other in answer.elsewhere:
        how = f"writes by {other.driver}" if other.driver else "has no log driver"
        yield clean(f"Container {other.container} {how}. {other.remedy}")
    if answer.cut:
        yield f"Older lines are left out: --tail {min(2000, tail * 5)} shows more."
    if not answer.lines and not answer.notes:
        yield "Nothing was written in this time."
