"""The sandbox in a process of its own: ``python -m tests.bench.aws REPOSITORY``; it ends when its input does."""

import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from controller.source.rendering import ChildRenderer
from controller.source.snapshot import Snapshot
from sandbox.blueprints import blue_green
from sandbox.clock import ManualClock
from sandbox.server import serve
from sandbox.world.world import World
from tests.bench.fleet import Fleet, build, compiled, plan_of, workload_of

_MONTHS = 45 * 86400.0  # long enough for a hundred remarks of a service at rest
MINUTES = 600.0  # long enough to come to rest; with alarms to be evaluated, months would take minutes
_ECR = ".dkr.ecr."


@contextmanager
def aws_of(fleet: Fleet, tags: tuple[str, ...] = ()) -> Iterator[str]:
    """The URL of an AWS in which a fleet runs what its repository says.

    With ``tags``, which are in ECR besides, each service is there with all that a deployment takes.
    """
    with child("tests.bench.aws", fleet.url, *tags) as url:
        yield url


@contextmanager
def child(module: str, *arguments: str) -> Iterator[str]:
    """The URL that a module prints when it is run in a process of its own, which ends when its input does."""
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("no pipes")
        try:
            url = process.stdout.readline().strip()
            if not url:
                raise RuntimeError(f"{module} did not start.")
            yield url
        finally:
            process.stdin.close()


def _serve(repository: str, tags: tuple[str, ...]) -> None:
    snapshot = compiled(repository, ChildRenderer())
    age = MINUTES if tags else _MONTHS
    clock = ManualClock(time.time() - age)
    world = World(clock)
    if tags:
        deployable(world, snapshot, tags)
    else:
        build(world, snapshot)
    clock.advance(age)
    world.run()
    with serve(world) as server:
        print(server.url, flush=True)  # noqa: T201 - read by whoever started this process
        sys.stdin.read()


def deployable(world: World, snapshot: Snapshot, tags: tuple[str, ...]) -> None:
    images: set[str] = set()
    for number, wanted in enumerate(snapshot.services.values()):
        plan = plan_of(number, workload_of(wanted))
        blue_green(world, replace(plan, shared_cluster=wanted.cluster))
        world.call("ecs", "UpdateService", {"cluster": wanted.cluster, "service": wanted.name, **_GRACE})
        images.update(each["image"] for each in wanted.task_definition["containerDefinitions"])
    _push(world, images, tags)


_GRACE = {"healthCheckGracePeriodSeconds": 60}


def _push(world: World, images: Iterable[str], tags: tuple[str, ...]) -> None:
    ecr = world.place("123456789012", "eu-west-1").ecr
    for image in images:
        if _ECR in image:
            name = image.partition("/")[2].rpartition(":")[0]
            for tag in (image.rpartition(":")[2], *tags):
                ecr.declare(f"{name}:{tag}")


if __name__ == "__main__":
    _serve(sys.argv[1], tuple(sys.argv[2:]))
