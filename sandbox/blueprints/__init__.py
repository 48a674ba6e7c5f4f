"""Whole set-ups, built as a person would build them: through the API alone.

``blue_green`` is the textbook one: an ECS service behind a load balancer with two listeners and two target groups,
which CodeDeploy shifts by ten percent a minute, and an alarm on each target group's 5xx. ``rolling`` is the plain one:
a service that ECS rolls itself, with a circuit breaker. ``plans`` are what can be chosen, ``parts`` what both share.
"""

from sandbox.blueprints.blue_green import blue_green
from sandbox.blueprints.plans import BlueGreen, BlueGreenService, Rolling, RollingService, Workload
from sandbox.blueprints.rolling import rolling

__all__ = ["BlueGreen", "BlueGreenService", "Rolling", "RollingService", "Workload", "blue_green", "rolling"]
