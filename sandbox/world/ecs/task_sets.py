"""The scheduler of task sets: makes them, keeps them at their size, and lets them go."""

from dataclasses import replace
from typing import Any

from sandbox.world.ecs import service_rules as rules
from sandbox.world.ecs.names import task_set_id
from sandbox.world.ecs.refusals import invalid
from sandbox.world.ecs.replicas import Replicas
from sandbox.world.ecs.scheduler import Scheduler
from sandbox.world.ecs.service import Service
from sandbox.world.ecs.state import State
from sandbox.world.ecs.task import TaskPlan
from sandbox.world.ecs.task_set import ACTIVE, DRAINING, PRIMARY, STABILIZING, STEADY_STATE, TaskSet, TaskSetRequest
from sandbox.world.ecs.workload import Workload, network

MOST_TASK_SETS = 5


class TaskSets:
    """Makes task sets, keeps them at their size, and lets them go."""

    def __init__(self, state: State, scheduler: Scheduler) -> None:
        self._state = state
        self._scheduler = scheduler

    def workload(self, service: Service, request: TaskSetRequest) -> Workload:
        """What a request ships, completed by what the service has. Raises ECS's refusal of what cannot be."""
        definition = self._state.families.usable(request.task_definition_arn)
        balancer = {
            "targetGroupArn": request.target_group_arn,
            "containerName": request.container_name,
            "containerPort": request.container_port,
        }
        current = service.workload or Workload(definition)
        changed = {
            "network_configuration": network(request.network_configuration),
            "platform_version": request.platform_version,
            "capacity_provider_strategy": request.capacity_provider_strategy,
        }
        given: dict[str, Any] = {name: value for name, value in changed.items() if value is not None}
        workload = replace(current, definition=definition, load_balancers=[balancer], **given)
        rules.check_network(workload.network_configuration, definition)
        rules.check_load_balancers(workload.load_balancers, definition, self._state.place.elbv2)
        return workload

    def create(
        self, service: Service, workload: Workload, external_id: str | None, started_by: str, scale: float = 100.0
    ) -> TaskSet:
        """A new task set: ACTIVE, or PRIMARY where it is the service's first. Its tasks begin to start."""
        if len(service.task_sets) >= MOST_TASK_SETS:
            raise invalid(
                f"{len(service.task_sets)} deployments exist on the service. "
                "Unable to create new TaskSet since this exceeds the maximum limit."
            )
        identity, now = task_set_id(self._state.chance), self._state.now
        workload = replace(workload, network_configuration=self._reordered(workload.network_configuration))
        task_set = TaskSet(
            id=identity,
            arn=self._state.arn("task-set", service.cluster_name, service.name, identity),
            service=service,
            workload=workload,
            replicas=self._replicas(service, workload, identity),
            started_by=started_by,
            external_id=external_id,
            created_at=now,
            updated_at=now,
            stability_at=now,
            scale=scale,
        )
        task_set.replicas.owner = lambda: self.look(task_set)
        task_set.status = ACTIVE if service.task_sets else PRIMARY
        service.task_sets.append(task_set)
        self.look(task_set)
        return task_set

    def make_primary(self, task_set: TaskSet) -> None:
        """Let a task set stand for its service, whose own parameters follow it; the former primary stays ACTIVE."""
        service = task_set.service
        for other in service.task_sets:
            if other.status == PRIMARY:
                self._touch(other, ACTIVE)
        self._touch(task_set, PRIMARY)
        service.workload = task_set.workload

    def rescale(self, task_set: TaskSet, scale: float | None = None) -> None:
        """Follow a new scale (in percent), or the service's new desired count."""
        if task_set.status == DRAINING:
            return
        if scale is not None:
            task_set.scale = scale
            self._touch(task_set)
        desired = task_set.computed_desired
        self._say(task_set.service, f"updated computedDesiredCount for taskSet {task_set.id} to {desired}.")
        self.look(task_set)

    def drain(self, task_set: TaskSet) -> None:
        """Scale to nothing: connections drain, tasks stop, and then the task set is gone."""
        if task_set.status == DRAINING:
            return
        task_set.scale = 0.0
        self._touch(task_set, DRAINING)
        self._say(task_set.service, f"updated computedDesiredCount for taskSet {task_set.id} to 0.")
        self.look(task_set)

    def look(self, task_set: TaskSet) -> None:
        """Start and stop what the size asks for, and notice rest and unrest."""
        replicas, desired = task_set.replicas, task_set.computed_desired
        if task_set.status == DRAINING and not replicas.tasks:
            if task_set in task_set.service.task_sets:
                task_set.service.task_sets.remove(task_set)
            return
        replicas.stop_surplus(desired)
        replicas.start(desired - len(replicas.wanted))
        if not self._at_rest(task_set):
            self._stability(task_set, STABILIZING)
        elif task_set.stability == STABILIZING and not task_set.settling:
            task_set.settling = True
            self._state.timeline.after(self._state.pace.steady, lambda: self._settle(task_set))

    def _settle(self, task_set: TaskSet) -> None:
        task_set.settling = False
        if task_set.status != DRAINING and self._at_rest(task_set) and task_set.stability == STABILIZING:
            self._stability(task_set, STEADY_STATE)
            self._say(task_set.service, "has reached a steady state.", task_set)
            if all(other.stability == STEADY_STATE for other in task_set.service.task_sets):
                service = task_set.service
                service.journal.rest(self._state.now, f"(service {service.name}) has reached a steady state.")

    def _at_rest(self, task_set: TaskSet) -> bool:
        desired, replicas = task_set.computed_desired, task_set.replicas
        if not desired:
            return self._state.place.world.switches.empty_task_set_is_stable
        return replicas.ready == desired == len(replicas.wanted)

    def _stability(self, task_set: TaskSet, stability: str) -> None:
        if task_set.stability != stability:
            task_set.stability = stability
            task_set.stability_at = self._state.now

    def _touch(self, task_set: TaskSet, status: str | None = None) -> None:
        task_set.status = status or task_set.status
        task_set.updated_at = self._state.now

    def _replicas(self, service: Service, workload: Workload, identity: str) -> Replicas:
        plan = TaskPlan(
            workload=workload.concretely(),
            group=f"service:{service.name}",
            started_by=identity,
            grace=service.settings["healthCheckGracePeriodSeconds"],
            takes_commands=service.settings["enableExecuteCommand"],
        )
        replicas = Replicas(self._scheduler, self._state, service.cluster, plan)
        replicas.journal = service.journal
        replicas.speaker = f"(service {service.name}, taskSet {identity})"
        return replicas

    def _reordered(self, configuration: dict[str, Any] | None) -> dict[str, Any] | None:
        """The same network: AWS does not keep the order of its subnets."""
        if configuration is None:
            return None
        given = configuration["awsvpcConfiguration"]
        subnets = self._state.chance.sample(given["subnets"], len(given["subnets"]))
        return {"awsvpcConfiguration": given | {"subnets": subnets}}

    def _say(self, service: Service, what: str, task_set: TaskSet | None = None) -> None:
        speaker = f"(service {service.name}, taskSet {task_set.id})" if task_set else f"(service {service.name})"
        service.journal.say(self._state.now, f"{speaker} {what}")
