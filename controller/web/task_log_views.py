"""What the API says of a deployment's tasks and their output."""

from typing import TYPE_CHECKING

from pydantic import Field

from controller.web.views import View
from reconcilers.task_output import LogLine, Task

if TYPE_CHECKING:  # it brings botocore along, which the command line does without
    from reconcilers.task_logs import TaskLogs


class LogLineView(View):
    """One line, as the application wrote it: it may hold anything, control characters included."""

    at: float = Field(description="Seconds since the epoch.")
    task: str
    container: str
    stream: str = Field(default="", description="The log stream that keeps it, in the container's log group.")
    text: str = Field(repr=False)


class ContainerEndView(View):
    """One container of a task. ``exit_code`` is null while it runs, or where it never started."""

    name: str
    exit_code: int | None = None
    reason: str = ""


class TaskView(View):
    """One task. ``stop_code`` and ``stopped_reason`` are ECS's words for why it ended, empty while it runs."""

    id: str
    task_definition: str
    created_at: float
    last_status: str
    stopped_at: float | None = None
    stop_code: str = ""
    stopped_reason: str = ""
    containers: tuple[ContainerEndView, ...] = ()


class ElsewhereView(View):
    """A container whose output is not in CloudWatch Logs, and what to do."""

    container: str
    driver: str = Field(description="The log driver; empty: none is configured.")
    remedy: str


class TaskLogsView(View):
    """What the tasks of a deployment wrote, oldest first."""

    deployment: str | None = Field(description="Whose tasks; null: AWS remembers none, and these are the service's.")
    state: str = Field(default="", description="How the deployment stands, as in the history.")
    lines: tuple[LogLineView, ...] = Field(default=(), repr=False)
    tasks: tuple[TaskView, ...] = Field(default=(), description="Those that ECS still knows: for about an hour.")
    elsewhere: tuple[ElsewhereView, ...] = ()
    notes: tuple[str, ...] = Field(default=(), description="What else there is to know of this answer.")
    cursor: str = Field(default="", description="As after, asks for what is written after these lines.")
    live: bool = Field(default=False, description="Whether more may be written.")
    cut: bool = Field(default=False, description="There are more lines than these newest.")


def task_logs_view(found: "TaskLogs") -> TaskLogsView:
    """What was found, as the API says it."""
    return TaskLogsView(
        deployment=found.attempt.id if found.attempt else None,
        state=found.attempt.came_to.value if found.attempt else "",
        lines=tuple(map(_line, found.lines)),
        tasks=tuple(_task(each) for each in found.tasks),
        elsewhere=tuple(
            ElsewhereView(container=each.container, driver=each.driver, remedy=each.remedy) for each in found.elsewhere
        ),
        notes=found.notes,
        cursor=found.cursor,
        live=found.live,
        cut=found.cut,
    )


def _line(line: LogLine) -> LogLineView:
    return LogLineView(at=line.at, task=line.task, container=line.container, stream=line.stream, text=line.text)


def _task(task: Task) -> TaskView:
    return TaskView(
        id=task.id,
        task_definition=task.task_definition_arn.rpartition("/")[2],
        created_at=task.created_at,
        last_status=task.last_status,
        stopped_at=task.stopped_at,
        stop_code=task.stop_code,
        stopped_reason=task.stopped_reason,
        containers=tuple(
            ContainerEndView(name=each.name, exit_code=each.exit_code, reason=each.reason) for each in task.containers
        ),
    )
