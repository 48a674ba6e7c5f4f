"""Task protection: tasks that neither a scale-in nor a deployment may stop for a while."""

from datetime import timedelta
from typing import Any

from sandbox.world.calls import Answer, Caller, Handler, Params
from sandbox.world.ecs.cluster import Cluster
from sandbox.world.ecs.names import last_part
from sandbox.world.ecs.refusals import at_most, invalid
from sandbox.world.ecs.state import State
from sandbox.world.ecs.task import Task

MOST_PROTECTED = 10
MOST_SHOWN = 100
USUAL_MINUTES = 120
MOST_MINUTES = 2880


class Protection:
    """GetTaskProtection and UpdateTaskProtection."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.operations: dict[str, Handler] = {
            "GetTaskProtection": self.get_task_protection,
            "UpdateTaskProtection": self.update_task_protection,
        }

    def get_task_protection(self, params: Params, _caller: Caller) -> Answer:
        """Of the tasks that are named, or of all that belong to a service."""
        cluster = self._state.cluster(params.get("cluster"))
        if params.get("tasks"):
            return self._answer(*self._found(cluster, at_most(params, "tasks", MOST_SHOWN)))
        return self._answer([task for task in cluster.tasks.values() if _can_be_protected(task)], [])

    def update_task_protection(self, params: Params, _caller: Caller) -> Answer:
        """For two hours unless told otherwise; whoever would have stopped a task looks again afterwards."""
        cluster = self._state.cluster(params.get("cluster"))
        tasks, failures = self._found(cluster, at_most(params, "tasks", MOST_PROTECTED))
        minutes = USUAL_MINUTES if params.get("expiresInMinutes") is None else params["expiresInMinutes"]
        if not 1 <= minutes <= MOST_MINUTES:
            raise invalid(f"expiresInMinutes must be between 1 and {MOST_MINUTES}.")
        lasting = timedelta(minutes=minutes / self._state.timeline.speed)
        for task in tasks:
            task.protected_until = self._state.now + lasting if params["protectionEnabled"] else None
        if params["protectionEnabled"]:
            # A second later: the two ends are rounded each in its own way.
            self._state.timeline.after(minutes * 60.0 + 1.0, lambda: _look_again(cluster, tasks))
        else:
            _look_again(cluster, tasks)
        return self._answer(tasks, failures)

    def _found(self, cluster: Cluster, references: list[str]) -> tuple[list[Task], list[dict[str, str]]]:
        tasks, failures = [], []
        for reference in references:
            task = cluster.tasks.get(last_part(reference))
            if task is not None and _can_be_protected(task):
                tasks.append(task)
            else:
                arn = task.arn if task else self._state.arn("task", cluster.name, last_part(reference))
                failures.append({"arn": arn, "reason": "TASK_NOT_VALID" if task else "MISSING"})
        return tasks, failures

    def _answer(self, tasks: list[Task], failures: list[dict[str, str]]) -> Answer:
        return {"protectedTasks": [self._shown(task) for task in tasks], "failures": failures}

    def _shown(self, task: Task) -> dict[str, Any]:
        """The shape ``ProtectedTask``."""
        protected = task.protected(self._state.now)
        end = {"expirationDate": task.protected_until} if protected else {}
        return {"taskArn": task.arn, "protectionEnabled": protected} | end


def _can_be_protected(task: Task) -> bool:
    return task.wanted and task.plan.group.startswith("service:")


def _look_again(cluster: Cluster, tasks: list[Task]) -> None:
    for service in cluster.live_services:
        for replicas in service.replicas:
            if any(task in replicas.tasks for task in tasks):
                replicas.owner()
