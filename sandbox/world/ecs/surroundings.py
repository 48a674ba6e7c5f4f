"""What ECS asks of the place it stands in: a few sentences of the other services, and nothing else."""

import random
from typing import TYPE_CHECKING, Protocol

from sandbox.switches import Switches
from sandbox.world.timeline import Timeline

if TYPE_CHECKING:
    from sandbox.world.ecs.task import Task

Target = tuple[str, int]
"""An address and a port, as a target group knows them."""


class LoadBalancing(Protocol):
    """Target groups, by ARN."""

    def target_group_exists(self, arn: str, /) -> bool: ...

    def register_targets(self, target_group_arn: str, targets: list[Target], images: list[str], /) -> None:
        """Targets join the group; ``images`` are what runs behind them."""

    def deregister_targets(self, target_group_arn: str, targets: list[Target], /) -> None: ...

    def healthy(self, target_group_arn: str, ip: str, /) -> bool:
        """Whether the address passes the group's checks, or is not checked because no listener uses the group."""

    def unhealthy(self, target_group_arn: str, ip: str, /) -> bool:
        """Whether the address has failed the group's checks."""


class Alarms(Protocol):
    """Alarms, by name."""

    def state_of(self, name: str, /) -> str | None:
        """``OK``, ``ALARM`` or ``INSUFFICIENT_DATA``; None where no alarm has the name."""


class Images(Protocol):
    """What is inside an image, as far as its first second shows."""

    def starts(self, image: str, /) -> bool:
        """Whether a container of this image stays up, or exits at once."""


class Registry(Protocol):
    """Images that were pushed."""

    def digest_behind(self, image: str, /) -> str | None:
        """The digest of ``host/repository:tag``; None for an image of another registry, or one that is not there."""


class Output(Protocol):
    """Where the containers of a task write."""

    def started(self, task: "Task", /) -> None:
        """They have started; those with an exit code have ended at once."""

    def stopping(self, task: "Task", /) -> None:
        """The task is about to be stopped."""

    def stopped(self, task: "Task", /) -> None:
        """They have ended."""


class Around(Protocol):
    """The world around the place: chance, and what nobody has established."""

    @property
    def random(self) -> random.Random: ...

    @property
    def switches(self) -> Switches: ...


class Surroundings(Protocol):
    """One account in one region, seen from ECS."""

    @property
    def world(self) -> Around: ...

    @property
    def timeline(self) -> Timeline: ...

    @property
    def account(self) -> str: ...

    @property
    def region(self) -> str: ...

    @property
    def elbv2(self) -> LoadBalancing: ...

    @property
    def cloudwatch(self) -> Alarms: ...

    @property
    def ecr(self) -> Registry: ...

    @property
    def logs(self) -> Output: ...

    @property
    def traffic(self) -> Images: ...

    def arn(self, service: str, resource: str, /) -> str: ...
