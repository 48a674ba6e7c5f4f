"""The sandbox's end of the line to the process beside it."""

from __future__ import annotations

import json
import logging
import math
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile, mkdtemp
from typing import IO, TYPE_CHECKING, Any

from sandbox.traffic.configuration import nowhere
from sandbox.traffic.counting import Reading, Readings
from sandbox.traffic.envoy import binary
from sandbox.traffic.errors import TrafficError
from sandbox.traffic.scene import Scene
from sandbox.traffic.sight import scene_of
from sandbox.traffic.told import Seen, told
from sandbox.world.traffic import DEFAULT_RATE
from sandbox.world.visits import Answers

if TYPE_CHECKING:
    from sandbox.world.world import World

_log = logging.getLogger(__name__)
VISITS = 40.0
"""Requests a second at each production listener, of the machine's seconds."""
LOOK_EVERY = 0.05
STARTING = 15.0


@contextmanager
def real_traffic(world: World, visits: float = VISITS) -> Iterator[Traffic]:
    """Put Envoy, tasks that answer and visitors around a world on the host's clock; what Envoy counts are its metrics.

    ``TrafficError`` where Envoy is not installed or does not start. At the end no process is left, and the world is
    back to its model.
    """
    traffic = Traffic(world, visits)
    try:
        traffic.start()
        world.counting = traffic
        yield traffic
    finally:
        world.counting = None
        traffic.stop()


def alarm_threshold(speed: float, visits: float = VISITS) -> float:
    """How many errors in a minute of the world's time are as much as ten among the requests that the model makes.

    The faster the world's time passes, the fewer real requests fall into one of its minutes.
    """
    return float(math.floor(10 * visits / speed / DEFAULT_RATE))


class Traffic:
    """Real traffic around a world; counts for it."""

    def __init__(self, world: World, visits: float = VISITS) -> None:
        self._world = world
        self._visits = visits
        self._readings = Readings()
        self._lock = threading.Lock()
        self._scene = Scene()
        self._seen = Seen()
        self._arns: dict[str, str] = {}
        self._hearing = threading.Event()
        self._silent = False
        self._stopping = threading.Event()
        self._folder = Path(mkdtemp(prefix="trueup-traffic-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start the process beside this one and wait until Envoy answers."""
        binary()
        with TemporaryFile() as words:
            # A session of its own: Ctrl-C in a terminal is for the sandbox, which ends the others when it is done.
            command = [sys.executable, "-m", "sandbox.traffic", str(self._folder)]
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=words, start_new_session=True
            )
            for name, work in (("look", self._look), ("hear", self._hear)):
                self._threads.append(threading.Thread(target=work, name=f"traffic-{name}", daemon=True))
                self._threads[-1].start()
            self._hearing.wait(STARTING)
            if not self.alive:
                words.seek(0)
                raise TrafficError(words.read().decode("utf-8", "replace").strip()[-500:] or "Envoy does not start.")

    def stop(self) -> None:
        """End everything that was started; a second call does nothing."""
        process, self._process = self._process, None
        self._stopping.set()
        if process is not None:
            self._end(process)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        self._silent = True
        if process.stdin is not None:
            with suppress(OSError):
                process.stdin.close()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)
        for thread in self._threads:
            thread.join(5)
        if process.stdout is not None:
            process.stdout.close()

    @property
    def alive(self) -> bool:
        """Whether Envoy has reported, and still does."""
        return self._hearing.is_set() and not self._silent

    def wait_until_open(self, within: float = 5.0) -> bool:
        """Wait until every listener of the world has an address; whether it came to that."""
        end = time.monotonic() + within
        while time.monotonic() < end and self.alive:
            gates = self._world.read(lambda places: scene_of(places, self._visits)).gates
            if all(self.seen.url(gate.id) for gate in gates):
                return True
            time.sleep(0.02)
        return False

    def counted(self, begin: float, end: float) -> Mapping[str, Answers] | None:
        """See ``sandbox.world.visits.Counting``. ``None`` where Envoy has ended: the world goes back to its model."""
        if not self.alive:
            return None
        with self._lock:
            between = self._readings.between(begin, end)
            return {self._arns[name]: answers for name, answers in between.items() if name in self._arns}

    @property
    def seen(self) -> Seen:
        """What the visitors saw so far, and where the listeners are."""
        with self._lock:
            return self._seen

    def told(self) -> dict[str, Any]:
        """All of it, as JSON."""
        with self._lock:
            return told(self._scene, self._seen, self._readings.latest) | {"on": self.alive}

    def _look(self) -> None:
        """Tell the process beside this one whatever changes in the world."""
        pipe = self._process.stdin if self._process else None
        pause = LOOK_EVERY
        while pipe is not None and not self._stopping.wait(pause):
            began = time.monotonic()
            try:
                scene = self._world.read(lambda places: scene_of(places, self._visits))
                if scene != self._scene:
                    self._show(pipe, scene)
            except (OSError, ValueError):
                return
            except Exception:  # noqa: BLE001 - a scene that cannot be told must not end all others
                _log.exception("the world could not be shown")
            # Where there is much to look at, most of the time is the world's own.
            pause = max(LOOK_EVERY, 5 * (time.monotonic() - began))

    def _show(self, pipe: IO[bytes], scene: Scene) -> None:
        with self._lock:
            self._scene = scene
            self._arns |= {nowhere(gate.id): gate.arn for gate in scene.gates}
            self._arns |= {pool.id: pool.arn for pool in scene.pools}
        pipe.write(json.dumps(scene.to_json()).encode() + b"\n")
        pipe.flush()

    def _hear(self) -> None:
        """Take in what the process beside this one reports, until it ends."""
        pipe = self._process.stdout if self._process else None
        for line in pipe or ():
            report = json.loads(line)
            with self._lock:
                self._readings.add(Reading(report["at"], report["counters"]))
                self._seen = self._seen.after(report)
            self._hearing.set()
        if not self._silent:
            _log.warning("The process beside the sandbox has ended; its traffic is a model again.")
        self._silent = True
        self._hearing.set()
