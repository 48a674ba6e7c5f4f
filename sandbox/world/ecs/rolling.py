"""The scheduler of rolling services: it replaces tasks, version by version, and keeps their number."""

from collections.abc import Callable

from sandbox.world.ecs import rollout
from sandbox.world.ecs.deployment import Deployment, ServiceRevision
from sandbox.world.ecs.names import task_set_id
from sandbox.world.ecs.replicas import Replicas
from sandbox.world.ecs.scheduler import Scheduler
from sandbox.world.ecs.service import ACTIVE, Service
from sandbox.world.ecs.state import State
from sandbox.world.ecs.task import TaskPlan


class Rolling:
    """Moves a service's tasks towards its PRIMARY deployment, within the service's percentages.

    ``at_rest`` is told when a service has what it wants and nothing else; ``failed`` of every task that failed.
    """

    def __init__(self, state: State, scheduler: Scheduler) -> None:
        self._state = state
        self._scheduler = scheduler
        self.at_rest: Callable[[Service], None] = lambda _: None
        self.failed: Callable[[Service, Deployment], None] = lambda _, __: None

    def deployment(self, service: Service, revision: ServiceRevision) -> Deployment:
        """A new deployment, without tasks yet."""
        identity = task_set_id(self._state.chance)
        plan = TaskPlan(
            workload=revision.workload.concretely(),
            group=f"service:{service.name}",
            started_by=identity,
            grace=service.settings["healthCheckGracePeriodSeconds"],
            takes_commands=service.settings["enableExecuteCommand"],
        )
        replicas = Replicas(self._scheduler, self._state, service.cluster, plan)
        return self.adopt(service, revision, identity, replicas)

    def adopt(self, service: Service, revision: ServiceRevision, identity: str, replicas: Replicas) -> Deployment:
        """A deployment of tasks that are there already."""
        now = self._state.now
        replicas.journal, replicas.speaker = service.journal, f"(service {service.name})"
        deployment = Deployment(identity, revision, replicas, now, now, service.desired_count)
        replicas.owner = lambda: self.look(service)
        replicas.on_ready = lambda: self._forgive(service, deployment)
        replicas.on_failure = lambda: self.failed(service, deployment)
        return deployment

    def look(self, service: Service) -> None:
        """Start what may start, stop what may stop, and notice the end of it."""
        pending = service.current is not None and service.current.status == "PENDING"
        if service.status != ACTIVE or pending:
            return
        primary, *older = service.deployments
        if not primary.halted:
            # What stops makes room for what starts.
            self._shrink(service, primary, older)
            self._grow(service, primary)
        self._forget_replaced(service)
        self._notice_rest(service, primary)

    @staticmethod
    def _grow(service: Service, primary: Deployment) -> None:
        primary.desired = service.desired_count
        wanted = sum(len(group.wanted) for group in service.replicas)
        room = rollout.may_start(service.configuration, service.desired_count, wanted)
        primary.replicas.start(min(room, service.desired_count - len(primary.replicas.wanted)))

    @staticmethod
    def _shrink(service: Service, primary: Deployment, older: list[Deployment]) -> None:
        primary.replicas.stop_surplus(service.desired_count)
        for deployment in older:
            replicas = deployment.replicas
            replicas.stop([task for task in replicas.expendable if not task.ready])
            ready = sum(group.ready for group in service.replicas)
            replicas.stop(replicas.expendable[: rollout.may_stop(service.configuration, service.desired_count, ready)])
            deployment.desired = len(replicas.wanted)

    @staticmethod
    def _forget_replaced(service: Service) -> None:
        primary, *older = service.deployments
        service.deployments = [primary, *(each for each in older if each.replicas.wanted or each.replicas.present)]

    def _notice_rest(self, service: Service, primary: Deployment) -> None:
        rests = self._rests(service, primary)
        if rests and not service.steady:
            self._state.timeline.after(self._state.pace.steady, lambda: self._confirm_rest(service, primary))
        service.steady = rests

    def _confirm_rest(self, service: Service, primary: Deployment) -> None:
        if service.status == ACTIVE and service.steady and self._rests(service, primary):
            self.at_rest(service)

    @staticmethod
    def _rests(service: Service, primary: Deployment) -> bool:
        replicas = primary.replicas
        complete = replicas.ready == len(replicas.wanted) == service.desired_count
        return complete and service.deployments == [primary]

    @staticmethod
    def _forgive(service: Service, deployment: Deployment) -> None:
        if service.configuration["deploymentCircuitBreaker"]["resetOnHealthyTask"]:
            deployment.replicas.failed = 0
