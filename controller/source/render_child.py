"""The child process that renders templates, and the limits it puts on itself before it reads any.

Run isolated, with an empty environment and its limits as JSON for an argument. It says `"ready"`, then reads frames
from standard input: four bytes of length, big-endian, then JSON. `{"chart": {…}}` gives the chart that is meant from
then on; `{"context": {…}}` renders it, and is answered by one frame on standard output, with the CPU seconds that it
took since the last. Only plain data crosses. It ends when its input does, and when a rendering costs too much; its exit
status tells why.
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
from pathlib import Path
from typing import Any, BinaryIO

from controller.source.chart_sandbox import ChartSandbox, ChartTemplates, Rendering
from controller.source.templating import Rendered, RenderFailure
from controller.source.values import RefusedValues, ValueRefusal

LENGTH = struct.Struct(">I")
OUT_OF_MEMORY = 64  # exit status
_SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of linux/prctl.h
_PREPARING = 10.0  # CPU seconds; nothing of the chart's runs in them
_OPEN_FILES = 32  # a traceback still reads its module; more than that, nothing needs


@dataclass(frozen=True, slots=True)
class RenderLimits:
    """What one rendering may cost. The parent keeps `wall_seconds`, the child and its kernel the others."""

    cpu_seconds: float = 0.7  # below a second with what the interpreter takes to start
    memory_bytes: int = 160 * 1024 * 1024  # resident, interpreter included
    output_characters: int = 1024 * 1024
    wall_seconds: float = 10.0  # a template cannot wait; this leaves room for a machine with much else to do


def packed(message: Any) -> bytes:
    """Pack plain data as one frame."""
    body = json.dumps(message, separators=(",", ":")).encode()
    return LENGTH.pack(len(body)) + body


def answer_of(rendering: Rendering, cpu: float) -> dict[str, Any]:
    """Give a rendering, and the CPU seconds that it took, as plain data."""
    if isinstance(rendering, Rendered):  # `asdict` would copy each of its lines
        return {"cpu": cpu, "text": rendering.text, "lines": rendering.lines}
    return {"cpu": cpu, **asdict(rendering)}


def rendering_of(answer: dict[str, Any]) -> tuple[Rendering, float]:
    """Undo `answer_of`. Raises KeyError, TypeError or ValueError where it is no answer."""
    cpu = float(answer.pop("cpu"))
    if "text" in answer:
        return Rendered(str(answer["text"]), tuple((str(file), int(line)) for file, line in answer["lines"])), cpu
    if "refusals" in answer:
        refusals = (ValueRefusal(tuple(one.pop("path")), **one) for one in answer["refusals"])
        return RefusedValues(tuple(refusals)), cpu
    return RenderFailure(**answer), cpu


def serve(source: BinaryIO, sink: BinaryIO, limits: RenderLimits) -> None:
    """Answer frames until there are no more. Raises MemoryError when a rendering takes too much of it."""
    chart = ChartSandbox(ChartTemplates({}, ""))
    since = _allow_more_cpu(limits.cpu_seconds)
    while (message := _read(source)) is not None:
        if "chart" in message:
            _allow_more_cpu(_PREPARING)
            chart = ChartSandbox(ChartTemplates(**message["chart"]))
            chart.prepare()
            since = _allow_more_cpu(limits.cpu_seconds)
            continue
        rendering = chart.render(message["context"], limits.output_characters)
        sink.write(packed(answer_of(rendering, time.process_time() - since)))
        sink.flush()
        since = _allow_more_cpu(limits.cpu_seconds)


def _read(source: BinaryIO) -> Any:
    header = source.read(LENGTH.size)
    return json.loads(source.read(*LENGTH.unpack(header))) if header else None


def _allow_more_cpu(seconds: float) -> float:
    """Wind the timer of CPU time up again: when it runs down, the kernel kills, by SIGPROF. Gives the CPU time so far.

    The limit of the kernel's own, which counts whole seconds from the process's start, moves on behind it: nothing that
    runs here could stop that.
    """
    signal.setitimer(signal.ITIMER_PROF, seconds)
    so_far = time.process_time()
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = math.ceil(so_far + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))
    return so_far


def _confine(limits: RenderLimits) -> None:
    """Take away what a rendering does not need, for good: the hard limits come down too."""
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_AS, limits.memory_bytes + _untouched()),
    ):
        # macOS refuses to limit an address space; time and output are limited there all the same.
        with contextlib.suppress(ValueError):
            resource.setrlimit(what, (most, most))


def _untouched() -> int:
    """Bytes that are mapped and not in memory, such as a libc's archive of locales: address space, but no memory."""
    try:
        mapped, resident = Path("/proc/self/statm").read_text("ascii").split()[:2]
    except OSError:
        return 0  # elsewhere than on Linux
    return (int(mapped) - int(resident)) * resource.getpagesize()


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
