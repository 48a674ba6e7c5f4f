"""Renders the templates of a commit in a child process, and outlives whatever they do.

One child renders a whole batch, because starting one costs more than a hundred renderings. A rendering that takes too
much is killed with its child and becomes a failure; the next child takes over with the rest. What the renderings of one
chart take together is bounded as well (`spending`).
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from controller.source.chart_sandbox import ChartSandbox, ChartTemplates, Rendering
from controller.source.conversation import Conversation
from controller.source.render_child import OUT_OF_MEMORY, RenderLimits, rendering_of
from controller.source.spending import Allowance, Spending
from controller.source.templating import RenderFailure

# Isolated, a child would find an installed Trueup, or none; it is to run the code that runs here.
_HOME = Path(__file__).parents[2]
_BEGIN = "import sys; sys.path.insert(0, sys.argv.pop(1)); from controller.source.render_child import main; main()"
_STARTS_WITHIN = 60.0  # seconds; a busy machine may take some
_PER_CHARACTER = 32  # bytes of an answer: a character escaped in JSON, and the line it may begin


@dataclass(frozen=True, slots=True)
class RenderJob:
    """One rendering: a chart's templates with `context`, plain data, whose `values` the chart's schema checks."""

    templates: ChartTemplates
    context: Mapping[str, Any]


Render = Callable[[Iterable[RenderJob]], Iterable[Rendering]]  # answers come in the order of the jobs


def render_in_process(jobs: Iterable[RenderJob]) -> Iterator[Rendering]:
    """Render without a child, and so without a limit but the output's: for templates that are trusted, as in tests."""
    most = RenderLimits().output_characters
    return (ChartSandbox(job.templates).render(job.context, most) for job in jobs)


@dataclass(frozen=True, slots=True)
class ChildRenderer:
    """Renders in child processes under `limits`, and all of a chart's under `allowance`.

    A value: between batches it holds no process.
    """

    limits: RenderLimits = field(default_factory=RenderLimits)
    interpreter: str = sys.executable
    allowance: Allowance = field(default_factory=Allowance)

    def __call__(self, jobs: Iterable[RenderJob]) -> Iterator[Rendering]:
        """Render a batch, best with the jobs of one chart in a row.

        Raises RendererError where no child can be started, and nothing for what a template does.
        """
        children, batch = _Children(self.limits, self.interpreter), tuple(jobs)
        spending = Spending((job.templates for job in batch), self.allowance)
        try:
            for job in batch:
                yield spending.refusal(job.templates) or children.render(job, spending)
        finally:
            children.end()


class RendererError(RuntimeError):
    """Nothing can be rendered here at all, whatever the templates."""


class _Children:
    """The child of the moment: started when one is needed, and again after each that ended."""

    def __init__(self, limits: RenderLimits, interpreter: str) -> None:
        self._limits, self._interpreter = limits, interpreter
        self._child: subprocess.Popen[bytes] | None = None
        self._chart: ChartTemplates | None = None

    def render(self, job: RenderJob, spending: Spending) -> Rendering:
        answer, cpu = self._answered(job)
        # What was ended took all that it might, as far as is known here.
        ended = answer if cpu is None and isinstance(answer, RenderFailure) else None
        spending.note(job.templates, self._limits.cpu_seconds if cpu is None else cpu, ended)
        return answer

    def _answered(self, job: RenderJob) -> tuple[Rendering, float | None]:
        child = self._child or self._start()
        deadline = time.monotonic() + self._limits.wall_seconds
        talk = self._conversation(child)
        try:
            if self._chart is not job.templates:
                self._chart = job.templates
                talk.say({"chart": asdict(job.templates)}, deadline)
            talk.say({"context": job.context}, deadline)
            return rendering_of(talk.hear(deadline))
        except TimeoutError:
            _kill(child)
            self.end()
            return _too_much(f"The rendering took longer than {self._limits.wall_seconds:g} s and was ended"), None
        except (OSError, EOFError, ValueError, TypeError, KeyError):
            return _ended(self.end(), self._limits), None

    def _start(self) -> subprocess.Popen[bytes]:
        try:
            child = self._child = self._process()
            self._conversation(child).hear(time.monotonic() + _STARTS_WITHIN)
        except (OSError, EOFError, ValueError) as error:
            if self._child is not None:
                _kill(self._child)
            status = self.end()
            raise RendererError(f"The process that renders charts does not start (exit status {status})") from error
        self._chart = None
        return child

    def _process(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [self._interpreter, "-I", "-c", _BEGIN, str(_HOME), json.dumps(asdict(self._limits))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd="/",
            env={},  # above all no credentials
            start_new_session=True,
        )

    def _conversation(self, child: subprocess.Popen[bytes]) -> Conversation:
        return Conversation(child, self._limits.output_characters * _PER_CHARACTER)

    def end(self) -> int:
        """End the child, if there is one. Gives its exit status, or minus the signal that ended it."""
        child, self._child = self._child, None
        if child is None:
            return 0
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()
        return _status(child)


def _status(child: subprocess.Popen[bytes]) -> int:
    """Wait a moment for a child whose input has ended, then kill it."""
    try:
        return child.wait(1.0)
    except subprocess.TimeoutExpired:
        _kill(child)
        return child.wait()


def _kill(child: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def _ended(status: int, limits: RenderLimits) -> RenderFailure:
    if status in {-signal.SIGPROF, -signal.SIGXCPU}:
        return _too_much(f"The rendering took more than {limits.cpu_seconds:g} s of CPU and was ended")
    if status == OUT_OF_MEMORY:
        return _too_much(f"The rendering took more than {limits.memory_bytes // 2**20} MiB of memory and was ended")
    return _too_much(f"The rendering ended its process (exit status {status})")


def _too_much(message: str) -> RenderFailure:
    return RenderFailure(message, "Look for a loop, a repetition or a power that is too large.")
