"""The tasks of one task set or one deployment."""

from collections.abc import Callable

from sandbox.world.ecs.cluster import Cluster
from sandbox.world.ecs.journal import Journal
from sandbox.world.ecs.scheduler import Scheduler
from sandbox.world.ecs.state import State
from sandbox.world.ecs.task import NOT_YET_RUNNING, STILL_THERE, Task, TaskPlan

IMPAIRED = 3
"""How many failures in a row the scheduler remarks upon."""


class Replicas:
    """Equal tasks, counted as ECS counts them.

    ``owner`` is asked to look again after every change (what to start and what to stop is the owner's decision),
    ``on_ready`` and ``on_failure`` are told of a task that became healthy and of one that failed.
    ``failed`` counts the tasks that ended of their own fault; ``speaker`` is how the journal names these tasks.
    """

    def __init__(self, scheduler: Scheduler, state: State, cluster: Cluster, plan: TaskPlan) -> None:
        self._scheduler = scheduler
        self._state = state
        self._cluster = cluster
        self.plan = plan
        self.tasks: list[Task] = []
        self.failed = 0
        self.resting = False
        self._stopping = False
        self.speaker = ""
        self.journal: Journal | None = None
        self.owner: Callable[[], None] = lambda: None
        self.on_ready: Callable[[], None] = lambda: None
        self.on_failure: Callable[[], None] = lambda: None

    @property
    def wanted(self) -> list[Task]:
        """The tasks that are meant to run."""
        return [task for task in self.tasks if task.wanted]

    @property
    def expendable(self) -> list[Task]:
        """The wanted tasks that may be stopped: nobody has protected them."""
        return [task for task in self.wanted if not task.protected(self._state.now)]

    @property
    def running(self) -> int:
        return sum(task.running for task in self.tasks)

    @property
    def pending(self) -> int:
        return sum(task.last_status in NOT_YET_RUNNING for task in self.tasks)

    @property
    def ready(self) -> int:
        return sum(task.ready for task in self.tasks)

    @property
    def present(self) -> int:
        """Tasks that have not begun to end: draining ones count."""
        return sum(task.last_status in STILL_THERE for task in self.tasks)

    def start(self, count: int) -> None:
        """Start ``count`` tasks, unless the last one failed a moment ago."""
        if count <= 0 or self.resting:
            return
        started = [self._scheduler.start(self._cluster, self.plan, self._changed) for _ in range(count)]
        self.tasks += started
        self._say(f"has started {count} tasks: {_listed(started)}.")

    def stop(self, tasks: list[Task]) -> None:
        """Stop these tasks, because the scheduler wants fewer."""
        if not tasks:
            return
        draining = sum(task.running for task in tasks) if self.plan.workload.load_balancers else 0
        reason = f"Scaling activity initiated by (deployment {self.plan.started_by})"
        if draining:
            self._say(f"has begun draining connections on {draining} tasks.")
        self._stopping = True
        for task in tasks:
            if task.running:
                self._say_of_targets("deregistered", task)
            self._scheduler.stop(task, "ServiceSchedulerInitiated", reason)
        self._stopping = False
        self._say(f"has stopped {len(tasks)} running tasks: {_listed(tasks)}.")

    def stop_surplus(self, desired: int) -> None:
        """Stop what is wanted beyond ``desired``, the youngest and least ready first."""
        surplus = len(self.wanted) - desired
        if surplus > 0:
            least_ready_first = sorted(self.expendable, key=lambda task: (task.ready, -task.created_at.timestamp()))
            self.stop(least_ready_first[:surplus])

    def _changed(self, task: Task) -> None:
        if task.last_status == "STOPPED":
            self.tasks.remove(task)
        if task.last_status == "RUNNING" and not task.ready:
            self._say_of_targets("registered", task)
        if task.ready:
            self.on_ready()
        if task.last_status == "DEACTIVATING" and task.failed:
            self._say_of_sickness(task)
        # A failed task passes through one of these once: DEACTIVATING after failed checks, else DEPROVISIONING.
        if task.failed and task.last_status in {"DEACTIVATING", "DEPROVISIONING"}:
            self._rest()
        # The owner who stops tasks is looking at this very moment, and goes on to look at what is left.
        if not self._stopping:
            self.owner()

    def _rest(self) -> None:
        self.failed += 1
        self.resting = True
        if self.failed == IMPAIRED:
            self._say(
                "is unable to consistently start tasks successfully. "
                "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."
            )
        self._state.timeline.after(self._state.pace.retry, self._rested)
        self.on_failure()

    def _rested(self) -> None:
        self.resting = False
        self.owner()

    def _say_of_targets(self, verb: str, task: Task) -> None:
        for target_group, _ in task.plan.targets(task.address):
            self._say(f"{verb} 1 targets in (target-group {target_group})")

    def _say_of_sickness(self, task: Task) -> None:
        for target_group, (_, port) in task.plan.targets(task.address):
            where = f"(task {task.id}) (port {port}) is unhealthy in (target-group {target_group})"
            self._say(f"{where} due to (reason Health checks failed).")

    def _say(self, what: str) -> None:
        if self.journal is not None:
            self.journal.say(self._state.now, f"{self.speaker} {what}")


def _listed(tasks: list[Task]) -> str:
    return " ".join(f"(task {task.id})" for task in tasks)
