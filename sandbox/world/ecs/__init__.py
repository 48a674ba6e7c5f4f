"""ECS, as far as a delivery meets it."""

from sandbox.world.ecs.ecs import Ecs

__all__ = ["Ecs"]
