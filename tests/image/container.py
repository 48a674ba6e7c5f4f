"""A container of the image, with everything taken away that can be taken away."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.image.tools import ToolError, podman, podman_command, said
from tests.story.servers import free_port

# On the host's network, for what the tests serve is on loopback. podman's own temporary file systems are left out:
# docker has none. The limits of open files and processes are lowered because a container may not raise its host's.
HARDENED = (
    *("--read-only", "--read-only-tmpfs=false", "--cap-drop=all", "--security-opt=no-new-privileges"),
    *("--memory=256m", "--network=host", "--pull=never", "--no-healthcheck"),
    *("--ulimit=nofile=1024:1024", "--ulimit=nproc=1024:1024"),
)
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "trueup", "AWS_SECRET_ACCESS_KEY": "sandbox", "AWS_EC2_METADATA_DISABLED": "true"}
SECOND = {f"TRUEUP_{each}_INTERVAL": "0.5" for each in ("POLL", "SWEEP", "SHIFT")}


@dataclass(frozen=True, slots=True)
class Container:
    """A container that was started. ``url``: where its daemon answers, sooner or later."""

    name: str
    url: str

    def status(self, path: str) -> int:
        """The status of an answer; 0 where nobody answers."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as answer:
                code: int = answer.status
                return code
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def runs(self, *command: str, **environment: str) -> str:
        """What a command in the container says; ``ToolError`` where it fails."""
        given = [f"--env={name}={value}" for name, value in environment.items()]
        return podman("exec", *given, self.name, *command)

    def fails(self, *command: str, **environment: str) -> str:
        """What a command in the container says that fails; ``AssertionError`` where it does not."""
        try:
            said = self.runs(*command, **environment)
        except ToolError as error:
            return str(error)
        raise AssertionError(f"{command} did not fail, and said: {said}")

    def state(self) -> dict[str, Any]:
        """What podman knows of it: ``Status``, ``Pid``, ``ExitCode``, ``OOMKilled`` …"""
        found: dict[str, Any] = json.loads(podman("inspect", "--format", "{{json .State}}", self.name))
        return found

    def process(self) -> dict[str, str]:
        """What the kernel says of its first process."""
        lines = Path(f"/proc/{self.state()['Pid']}/status").read_text("utf-8").splitlines()
        return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}

    def children(self) -> list[tuple[str, str]]:
        """Name and state (``Z``: dead and not buried) of every process below the first."""
        listed = self.runs("sh", "-c", "cat /proc/[0-9]*/stat 2>/dev/null || true")
        fields = [line.rpartition(")") for line in listed.splitlines()]
        return [(name.partition("(")[2], rest.split()[0]) for name, _, rest in fields if rest.split()[1] == "1"]

    def log(self) -> list[dict[str, Any]]:
        """The daemon's log, line by line; a line that is not JSON is an error."""
        return [json.loads(line) for line in self.words().splitlines()]

    def words(self) -> str:
        """All that it wrote, as it wrote it."""
        return said(*podman_command("logs", self.name), errors_too=True)

    def stop(self, within: int = 60) -> int:
        """Ask it to end, as an orchestrator does. Its exit code: 137 where it had to be killed after ``within`` s."""
        podman("stop", "--time", str(within), self.name)
        code: int = self.state()["ExitCode"]
        return code


@contextmanager
def container(image: str, settings: Mapping[str, str], *flags: str) -> Iterator[Container]:
    """A container with these environment variables, gone at the end with all it wrote."""
    port = free_port()
    served = {"TRUEUP_HOST": "127.0.0.1", "TRUEUP_PORT": str(port), "TRUEUP_LOG_FORMAT": "json"}
    served["TRUEUP_GIT_ALLOW"] = "http"  # the tests' own hosts
    environment = {**CREDENTIALS, **SECOND, **served, **settings}
    given = [f"--env={name}={value}" for name, value in environment.items()]
    name = podman("run", "--detach", "--log-driver=k8s-file", *HARDENED, *given, *flags, image)
    try:
        yield Container(name, f"http://127.0.0.1:{port}")
    finally:
        podman("rm", "--force", "--volumes", "--time", "0", name)


def await_status(of: Container, path: str, within: float = 60) -> float:
    """Wait until a path answers 200. How many seconds that took."""
    began = time.monotonic()
    while of.status(path) != 200:
        if time.monotonic() > began + within or of.state()["Status"] != "running":
            raise AssertionError(f"{path} did not answer with 200: {of.state()['Status']}\n{of.words()[-2000:]}")
        time.sleep(0.02)
    return time.monotonic() - began
