"""One life of a release: a daemon that begins it, its death, and a daemon that ends it."""

import json
import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.clock import ManualClock
from sandbox.world.world import World
from tests.controller.source.repository import Repository
from tests.crash.door import Call, Door, Point
from tests.crash.nursery import Starts
from tests.crash.stories import Story

SPEED = 600.0  # AWS's durations are divided by it, so that its timestamps stay near the daemon's clock
QUIET = 3  # sweeps after the end in which nothing more may be changed
PATIENCE = 90.0  # seconds, for a machine that is busy with other work
FOREVER = "86400"


@dataclass(frozen=True, slots=True)
class Life:
    """What came of it. ``calls``: of the first daemon. ``changes``: what took effect, of both, by operation.

    ``deployments``: made for the release. ``revisions``: registered beside the old one; ``runs``: production's tag.
    """

    calls: tuple[Call, ...]
    died: bool
    changes: Counter[str]
    deployments: int
    revisions: int
    runs: str
    said: str


class Stage:
    """A world of its own for one life, and the daemons' folder."""

    def __init__(self, story: Story, folder: Path, door: Door, world: World, repository: Repository) -> None:
        self.story, self.folder, self.door, self.world = story, folder, door, world
        self._repository = repository

    def begin(self, key: str, starts: Starts, point: Point | None, **settings: str) -> None:
        """A daemon, which has its access key as its name."""
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(self.folder),
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": "sandbox",
            "AWS_EC2_METADATA_DISABLED": "true",
            "TRUEUP_REPOSITORY": self._repository.path.as_uri(),
            "TRUEUP_GIT_ALLOW": "file",
            "TRUEUP_STATE_DIR": str(self.folder / "state"),
            "TRUEUP_ENDPOINT_URL": self.door.url,
            "TRUEUP_PORT": "0",
            "TRUEUP_POLL_INTERVAL": FOREVER,
            "TRUEUP_SHIFT_INTERVAL": "0.1",
            "TRUEUP_WORKERS": "1",
            "TRUEUP_CLOUDTRAIL": "off",
            **{f"TRUEUP_{name.upper()}": value for name, value in settings.items()},
        }
        self.log(key).touch()
        self.door.admit(key, lambda: starts.start(environment, self.log(key)), point)

    def log(self, key: str) -> Path:
        return self.folder / f"{key}.log"

    def said(self, key: str) -> str:
        """The outcome that a daemon named last."""
        text = self.log(key).read_text("utf-8")
        lines = [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines() if line.startswith("{")]
        return next((str(line["outcome"]) for line in reversed(lines) if "outcome" in line), "")

    def ended(self, key: str) -> bool:
        """Whether a daemon, one that is not dying, says of the release what is to be said in the end."""
        return not self.door.dying and self.said(key) == self.story.ends

    def wait(self, what: str, key: str, over: Callable[[], bool]) -> None:
        """Until something is so; it is asked after each call, and now and then."""
        end = time.monotonic() + PATIENCE
        with self.door.changed:
            while not over():
                if time.monotonic() > end:
                    raise AssertionError(
                        f"Waited {PATIENCE:g} s in vain for {what}.\n{self.log(key).read_text('utf-8')[-4000:]}"
                    )
                self.door.changed.wait(0.02)

    def service(self) -> Mapping[str, Any]:
        asked = {"cluster": "prod-notes", "services": ["notes"]}
        found: Mapping[str, Any] = self.world.call("ecs", "DescribeServices", asked)["services"][0]
        return found

    def at_rest(self) -> bool:
        """Whether nothing is under way at AWS."""
        service = self.service()
        parts = [*service.get("taskSets", ()), *service["deployments"]]
        return [each["status"] for each in parts] == ["PRIMARY"] and all(
            each.get("rolloutState", "COMPLETED") == "COMPLETED" for each in parts
        )

    def runs(self) -> str:
        """The tag that production runs."""
        service = self.service()
        arn = service["taskSets"][0]["taskDefinition"] if service.get("taskSets") else service["taskDefinition"]
        found = self.world.call("ecs", "DescribeTaskDefinition", {"taskDefinition": arn})["taskDefinition"]
        return str(found["containerDefinitions"][0]["image"].rpartition(":")[2])

    def deployments(self) -> int:
        """How many were made beside the first state and whatever AWS itself made to take one back."""
        if self.story.ships == "CreateDeployment":
            asked = {"applicationName": "prod-notes", "deploymentGroupName": "prod-notes-dg"}
            ids = self.world.call("codedeploy", "ListDeployments", asked)["deployments"]
            infos = self.world.call("codedeploy", "BatchGetDeployments", {"deploymentIds": ids})["deploymentsInfo"]
            return sum(each["creator"] == "user" for each in infos)
        asked = {"cluster": "prod-notes", "service": "notes"}
        return len(self.world.call("ecs", "ListServiceDeployments", asked)["serviceDeployments"]) - 1

    def revisions(self) -> int:
        return len(self.world.call("ecs", "ListTaskDefinitions", {"familyPrefix": "notes"})["taskDefinitionArns"]) - 1


def lived(
    story: Story,
    repository: Repository,
    folder: Path,
    starts: tuple[Starts, Starts],
    point: Point | None,
    *,
    keeps: bool = True,
) -> Life:
    """Live it, in a ``folder`` of its own. ``starts`` begin the first daemon and the second.

    ``keeps``: the second finds what the first left on disk.
    """
    # CloudWatch's minutes are the clock's: each life begins at the same moment of one.
    clock = ManualClock(int(time.time()) + 20 / SPEED)
    world = World(clock, speed=SPEED)
    story.build(world)
    clock.advance(600 / SPEED)
    world.run()
    with Door(world, clock, story.step) as door:
        stage = Stage(story, folder, door, world, repository)
        stage.begin("first", starts[0], point, sweep_interval=FOREVER)
        stage.wait("the first daemon to die or to end it", "first", lambda: door.dead or stage.ended("first"))
        died = door.dead
        door.kill()
        if not keeps:
            shutil.rmtree(folder / "state", ignore_errors=True)
        stage.begin("second", starts[1], None, sweep_interval="0.1")
        stage.wait("the second daemon to end it", "second", lambda: stage.at_rest() and stage.ended("second"))
        seen = _sweeps(door)
        stage.wait("more sweeps", "second", lambda: _sweeps(door) >= seen + QUIET)
        door.kill()
        return _life(stage, died=died)


def _life(stage: Stage, *, died: bool) -> Life:
    first, second = stage.door.calls["first"], stage.door.calls["second"]
    return Life(
        calls=tuple(first),
        died=died,
        changes=Counter(each.operation for each in (*first, *second) if each.mutates and each.status == 200),
        deployments=stage.deployments(),
        revisions=stage.revisions(),
        runs=stage.runs(),
        said=stage.said("second"),
    )


def _sweeps(door: Door) -> int:
    return sum(each.operation == "DescribeServices" for each in door.calls["second"])
