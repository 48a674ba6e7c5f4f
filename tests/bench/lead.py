"""From a commit to CreateDeployment: fetched, compiled, compared, checked, registered and shipped.

The repository is real and the calls go over HTTP; what AWS takes to answer is measured call by call and left out. Not
in it either: the wait for the next look at the repository, which a webhook cuts short.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from controller.loop.keys import SyncSource
from reconcilers.model import ServiceKey
from tests.bench.aws import aws_of
from tests.bench.daemon import SteppedDaemon
from tests.bench.fleet import Fleet, fleet_of

COMMITS = 7
TAG = "7c31f0e"


@dataclass(frozen=True, slots=True)
class Lead:
    """The median of ``commits`` in a repository of ``services``, in milliseconds; ``calls`` is what one takes."""

    services: int
    commits: int
    calls: int
    milliseconds: float


def lead(size: int) -> Lead:
    """Measure in a repository of this size, of ``COMMITS`` services at least. Each commit is one service's."""
    with fleet_of(size, apart=True) as fleet, aws_of(fleet, (TAG,)) as url, TemporaryDirectory() as folder:
        daemon = SteppedDaemon(fleet.url, url, Path(folder))
        try:
            measured = [_lead(daemon, fleet, number) for number in range(COMMITS)]
        finally:
            daemon.close()
    return Lead(size, COMMITS, max(calls for calls, _ in measured), 1000 * median(seconds for _, seconds in measured))


def _lead(daemon: SteppedDaemon, fleet: Fleet, number: int) -> tuple[int, float]:
    """Bump one service and take the steps that it leads to: the calls, and the seconds without AWS's."""
    fleet.bump(number, TAG)
    daemon.calls.clear()
    started = time.perf_counter()
    daemon.loop.step(SyncSource())
    daemon.loop.step(ServiceKey(fleet.environment(number), "notes"))
    seconds = time.perf_counter() - started
    last = daemon.calls[-1].operation if daemon.calls else "nothing"
    if last != "CreateDeployment":
        raise RuntimeError(f"The commit led to {last}.")
    return len(daemon.calls), seconds - sum(call.seconds for call in daemon.calls)
