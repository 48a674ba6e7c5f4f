"""Daemons that start in a tenth of the time: forked from a process that has imported everything and started nothing.

Each is a process of its own that runs ``trueup run`` from the console script's first line on, with its own environment,
sockets and threads. What it does not do again is import, which takes longer than all the rest of its life here.
"""

import gc
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self


class Child(Protocol):
    """A daemon that can be killed."""

    def kill(self) -> None:
        """SIGKILL it, and come back when it is gone. A second time does nothing."""


class Starts(Protocol):
    """What begins a daemon, with this environment and this log."""

    def start(self, environment: Mapping[str, str], log: Path) -> Child: ...


class Plainly:
    """As everybody starts it: a new interpreter."""

    def start(self, environment: Mapping[str, str], log: Path) -> Child:
        with log.open("wb") as stream:
            command = [sys.executable, "-m", "controller", "run"]
            return _Own(subprocess.Popen(command, env=dict(environment), stdout=stream, stderr=stream))


class _Own:
    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(20)


class Nursery:
    """The process to fork from. A context manager that ends it; who forgot to kill a child finds it killed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def start(self, environment: Mapping[str, str], log: Path) -> Child:
        return _Forked(self, int(self.ask({"environment": dict(environment), "log": str(log)})))

    def ask(self, question: Mapping[str, Any]) -> int:
        """One line there, a number back."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._lock:
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        assert answer, "The process that daemons are forked from is gone."
        return int(answer)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(20)


class _Forked:
    def __init__(self, nursery: Nursery, pid: int) -> None:
        self._nursery, self._pid = nursery, pid

    def kill(self) -> None:
        self._nursery.ask({"kill": self._pid})


def main() -> None:
    """Read questions until there are no more: a daemon's environment and log, answered with its id, or whom to kill."""
    _import_everything()
    gc.collect()
    gc.freeze()
    living: set[int] = set()
    for line in sys.stdin:
        question = json.loads(line)
        if (pid := question.get("kill")) is None:
            assert threading.active_count() == 1, "A thread does not outlive a fork."
            pid = os.fork()
            if pid == 0:
                _be_a_daemon(question["environment"], question["log"])
            living.add(pid)
        else:
            _kill(pid, living)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
    for pid in list(living):
        _kill(pid, living)


def _kill(pid: int, living: set[int]) -> None:
    if pid in living:
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        living.discard(pid)
        assert os.WIFSIGNALED(status), f"Process {pid} had ended by itself, with status {status}."


def _import_everything() -> None:
    # Below the first line: what is imported only when the daemon is built and served.
    for name in (
        *("controller.cli", "controller.logs", "controller.wiring"),
        *("pydantic.v1", "encodings.idna", "uvicorn.loops.asyncio", "uvicorn.lifespan.on", "uvicorn.lifespan.off"),
        *("uvicorn.protocols.http.auto", "uvicorn.protocols.websockets.auto"),
    ):
        import_module(name)


def _be_a_daemon(environment: Mapping[str, str], log: str) -> None:
    from controller.__main__ import main as trueup

    code = 1
    try:
        nothing, stream = os.open(os.devnull, os.O_RDONLY), os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for source, target in ((nothing, 0), (stream, 1), (stream, 2)):
            os.dup2(source, target)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = ["trueup", "run"]
        trueup()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
