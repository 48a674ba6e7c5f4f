"""ECS, as far as a delivery meets it: clusters, task definitions, services, task sets, tasks, rolling deployments.

From the door inwards:

- ``ecs`` names the operations, and what CodeDeploy may do;
- ``clusters``, ``definitions``, ``creation``, ``services``, ``updates``, ``tasks``, ``protection``,
  ``task_set_calls``, ``deployment_calls`` and ``tags`` answer calls;
- ``deployer`` leads a service deployment from its start to its last word; ``rolling`` and ``task_sets`` are the two
  schedulers, for the deployment controller ECS and for the others; ``rollout`` is their arithmetic;
- ``replicas`` are equal tasks, ``scheduler`` is the life of one task: the only place where targets are registered and
  images are tried;
- ``validation``, ``together``, ``service_rules``, ``normal``, ``fargate`` and ``capabilities`` are pure: what AWS
  refuses, fills in and forgets;
- ``state`` remembers; ``cluster``, ``task_definition``, ``service``, ``deployment``, ``task_set``, ``task`` and
  ``workload`` are what is remembered; ``surroundings`` is all that is asked of the other services.

Dictionaries that are part of an answer are never changed once made, so answers share them instead of copying them.
"""

from sandbox.world.ecs.ecs import Ecs
from sandbox.world.ecs.pace import Pace
from sandbox.world.ecs.service import Service
from sandbox.world.ecs.task_definition import TaskDefinition
from sandbox.world.ecs.task_set import TaskSet, TaskSetRequest

__all__ = ["Ecs", "Pace", "Service", "TaskDefinition", "TaskSet", "TaskSetRequest"]
