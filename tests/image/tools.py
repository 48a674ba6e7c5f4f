"""buildah and podman, on a storage of the tests' own: what somebody keeps in theirs is neither seen nor changed."""

import fcntl
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = ("buildah", "podman", "runc", "mmdebstrap")
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "trueup-image"
_RUN = Path("/run/trueup-image")  # state that a reboot makes wrong
_STORAGE = ("--root", str(CACHE / "storage"), "--runroot", str(_RUN / "storage"))
_PODMAN = ("--tmpdir", str(_RUN / "podman"), "--cgroup-manager", "cgroupfs", "--events-backend", "file")


class ToolError(Exception):
    """A program ended with an error; the message is what it said last."""


def missing() -> str | None:
    """Why no image can be built and run here; ``None`` where it can be tried."""
    absent = [each for each in PROGRAMS if shutil.which(each) is None]
    if absent:
        return f"{', '.join(absent)} not installed: sudo apt-get install {' '.join(PROGRAMS)}"
    if os.geteuid() != 0:
        return "Images are built and run by root here: run the tests with sudo."
    return None


@contextmanager
def locked() -> Iterator[None]:
    """Alone with the storage: what two test runs need is made once."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def buildah(*arguments: str) -> str:
    """What ``buildah`` says."""
    return said("buildah", *_STORAGE, *arguments)


def podman(*arguments: str) -> str:
    """What ``podman`` says."""
    return said(*podman_command(*arguments))


def podman_command(*arguments: str) -> list[str]:
    """The whole of a command line of ``podman``."""
    return ["podman", *_STORAGE, *_PODMAN, "--runtime", str(shutil.which("runc")), *arguments]


def said(*command: str, within: float = 1500, errors_too: bool = False) -> str:
    """What a command says on its standard output, without the line's end; ``ToolError`` where it fails.

    ``errors_too``: on its standard error as well. Nothing that it started outlives it, whatever ends the wait.
    """
    with subprocess.Popen(
        command,
        text=True,
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if errors_too else subprocess.PIPE,
    ) as process:
        try:
            output, errors = process.communicate(timeout=within)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    if process.returncode != 0:
        raise ToolError(f"{command[0]} ended with {process.returncode}: {(errors or output).strip()[-2000:]}")
    return output.strip()
