"""The sandbox in a process of its own: ``python -m tests.bench.aws REPOSITORY``; it ends when its input does."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from controller.source.rendering import ChildRenderer
from sandbox.blueprints import blue_green
from sandbox.clock import ManualClock
from sandbox.server import serve
from sandbox.world.world import World
from tests.bench.fleet import Fleet, build, compiled, plan_of, workload_of

_MONTHS = 45 * 86400.0  # long enough for a hundred remarks of a service at rest
_MINUTES = 600.0  # long enough to come to rest; with alarms to be evaluated, months would take minutes
_ECR = ".dkr.ecr."


@contextmanager
def aws_of(fleet: Fleet, tags: tuple[str, ...] = ()) -> Iterator[str]:
    """The URL of an AWS in which a fleet runs what its repository says; ``tags`` are in ECR besides."""
    command = [sys.executable, "-m", "tests.bench.aws", fleet.url, *tags]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("no pipes")
        try:
            url = process.stdout.readline().strip()
            if not url:
                raise RuntimeError("The sandbox did not start.")
            yield url
        finally:
            process.stdin.close()


def _serve(repository: str, tags: tuple[str, ...]) -> None:
    snapshot = compiled(repository, ChildRenderer())
    together = len({wanted.cluster for wanted in snapshot.services.values()}) == 1
    age = _MONTHS if together else _MINUTES
    clock = ManualClock(time.time() - age)
    world = World(clock)
    if together:
        build(world, snapshot)
    else:
        for number, wanted in enumerate(snapshot.services.values()):
            blue_green(world, plan_of(number, workload_of(wanted)))
            world.call("ecs", "UpdateService", {"cluster": wanted.cluster, "service": wanted.name, **_GRACE})
            _push(world, [each["image"] for each in wanted.task_definition["containerDefinitions"]], tags)
    clock.advance(age)
    world.run()
    with serve(world) as server:
        print(server.url, flush=True)  # noqa: T201 - read by whoever started this process
        sys.stdin.read()


_GRACE = {"healthCheckGracePeriodSeconds": 60}


def _push(world: World, images: list[str], tags: tuple[str, ...]) -> None:
    ecr = world.place("123456789012", "eu-west-1").ecr
    for image in images:
        if _ECR in image:
            name = image.partition("/")[2].rpartition(":")[0]
            for tag in (image.rpartition(":")[2], *tags):
                ecr.declare(f"{name}:{tag}")


if __name__ == "__main__":
    _serve(sys.argv[1], tuple(sys.argv[2:]))
