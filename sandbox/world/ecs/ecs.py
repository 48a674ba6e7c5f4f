"""The service's door: operations by name, and what the other services ask of it."""

from typing import TYPE_CHECKING

from sandbox.world.calls import Handler

if TYPE_CHECKING:
    from sandbox.world.world import Place


class Ecs:
    """ECS in one account and region."""

    def __init__(self, place: "Place") -> None:
        self.place = place
        self.operations: dict[str, Handler] = {}
