"""Nobody stays behind, whatever ends; and without Envoy everything else works."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.traffic.around import below, needs_envoy, processes, read, town, until

TRUEUP = [sys.executable, "-m", "controller.cli", "sandbox", "--port", "0"]
# The same command where the extra is not installed, and no Envoy is on the path.
BARE = "import sys; sys.modules['envoy'] = None; from controller.cli import main; main()"


class Sandbox:
    """``trueup sandbox --traffic`` once it has said where it answers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process = subprocess.Popen(
            [*TRUEUP, "--traffic", "--speed", "60"],
            env={**os.environ, "TMPDIR": str(folder)},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.said = [self._process.stdout.readline() for _ in range(7)]
        self.beside = below(self._process.pid)

    def end(self, by: signal.Signals) -> int:
        """The exit status."""
        self._process.send_signal(by)
        self._process.communicate(timeout=15)
        return self._process.returncode

    def left(self) -> set[int]:
        return self.beside & processes().keys()

    def companion(self) -> int:
        return next(pid for pid in self.beside if "sandbox.traffic" in processes()[pid][1])

    def envoy(self) -> int:
        return next(pid for pid in self.beside if "sandbox.traffic" not in processes()[pid][1])


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    one = Sandbox(tmp_path)
    yield one
    one.end(signal.SIGKILL)
    until("all to end", lambda: not one.left())


@needs_envoy
def test_it_prints_where_both_listeners_answer(sandbox: Sandbox) -> None:
    lines = [line.split() for line in sandbox.said[4:] if " prod-notes-app-alb:" in line]
    roles = {line[-1]: line[0] for line in lines}
    assert set(roles) == {"production", "test"}
    assert '"service": "notes-app"' in until("an answer", lambda: _body(roles["production"]))


@needs_envoy
@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nobody_is_left_behind(sandbox: Sandbox, by: signal.Signals) -> None:
    assert len(sandbox.beside) == 2
    assert sandbox.end(by) == (-by if by is signal.SIGKILL else 0)
    until("both to end", lambda: not sandbox.left(), 5)
    until("the folder to go", lambda: list(sandbox.folder.iterdir()) == [], 5)


@needs_envoy
@pytest.mark.parametrize("who", ["companion", "envoy"])
def test_the_sandbox_outlives_them_and_they_each_other_do_not(sandbox: Sandbox, who: str) -> None:
    os.kill(sandbox.companion() if who == "companion" else sandbox.envoy(), signal.SIGKILL)
    until("both to end", lambda: not sandbox.left(), 5)
    url = sandbox.said[3].split()[-1]
    until("it to be told", lambda: '"on": false' in read(url)[1])
    assert sandbox.end(signal.SIGTERM) == 0
    assert list(sandbox.folder.iterdir()) == []


@needs_envoy
def test_a_world_goes_back_to_its_model() -> None:
    with town(speed=60.0, visits=0.0) as here:
        assert here.world.counting is here.traffic
    assert here.world.counting is None
    assert not here.traffic.alive


@pytest.mark.parametrize("option", ["--traffic", "--empty"])
def test_without_the_extra_only_real_traffic_is_missing(option: str, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", BARE, *TRUEUP[3:], option],
        env={**os.environ, "PATH": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=15)
    if option == "--traffic":
        assert (first, process.returncode) == ("", 1)
        assert said == "trueup: no real traffic: Envoy is not installed. Install it: pip install 'trueup[traffic]'\n"
    else:
        assert first.startswith("AWS answers at ")


def _body(url: str) -> str:
    try:
        return read(url)[1]
    except OSError:
        return ""  # 503 until the first task is healthy
