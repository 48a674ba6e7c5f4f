"""The child process that renders templates, and the limits it puts on itself before it reads any.

Run isolated, with an empty environment and its limits as JSON for an argument. It says `"ready"`, then reads frames
from standard input: four bytes of length, big-endian, then JSON. `{"chart": {…}}` gives the chart that is meant from
then on; `{"context": {…}}` renders it, and is answered by one frame on standard output. Only plain data crosses. It
ends when its input does, and when a rendering costs too much; its exit status tells why.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import math
import os
import resource
import signal
import struct
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO

from controller.source.chart_sandbox import ChartSandbox, ChartTemplates, Rendering
from controller.source.templating import Rendered, RenderFailure
from controller.source.values import RefusedValues, ValueRefusal

LENGTH = struct.Struct(">I")
OUT_OF_MEMORY = 64  # exit status
_SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of linux/prctl.h
_OPEN_FILES = 32  # a traceback still reads its module; more than that, nothing needs


@dataclass(frozen=True, slots=True)
class RenderLimits:
    """What one rendering may cost. The parent keeps `wall_seconds`, the child and its kernel the others."""

    cpu_seconds: int = 2
    memory_bytes: int = 512 * 1024 * 1024  # address space, interpreter included
    output_characters: int = 1024 * 1024
    wall_seconds: float = 15.0


def packed(message: Any) -> bytes:
    """Pack plain data as one frame."""
    body = json.dumps(message, separators=(",", ":")).encode()
    return LENGTH.pack(len(body)) + body


def answer_of(rendering: Rendering) -> dict[str, Any]:
    """Give a rendering as plain data."""
    return asdict(rendering)


def rendering_of(answer: dict[str, Any]) -> Rendering:
    """Undo `answer_of`. Raises KeyError, TypeError or ValueError where it is no answer."""
    if "text" in answer:
        return Rendered(str(answer["text"]), tuple((str(file), int(line)) for file, line in answer["lines"]))
    if "refusals" in answer:
        return RefusedValues(tuple(ValueRefusal(tuple(one.pop("path")), **one) for one in answer["refusals"]))
    return RenderFailure(**answer)


def serve(source: BinaryIO, sink: BinaryIO, limits: RenderLimits) -> None:
    """Answer frames until there are no more. Raises MemoryError when a rendering takes too much of it."""
    chart = ChartSandbox(ChartTemplates({}, ""))
    while (message := _read(source)) is not None:
        if "chart" in message:
            chart = ChartSandbox(ChartTemplates(**message["chart"]))
            continue
        _allow_more_cpu(limits.cpu_seconds)
        rendering = chart.render(message["context"], limits.output_characters)
        sink.write(packed(answer_of(rendering)))
        sink.flush()


def _read(source: BinaryIO) -> Any:
    header = source.read(LENGTH.size)
    return json.loads(source.read(*LENGTH.unpack(header))) if header else None


def _allow_more_cpu(seconds: int) -> None:
    """Move the soft limit on, as it counts from the process's start. Beyond it the kernel kills, by SIGXCPU."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = math.ceil(time.process_time()) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _confine(limits: RenderLimits) -> None:
    """Take away what a rendering does not need, for good: the hard limits come down too."""
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_AS, limits.memory_bytes),
    ):
        # macOS refuses to limit an address space; time and output are limited there all the same.
        with contextlib.suppress(ValueError):
            resource.setrlimit(what, (most, most))


def _end_with_parent() -> None:
    """Have the kernel kill this process with the one that started it: a template that loops reads no end of input."""
    with contextlib.suppress(OSError, AttributeError):  # only Linux has it; elsewhere the limit of CPU time ends it
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)


def main() -> None:
    """Confine this process and serve."""
    limits = RenderLimits(**json.loads(sys.argv[1]))
    _end_with_parent()
    _confine(limits)
    sys.stdout.buffer.write(packed("ready"))
    sys.stdout.buffer.flush()
    try:
        serve(sys.stdin.buffer, sys.stdout.buffer, limits)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)  # an ordinary exit would want memory
