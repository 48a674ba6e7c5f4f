"""What a container of the tests works on: a fleet in the sandbox, and a Git host that asks for a password."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from controller.demo.stage import MANIFEST, Stage, staged
from tests.controller.source.hosts import Host, serving

TAG = "7c31f0e"
SPEED = 60.0  # a minute of AWS's takes a second: a shift in tenths takes ten, and nobody waits for a pull


class World(NamedTuple):
    """A fleet in the sandbox, and the host of the repository that describes it."""

    stage: Stage
    settings: dict[str, str]

    def commit(self) -> str:
        """A new version of the application, built, pushed and wanted."""
        self.stage.push_images(TAG)
        return self.stage.repository.bump(MANIFEST, dict.fromkeys(self.stage.tags(), TAG), "Ship it")


@contextmanager
def world() -> Iterator[World]:
    with staged(SPEED) as stage:
        bare = Path(stage.repository.url.removeprefix("file://"))
        with serving(Host(bare.parent, "trueup", "t0ken")) as host:
            settings = {
                "TRUEUP_REPOSITORY": f"{host.url}/{bare.name}",
                "TRUEUP_GIT_USERNAME": "trueup",
                "TRUEUP_GIT_TOKEN": "t0ken",
                "TRUEUP_ENDPOINT_URL": stage.server.url,
            }
            yield World(stage, settings)
