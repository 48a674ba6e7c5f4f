"""A commit replaces Trueup: real processes, of which no two act at once; what cannot start is taken back."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from sandbox.clock import HostClock
from sandbox.server import serve
from sandbox.world.world import World
from tests.controller.daemons import until
from tests.controller.source.repository import Repository
from tests.installation.agent import Agent
from tests.installation.keeping import files
from tests.installation.stack import deployed, ground
from tests.reconcilers.sandboxed import push

pytestmark = pytest.mark.timeout(900)  # several processes, one after the other, on a machine that may be busy
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/trueup"
LIMIT = 300.0


class House:
    """The stack in its world, the repository that it reads, and the processes of its tasks."""

    def __init__(self, agent: Agent, world: World, repository: Repository) -> None:
        self.agent = agent
        self.world = world
        self.repository = repository

    def commit(self, tag: str) -> None:
        """The image is pushed, and Git wants it."""
        push(self.world, IMAGE, tag)
        self.repository.commit(files(self.agent.stack, tag))

    def wait(self, tag: str, sync: str) -> None:
        until(f"{tag} to be there and {sync}", lambda: self.agent.says(tag, sync), LIMIT)

    def calls(self, operation: str) -> int:
        return sum(count for (_, name), count in self.world.calls.items() if name == operation)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    world = World(HostClock(), speed=20)
    repository = Repository(tmp_path / "gitops.git")
    with serve(world) as server, deployed(ground(world), KeepsItself="yes") as stack:
        agent = Agent(stack, server, repository.path.as_uri(), tmp_path)
        made = House(agent, world, repository)
        made.commit("0.1.0")
        try:
            made.wait("0.1.0", "in-sync")
            world.calls.clear()
            yield made
        finally:
            agent.close()


def one_after_the_other(house: House) -> bool:
    """Whether ECS's own record shows that each task was over before the next one ran."""
    tasks = house.agent.tasks()
    return all(earlier["stoppedAt"] <= later.get("startedAt", later["createdAt"]) for earlier, later in pairwise(tasks))


def test_a_commit_that_bumps_its_own_tag_replaces_it_and_ships_once(house: House) -> None:
    house.commit("0.2.0")
    house.wait("0.2.0", "in-sync")
    first, second = house.agent.controllers.values()
    assert (first.tag, second.tag) == ("0.1.0", "0.2.0")
    assert first.process.wait(60) == 0
    assert "Traceback" not in first.log_file.read_text("utf-8")
    assert one_after_the_other(house)
    assert (house.calls("RegisterTaskDefinition"), house.calls("UpdateService")) == (1, 1)


def test_a_version_that_cannot_start_is_taken_back_and_held_until_another_commit(house: House) -> None:
    house.commit("0.2.0-crash")
    house.wait("0.1.0", "held")  # a new process of the old version: the first one was stopped to make room
    old, back = house.agent.controllers.values()
    assert (old.tag, back.tag) == ("0.1.0", "0.1.0")
    assert old.process.wait(60) == 0
    looked = house.calls("DescribeServices")
    until("it to look again and again", lambda: house.calls("DescribeServices") > looked + 10, LIMIT)
    assert back.says()["sync"] == "held"
    assert (house.calls("RegisterTaskDefinition"), house.calls("UpdateService")) == (1, 1)
    house.commit("0.3.0")
    house.wait("0.3.0", "in-sync")
    assert house.calls("UpdateService") == 2
    assert one_after_the_other(house)
