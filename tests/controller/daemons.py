"""The daemon as a process of its own, to be asked and ended as an orchestrator does it; and a repository for it."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

T = TypeVar("T")
TOKEN = "t0ken"

MANIFEST = """\
apiVersion: trueup/v1
kind: Service
metadata:
  name: notes
  environment: prod
spec:
  cluster: prod
  service: notes
  region: eu-west-1
  %s
  images: {proxy: v1}
  rollout: {ecs: {strategy: ROLLING}}
"""
DEFINITION = {
    "family": "notes",
    "networkMode": "awsvpc",
    "requiresCompatibilities": ["FARGATE"],
    "cpu": "256",
    "memory": "512",
    "containerDefinitions": [
        {"name": "proxy", "image": "notes:v1", "portMappings": [{"containerPort": 80}], "environment": []}
    ],
}
PLAIN = {
    "desired/prod/notes.yaml": MANIFEST % "taskDefinition: notes.json",
    "notes.json": json.dumps(DEFINITION),
}
ENDLESS = {
    "desired/prod/notes.yaml": MANIFEST % "chart: charts/notes",
    "charts/notes/chart.yaml": "name: notes\nversion: 1.0.0\n",
    "charts/notes/task-definition.yaml.j2": "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}"
    "{% endfor %}\nfamily: notes\n",
}


class DaemonProcess:
    """``trueup run`` with nothing in its environment but what is given here: ``settings`` as ``TRUEUP_`` variables."""

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None, /, **settings: str) -> None:
        self.log_file = folder / "daemon.log"
        self._environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(folder),
            "AWS_ACCESS_KEY_ID": "trueup",
            "AWS_SECRET_ACCESS_KEY": "sandbox",
            "AWS_EC2_METADATA_DISABLED": "true",
            "TRUEUP_GIT_ALLOW": "file,http",
            "TRUEUP_STATE_DIR": str(folder / "mirror"),
            "TRUEUP_PORT": "0",
            "TRUEUP_POLL_INTERVAL": "0.5",
            "TRUEUP_SWEEP_INTERVAL": "0.5",
            "TRUEUP_SHIFT_INTERVAL": "0.5",
            **{f"TRUEUP_{name.upper()}": value for name, value in settings.items()},
            **(environment or {}),
        }
        self.url = ""

    def begin(self) -> None:
        """Start it, and wait for nothing."""
        with self.log_file.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "controller.cli", "run"], env=self._environment, stdout=log, stderr=log
            )

    def __enter__(self) -> "DaemonProcess":
        self.begin()
        self.url = until("the daemon to start", lambda: self.said("started"), 60)[0]["url"]
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)

    def lines(self) -> list[dict[str, Any]]:
        """The log so far; a line that is not JSON is an error."""
        text = self.log_file.read_text("utf-8")
        return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]

    def said(self, event: str) -> list[dict[str, Any]]:
        """The lines of this event."""
        return [line for line in self.lines() if line["event"] == event]

    def asks(self, path: str, method: str = "GET") -> tuple[int, bytes]:
        """Status and body of an answer."""
        request = urllib.request.Request(self.url + path, method=method, headers={"authorization": f"Bearer {TOKEN}"})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def terminate(self) -> int:
        """Ask it to end. Its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def children(self) -> set[int]:
        """The ids of all processes below it."""
        parents = dict(_parents())
        found: set[int] = set()
        below = {self.process.pid}
        while below := {pid for pid, parent in parents.items() if parent in below}:
            found |= below
        return found


def alive(pids: set[int]) -> set[int]:
    """Those of the processes that are still there."""
    return pids & {pid for pid, _ in _parents()}


def _parents() -> Iterator[tuple[int, int]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                state, parent = (entry / "stat").read_text("utf-8").rpartition(")")[2].split()[:2]
                if state != "Z":
                    yield int(entry.name), int(parent)


class Silence:
    """A host that takes connections, reads, and never says a word."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._taken: list[socket.socket] = []
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"

    @property
    def connections(self) -> int:
        """How many came so far."""
        return len(self._taken)

    def take(self) -> None:
        """Take connections until the listener is closed."""
        with suppress(OSError):
            while True:
                self._taken.append(self._listener.accept()[0])

    def close(self) -> None:
        for each in self._taken:
            each.close()


@contextmanager
def silence() -> Iterator[Silence]:
    """A host that hangs, for as long as the block lasts."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host = Silence(listener)
        thread = threading.Thread(target=host.take)
        thread.start()
        try:
            yield host
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(5)
            host.close()


def until(what: str, look: Callable[[], T | None], within: float = 40.0) -> T:
    """The first answer of ``look`` that is true."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.02)
    raise AssertionError(f"Waited {within:g} s in vain for {what}.")
