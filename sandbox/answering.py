"""What a door needs of the world behind it."""

from typing import Protocol

from sandbox.clock import Clock
from sandbox.world.calls import Answer, Caller, Params
from sandbox.world.timeline import Timeline
from sandbox.world.world import Place

# The services that are the world's alone: what it lacks of them, nobody else answers.
WORLD_SERVICES = frozenset({"ecs", "codedeploy", "elbv2", "cloudwatch", "ecr"})


class Answering(Protocol):
    """``World``, as its doors see it; a test may stand in for it."""

    clock: Clock
    timeline: Timeline

    def place(self, account: str, region: str) -> Place:
        """The services of one account in one region."""

    def answers(self, service: str, operation: str) -> bool:
        """Whether this operation is known, ``service`` as botocore names it."""

    def call(self, service: str, operation: str, params: Params, caller: Caller | None = None) -> Answer:
        """The answer, as plain data in the shape of botocore's model, or ``AwsError``."""

    def run(self) -> None:
        """Let everything happen that is due by now."""
