"""Renders the templates of a commit in a child process, and outlives whatever they do.

One child renders a whole batch, because starting one costs more than a hundred renderings. A rendering that takes too
much is killed with its child and becomes a failure; the next child takes over with the rest.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from controller.source.conversation import Conversation
from controller.source.render_child import OUT_OF_MEMORY, RenderLimits, rendering_of
from controller.source.template_sandbox import environment_for
from controller.source.templating import RenderFailure, Rendering, render

_PER_CHARACTER = 32  # bytes of an answer: a character escaped in JSON, and the line it may begin


@dataclass(frozen=True, slots=True)
class RenderJob:
    """One rendering: `entry` of the templates `files` (by path inside their chart) with `context`, plain data."""

    files: Mapping[str, str]
    entry: str
    context: Mapping[str, Any]


Render = Callable[[Sequence[RenderJob]], Sequence[Rendering]]  # answers in the order of the jobs


def render_in_process(jobs: Sequence[RenderJob]) -> Sequence[Rendering]:
    """Render without a child, and so without a limit but the output's: for templates that are trusted, as in tests."""
    most = RenderLimits().output_characters
    return [render(environment_for(job.files), job.entry, job.context, most) for job in jobs]


@dataclass(frozen=True, slots=True)
class ChildRenderer:
    """Renders in child processes under `limits`. A value: between batches it holds no process."""

    limits: RenderLimits = field(default_factory=RenderLimits)

    def __call__(self, jobs: Sequence[RenderJob]) -> Sequence[Rendering]:
        """Render a batch; the answers stand in the order of the jobs. Raises nothing for what a template does."""
        answers: dict[int, Rendering] = {}
        # Jobs of one chart follow each other, so that its templates are compiled once.
        order = sorted(range(len(jobs)), key=lambda index: id(jobs[index].files))
        children = _Children(self.limits)
        try:
            for index in order:
                answers[index] = children.render(jobs[index])
        finally:
            children.end()
        return [answers[index] for index in range(len(jobs))]


class _Children:
    """The child of the moment: started when one is needed, and again after each that ended."""

    def __init__(self, limits: RenderLimits) -> None:
        self._limits = limits
        self._child: subprocess.Popen[bytes] | None = None
        self._files: Mapping[str, str] | None = None

    def render(self, job: RenderJob) -> Rendering:
        child = self._child or self._start()
        deadline = time.monotonic() + self._limits.wall_seconds
        talk = Conversation(child, self._limits.output_characters * _PER_CHARACTER)
        try:
            if self._files is not job.files:
                self._files = job.files
                talk.say({"files": dict(job.files)}, deadline)
            talk.say({"entry": job.entry, "context": job.context}, deadline)
            return rendering_of(talk.hear(deadline))
        except TimeoutError:
            _kill(child)
            self.end()
            return _too_much(f"The rendering took longer than {self._limits.wall_seconds:g} s and was ended")
        except (OSError, EOFError, ValueError, TypeError, KeyError):
            return _ended(self.end(), self._limits)

    def _start(self) -> subprocess.Popen[bytes]:
        self._child = subprocess.Popen(
            [sys.executable, "-I", "-m", "controller.source.render_child", json.dumps(asdict(self._limits))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd="/",
            env={},  # above all no credentials
            start_new_session=True,
        )
        self._files = None
        return self._child

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
    if status == -signal.SIGXCPU:
        return _too_much(f"The rendering took more than {limits.cpu_seconds} s of CPU and was ended")
    if status == OUT_OF_MEMORY:
        return _too_much(f"The rendering took more than {limits.memory_bytes // 2**20} MiB of memory and was ended")
    return _too_much(f"The rendering ended its process (exit status {status})")


def _too_much(message: str) -> RenderFailure:
    return RenderFailure(message, "Look for a loop, a repetition or a power that is too large.")
