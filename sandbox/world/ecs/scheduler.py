"""The life of a task, from PROVISIONING to STOPPED."""

from collections.abc import Callable

from sandbox.world.ecs.cluster import Cluster
from sandbox.world.ecs.names import dashed_id, long_id
from sandbox.world.ecs.state import State
from sandbox.world.ecs.task import Task, TaskPlan

Watcher = Callable[[Task], None]
"""Told of every change of a task's status or readiness."""

FAILED_EXIT = 1


class Scheduler:
    """Starts tasks and stops them, and moves each on when its time has come."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._watchers: dict[str, Watcher] = {}

    def start(self, cluster: Cluster, plan: TaskPlan, watcher: Watcher) -> Task:
        chance = self._state.chance
        identity = long_id(chance)
        task = Task(
            id=identity,
            arn=self._state.arn("task", cluster.name, identity),
            cluster=cluster,
            plan=plan,
            address=self._state.address(),
            interface=dashed_id(chance),
            created_at=self._state.now,
        )
        cluster.tasks[identity] = task
        self._watchers[identity] = watcher
        self._later(self._state.pace.provisioning, task, self._pull)
        return task

    def stop(self, task: Task, code: str, reason: str) -> None:
        """Stop a task: its targets drain first, then its containers are told to end."""
        if not task.wanted:
            return
        was_running = task.running
        if was_running:
            self._state.place.logs.stopping(task)
        task.desired_status = "STOPPED"
        task.ready = False
        task.stop_code, task.stopped_reason = code, reason
        task.stopping_at = self._state.now
        targets = task.plan.targets(task.address) if was_running else []
        for target_group, target in targets:
            self._state.place.elbv2.deregister_targets(target_group, [target])
        if targets:
            self._state.timeline.after(self._state.pace.deregistration, lambda: self._end(task, "STOPPING"))
            self._move(task, "DEACTIVATING")
        else:
            self._end(task, "STOPPING")

    def _pull(self, task: Task) -> None:
        self._later(self._state.pace.pulling, task, self._run)
        self._move(task, "PENDING")

    def _run(self, task: Task) -> None:
        task.started_at = self._state.now
        starts = self._state.place.traffic.starts
        for container in task.plan.workload.definition.containers:
            if not starts(container["image"]):
                task.exit_codes[container["name"]] = FAILED_EXIT
        self._state.place.logs.started(task)
        if any(container["essential"] for container in self._ended(task)):
            task.desired_status = "STOPPED"
            task.failed = True
            task.stop_code, task.stopped_reason = "EssentialContainerExited", "Essential container in task exited"
            task.stopping_at = self._state.now
            self._end(task, "DEPROVISIONING")
            return
        for target_group, target in task.plan.targets(task.address):
            self._state.place.elbv2.register_targets(target_group, [target], _images(task))
        self._move(task, "RUNNING")
        checked = any("healthCheck" in container for container in task.plan.workload.definition.containers)
        self._later(self._state.pace.container_health if checked else 0.0, task, self._look)

    @staticmethod
    def _ended(task: Task) -> list[dict[str, object]]:
        return [c for c in task.plan.workload.definition.containers if c["name"] in task.exit_codes]

    def _look(self, task: Task) -> None:
        """Ask the load balancer about a new task until it is healthy, or is given up."""
        elbv2 = self._state.place.elbv2
        groups = [target_group for target_group, _ in task.plan.targets(task.address)]
        waiting = [group for group in groups if not elbv2.healthy(group, task.address)]
        sick = next((group for group in waiting if elbv2.unhealthy(group, task.address)), None)
        if not waiting:
            task.ready = True
            self._tell(task)
        elif sick and self._age(task) >= task.plan.grace:
            task.failed = True
            self.stop(task, "ServiceSchedulerInitiated", f"Task failed ELB health checks in (target-group {sick})")
        else:
            self._later(self._state.pace.health_poll, task, self._look)

    def _age(self, task: Task) -> float:
        """Seconds of AWS's time since the task started."""
        return (self._state.now - (task.started_at or self._state.now)).total_seconds() * self._state.timeline.speed

    def _end(self, task: Task, status: str) -> None:
        self._state.timeline.after(self._state.pace.stopping, lambda: self._stopped(task))
        self._move(task, status)

    def _stopped(self, task: Task) -> None:
        task.stopped_at = self._state.now
        self._state.place.logs.stopped(task)
        for container in task.plan.workload.definition.containers:
            task.exit_codes.setdefault(container["name"], 0)
        self._state.timeline.after(self._state.pace.stopped_task_kept, lambda: self._forget(task))
        self._move(task, "STOPPED")

    def _forget(self, task: Task) -> None:
        task.cluster.tasks.pop(task.id, None)

    def _later(self, seconds: float, task: Task, step: Callable[[Task], None]) -> None:
        """Do the next step of a task's start, unless it was stopped meanwhile."""
        self._state.timeline.after(seconds, lambda: step(task) if task.wanted else None)

    def _move(self, task: Task, status: str) -> None:
        task.last_status = status
        task.version += 1
        self._tell(task)

    def _tell(self, task: Task) -> None:
        watcher = self._watchers.get(task.id)
        if task.last_status == "STOPPED":
            self._watchers.pop(task.id, None)
        if watcher:
            watcher(task)


def _images(task: Task) -> list[str]:
    return [container["image"] for container in task.plan.workload.definition.containers]
