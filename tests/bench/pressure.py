"""A large fleet, measured in a process of its own: ``python -m tests.bench.pressure [SERVICES [CHANGED]]``.

Cold start (from nothing until everything is judged), steady state (a sweep over what has not changed), and a commit
that changes many services (until each has its revision and its one deployment). Ends with 1 where 1,000 services or
fewer took more than 200 MiB.
"""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from controller.loop.keys import SyncSource
from reconcilers.model import Cluster
from tests.bench.copies import copies_of
from tests.bench.daemon import ENVIRONMENT, SteppedDaemon
from tests.bench.fleet import CLUSTER, fleet_of
from tests.bench.report import RSS_MIB
from tests.bench.sweep import all_in_sync, peak

TAG = "7c31f0e"
LARGE = 1000  # services: so many fit into ``RSS_MIB``
SERVICES, CHANGED = 10_000, 1_000


@dataclass(frozen=True, slots=True)
class Phase:
    """What one of them took: AWS calls by operation, CPU and wall time in seconds, and the most memory yet in MiB."""

    name: str
    calls: dict[str, int]
    cpu: float
    seconds: float
    rss_mib: float


def pressed(size: int, changed: int) -> tuple[Phase, ...]:
    """Measure a fleet of this size. Raises ``RuntimeError`` where not every service comes to what Git says."""
    with fleet_of(size) as fleet, copies_of(TAG) as url:
        command = [sys.executable, "-m", "tests.bench.pressure", "measure", fleet.url, url, str(changed)]
        surroundings = {**os.environ, **ENVIRONMENT}
        with subprocess.Popen(
            command, env=surroundings, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            before = process.stdout.readline() if process.stdout is not None else ""
            fleet.bump_all(range(changed), TAG)
            after, _ = process.communicate("\n")
        if process.returncode:
            raise RuntimeError(f"The fleet of {size} was not measured.")
        return tuple(Phase(**each) for each in (*json.loads(before), *json.loads(after)))


def _measure(repository: str, endpoint: str, changed: int) -> None:
    with TemporaryDirectory(prefix="trueup-bench-") as folder:
        cpu, wall = time.process_time(), time.perf_counter()
        daemon = SteppedDaemon(repository, endpoint, Path(folder))
        cluster = Cluster(daemon.loop.board.services()[0].wanted.scope, CLUSTER)
        daemon.loop.step(cluster)
        cold = _phase("cold start", daemon, cpu, wall)
        all_in_sync(daemon)
        steady = _timed("a sweep", daemon, lambda: daemon.loop.step(cluster))
        print(json.dumps([asdict(cold), asdict(steady)]), flush=True)  # noqa: T201 - read by ``pressed``
        sys.stdin.readline()
        commit = _timed("a commit", daemon, lambda: _commit(daemon))
        for operation in ("RegisterTaskDefinition", "CreateDeployment"):
            if commit.calls.get(operation) != changed:
                raise RuntimeError(f"{operation} was called {commit.calls.get(operation)} times.")
        print(json.dumps([asdict(commit)]))  # noqa: T201 - read by ``pressed``
        daemon.close()


def _commit(daemon: SteppedDaemon) -> None:
    before = {each.wanted.key: each.wanted.release for each in daemon.loop.board.services()}
    daemon.loop.step(SyncSource())
    for each in daemon.loop.board.services():
        if before[each.wanted.key] != each.wanted.release:
            daemon.loop.step(each.wanted.key)


def _timed(name: str, daemon: SteppedDaemon, do: Callable[[], None]) -> Phase:
    daemon.calls.clear()
    cpu, wall = time.process_time(), time.perf_counter()
    do()
    return _phase(name, daemon, cpu, wall)


def _phase(name: str, daemon: SteppedDaemon, cpu: float, wall: float) -> Phase:
    calls = dict(Counter(call.operation for call in daemon.calls))
    return Phase(name, calls, time.process_time() - cpu, time.perf_counter() - wall, peak())


def _shown(size: int, phases: tuple[Phase, ...]) -> Table:
    table = Table(title=f"{size:,} services", title_justify="left")
    for heading in ("phase", "AWS calls", "CPU s", "wall s", "peak MiB"):
        table.add_column(heading, justify="left" if heading in ("phase", "AWS calls") else "right")
    for each in phases:
        calls = ", ".join(f"{count:,} {name}" for name, count in sorted(each.calls.items(), key=lambda item: -item[1]))
        table.add_row(each.name, calls, f"{each.cpu:.1f}", f"{each.seconds:.1f}", f"{each.rss_mib:.0f}")
    return table


def _main(words: list[str]) -> None:
    if words[:1] == ["measure"]:
        _measure(words[1], words[2], int(words[3]))
        return
    numbers = [int(each) for each in words]
    size, changed = (*numbers, *(SERVICES, CHANGED)[len(numbers) :])
    os.environ.update(ENVIRONMENT)
    phases = pressed(size, changed)
    console = Console(width=110)
    console.print(_shown(size, phases))
    held = max(each.rss_mib for each in phases)
    if size <= LARGE and held > RSS_MIB:
        console.print(f"[red]{size:,} services took {held:.0f} MiB: over {RSS_MIB:g}.[/red]")
        sys.exit(1)


if __name__ == "__main__":
    _main(sys.argv[1:])
