"""What a sweep costs, measured in a process of its own: ``python -m tests.bench.sweep REPOSITORY ENDPOINT``.

It compiles the repository, looks at everything once, and then sweeps again and again over what has not changed.
"""

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from reconcilers.model import Cluster
from reconcilers.outcome import Sync
from tests.bench.aws import aws_of
from tests.bench.daemon import ENVIRONMENT, SteppedDaemon
from tests.bench.fleet import fleet_of

SWEEPS = 5  # at least; of small fleets more, since a sweep of ten is over in milliseconds


@dataclass(frozen=True, slots=True)
class Swept:
    """A fleet's sweeps over what has not changed: the medians of a few, and the most memory ever held.

    ``first_calls`` and ``first_cpu_ms`` are of the very first sweep, which reads every task definition once. CPU in
    milliseconds a service, ``seconds`` on the wall, memory in MiB.
    """

    services: int
    calls: int
    cpu_ms: float
    seconds: float
    first_calls: int
    first_cpu_ms: float
    rss_mib: float


def swept(size: int) -> Swept:
    """Measure a fleet of this size. Raises ``RuntimeError`` where not everything is in sync."""
    with fleet_of(size) as fleet, aws_of(fleet) as url:
        command = [sys.executable, "-m", "tests.bench.sweep", fleet.url, url]
        done = subprocess.run(command, env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"The sweep of {size} services failed.\n{done.stderr}")
        return Swept(**json.loads(done.stdout))


def _measured(daemon: SteppedDaemon) -> Swept:
    first_calls, first_cpu, _ = _sweep(daemon)
    count = all_in_sync(daemon)
    sweeps = [_sweep(daemon) for _ in range(max(SWEEPS, 300 // count))]
    all_in_sync(daemon)
    return Swept(
        services=count,
        calls=max(calls for calls, _, _ in sweeps),
        cpu_ms=1000 * median(cpu for _, cpu, _ in sweeps) / count,
        seconds=median(wall for _, _, wall in sweeps),
        first_calls=first_calls,
        first_cpu_ms=1000 * first_cpu / count,
        rss_mib=peak(),
    )


def _sweep(daemon: SteppedDaemon) -> tuple[int, float, float]:
    """One step of the loop over the fleet: its calls, its CPU and its wall time, in seconds."""
    wanted = daemon.loop.board.services()[0].wanted
    daemon.calls.clear()
    cpu, wall = time.process_time(), time.perf_counter()
    daemon.loop.step(Cluster(wanted.scope, wanted.cluster))
    return len(daemon.calls), time.process_time() - cpu, time.perf_counter() - wall


def all_in_sync(daemon: SteppedDaemon) -> int:
    """How many services there are. Raises ``RuntimeError`` where not all of them are in sync."""
    found = daemon.loop.board.services()
    differing = [each.wanted.key for each in found if each.sync is not Sync.IN_SYNC]
    if differing:
        raise RuntimeError(f"{len(differing)} services are not in sync, {differing[0]} among them.")
    return len(found)


def peak() -> float:
    """The most memory that this process has held, in MiB. (getrusage would count what its parent held.)"""
    status = Path("/proc/self/status").read_text("ascii")
    line = next(each for each in status.splitlines() if each.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def _main(repository: str, endpoint: str) -> None:
    with TemporaryDirectory(prefix="trueup-bench-") as folder:
        daemon = SteppedDaemon(repository, endpoint, Path(folder))
        try:
            print(json.dumps(asdict(_measured(daemon))))  # noqa: T201 - read by ``swept``
        finally:
            daemon.close()


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2])
