"""The process beside the sandbox: Envoy, the tasks behind it, and the visitors before it.

It reads scenes as JSON lines from its standard input and writes a report as a JSON line ten times a second to its
standard output. It ends when its input does, and that is when the sandbox is gone, whatever ended it.
"""

import asyncio
import json
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from sandbox.traffic.configuration import files
from sandbox.traffic.envoy import Envoy, binary
from sandbox.traffic.errors import TrafficError
from sandbox.traffic.files import Files
from sandbox.traffic.pages import Voice
from sandbox.traffic.scene import Scene, scene_from
from sandbox.traffic.tasks import Task
from sandbox.traffic.visitors import Visitors

REPORT_EVERY = 0.1
# A task that leaves is sent requests for so many seconds after the weights that lead away from it are written: Envoy
# reads one file after the other, and if the hosts went first it would answer 503 in between.
LINGER = 0.25
# And it answers for so long, because Envoy has to hear of it.
GRACE = 1.0
LARGEST_LINE = 64 * 1024 * 1024


class Companion:
    """Follows scenes."""

    def __init__(self, envoy: Envoy, folder: Path) -> None:
        self._envoy = envoy
        self._files = Files(folder)
        self._folder = folder
        self._scene = Scene()
        self._tasks: dict[tuple[str, str], Task] = {}
        self._visitors: dict[str, Visitors] = {}
        self._ports: dict[str, int] = {}
        # Until when a task that stopped serving stays in its pool.
        self._lingering: dict[tuple[str, str], float] = {}
        self._serving: set[tuple[str, str]] = set()
        self._leaving: set[asyncio.Task[None]] = set()

    async def show(self, scene: Scene) -> None:
        """Let tasks come and go as the scene has it, and Envoy hear of it."""
        self._scene = scene
        for pool in scene.pools:
            for member in pool.members:
                voice = Voice(member, pool.name, pool.colour)
                task = self._tasks.get((pool.id, member.key)) or Task(voice)
                self._tasks[pool.id, member.key] = task
                await task.update(voice)
        serving = {(pool.id, each.key) for pool in scene.pools for each in pool.members if each.serving}
        self._lingering |= dict.fromkeys(self._serving - serving, time.monotonic() + LINGER)
        self._serving = serving
        self.tidy()

    def tidy(self) -> None:
        """Let go who has lingered long enough, and write what Envoy reads."""
        now = time.monotonic()
        self._lingering = {key: until for key, until in self._lingering.items() if until > now}
        sent_to = self._serving | self._lingering.keys()
        present = {(pool.id, each.key) for pool in self._scene.pools for each in pool.members}
        for key in self._tasks.keys() - present - sent_to:
            self._later(self._tasks.pop(key))
        ports: dict[str, list[int]] = {}
        for pool, address in sorted(sent_to):
            ports.setdefault(pool, []).append(self._tasks[pool, address].port)
        self._files.write(files(self._scene, ports, self._folder))

    async def report(self) -> dict[str, Any]:
        """What Envoy and the visitors have counted, and when."""
        self.tidy()
        at = time.time()
        counters = await self._envoy.counters()
        wanted = {gate.id for gate in self._scene.gates}
        if wanted != self._ports.keys():
            self._ports = {name: port for name, port in (await self._envoy.ports()).items() if name in wanted}
        await self._visit()
        visits = {gate: each.visits.told() for gate, each in self._visitors.items()}
        return {"at": at, "counters": counters, "ports": self._ports, "visits": visits}

    async def _visit(self) -> None:
        rates = {gate.id: gate.visits for gate in self._scene.gates if gate.production}
        for gate in self._visitors.keys() - rates.keys():
            await self._visitors.pop(gate).leave()
        for gate, rate in rates.items():
            if gate in self._visitors:
                self._visitors[gate].rate = rate
            elif gate in self._ports:
                self._visitors[gate] = Visitors(self._ports[gate], rate)

    def _later(self, task: Task) -> None:
        async def leave() -> None:
            await asyncio.sleep(GRACE)
            await task.leave()

        leaving = asyncio.create_task(leave())
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)


async def run(folder: Path) -> None:
    """Until the standard input ends, or Envoy does. ``folder`` is for Envoy's files."""
    scenes = asyncio.StreamReader(limit=LARGEST_LINE)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(scenes), sys.stdin)
    Files(folder).write(files(Scene(), {}, folder))
    envoy = await Envoy.start(binary(), folder)
    try:
        companion = Companion(envoy, folder)
        following = asyncio.create_task(_follow(companion, scenes))
        telling = asyncio.create_task(_tell(companion))
        done, _ = await asyncio.wait({following, telling}, return_when=asyncio.FIRST_COMPLETED)
        for each in done:
            each.result()
    finally:
        await envoy.stop()


async def _follow(companion: Companion, scenes: asyncio.StreamReader) -> None:
    while line := await scenes.readline():
        await companion.show(scene_from(json.loads(line)))


async def _tell(companion: Companion) -> None:
    while True:
        try:
            told = await companion.report()
        except (OSError, EOFError):
            raise TrafficError("Envoy has ended.") from None
        print(json.dumps(told), flush=True)  # noqa: T201 - the pipe to the sandbox
        await asyncio.sleep(REPORT_EVERY)


def main(folder: Path) -> int:
    """The exit code: 1 with a sentence on the standard error where Envoy is not to be had. ``folder`` is gone then."""
    try:
        asyncio.run(run(folder))
    except TrafficError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except BrokenPipeError:
        return 0
    finally:
        # Here, too, because nobody else is left after a sandbox that was killed.
        shutil.rmtree(folder, ignore_errors=True)
    return 0
