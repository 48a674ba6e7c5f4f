"""Renderings and comparisons a second."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from controller.source.chart_sandbox import Rendering
from controller.source.rendering import ChildRenderer, RenderJob
from reconcilers.diff import task_definition_changes
from sandbox.clock import ManualClock
from sandbox.world.world import World
from tests.bench.fleet import compiled, fleet_of
from tests.reconcilers.leaves import leaves, other, replaced

RENDERINGS = 200
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Renders:
    """Renderings of a chart in one batch, in the child process that the daemon renders in, and how long one takes."""

    renderings: int
    per_second: float


@dataclass(frozen=True, slots=True)
class Diffs:
    """Comparisons with a task definition of ``leaves`` leaves, of which one differs; ``slowest_ms`` is the worst leaf.

    Each leaf's time is the best of a few: what else the machine does is not the differ's.
    """

    leaves: int
    per_second: float
    slowest_ms: float


@dataclass
class _Timed:
    """The daemon's renderer, timed a batch at a time."""

    jobs: int = 0
    seconds: float = 0.0
    renderer: ChildRenderer = field(default_factory=ChildRenderer)

    def __call__(self, jobs: Iterable[RenderJob]) -> Iterator[Rendering]:
        batch = list(jobs)
        started = time.perf_counter()
        answers = list(self.renderer(batch))
        self.seconds += time.perf_counter() - started
        self.jobs += len(batch)
        return iter(answers)


def renders() -> Renders:
    """Measure a batch, the start of the child included."""
    timed = _Timed()
    with fleet_of(RENDERINGS) as fleet:
        compiled(fleet.url, timed)
    return Renders(timed.jobs, timed.jobs / timed.seconds)


def diffs() -> Diffs:
    """Change one leaf after the other of what AWS says runs, and compare it with what Git says."""
    with fleet_of(1) as fleet:
        declared = next(iter(compiled(fleet.url).services.values())).task_definition
    live = _read_back(declared)
    mutated = [replaced(live, steps, other(leaf)) for steps, leaf in leaves(live)]
    times = [_best(declared, each) for each in mutated]
    return Diffs(len(times), 1 / median(times), 1000 * max(times))


def _best(declared: Any, live: Any) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.perf_counter()
        found = task_definition_changes(declared, live)
        best = min(best, time.perf_counter() - started)
        if not found:
            raise RuntimeError("A leaf that differs was not found.")
    return best


def _read_back(declared: Any) -> Any:
    """A task definition as AWS gives it back: reordered, with its defaults. What is no content is left out."""
    world = World(ManualClock())
    answer = world.call("ecs", "RegisterTaskDefinition", declared)["taskDefinition"]
    content = declared.keys() | {"volumes", "placementConstraints"}
    return {name: value for name, value in answer.items() if name in content}
