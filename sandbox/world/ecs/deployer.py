"""Service deployments: from UpdateService to the last word, a rollback included."""

from sandbox.world.ecs import rollout
from sandbox.world.ecs.deployment import (
    ACTIVE,
    COMPLETED,
    FAILED,
    PRIMARY,
    Deployment,
    ServiceDeployment,
    ServiceRevision,
    pinned,
)
from sandbox.world.ecs.failure import ALARM, CIRCUIT_BREAKER, Cause
from sandbox.world.ecs.names import revision_id, service_deployment_id
from sandbox.world.ecs.refusals import invalid
from sandbox.world.ecs.rolling import Rolling
from sandbox.world.ecs.service import Service
from sandbox.world.ecs.state import State
from sandbox.world.ecs.task_set import TaskSet
from sandbox.world.ecs.workload import Workload

MOST_DEPLOYMENTS = 5
IN_PROGRESS = "IN_PROGRESS"
ROLLING_BACK = "ROLLBACK_IN_PROGRESS"
BAKE_TIME = "BAKE_TIME"


class Deployer:
    """Begins service deployments, watches them, and ends them."""

    def __init__(self, state: State, rolling: Rolling) -> None:
        self._state = state
        self._rolling = rolling
        rolling.at_rest = self._arrived
        rolling.failed = self._count_failure

    def deploy(self, service: Service, workload: Workload) -> ServiceDeployment:
        """Begin a service deployment; one that is still running stops where it is."""
        if len(service.deployments) >= MOST_DEPLOYMENTS:
            raise invalid(f"{len(service.deployments)} active deployments exist, unable to create new deployment.")
        if service.current:
            self._finish(service, "STOPPED", "Service deployment stopped because a newer service deployment started.")
        sources = list(service.deployments)
        target = self._rolling.deployment(service, self._revision(service, workload))
        running = self._record(service, sources, target)
        service.history.append(running)
        service.current, service.steady = running, False
        self._put_first(service, target, f"ECS deployment {target.id} in progress.")
        self._state.timeline.after(self._state.pace.rollout_start, lambda: self._begin(service, running))
        return running

    def take_over(self, service: Service, task_set: TaskSet) -> None:
        """Let the tasks of a task set be the service's completed deployment."""
        revision = self._revision(service, task_set.workload)
        deployment = self._rolling.adopt(service, revision, task_set.id, task_set.replicas)
        self._put_first(service, deployment, f"ECS deployment {deployment.id} completed.")
        deployment.rollout_state, service.stable = COMPLETED, deployment
        self._rolling.look(service)

    def fail(self, service: Service, cause: Cause, *, roll_back: bool) -> None:
        """End what is running as failed: with a rollback where one is wanted and a deployment ever completed."""
        running, failed, now = service.current, service.deployments[0], self._state.now
        if running is None:
            return
        was_rolling_back = running.status == ROLLING_BACK
        failed.rollout_state, failed.rollout_reason = FAILED, cause.rollout_reason
        failed.halted, failed.updated_at = True, now
        service.journal.say(now, f"(service {service.name}) (deployment {failed.id}) {cause.event}")
        if was_rolling_back:
            self._finish(service, "ROLLBACK_FAILED", cause.stopped)
        elif roll_back and service.stable:
            self._roll_back(service, running, service.stable, cause)
        else:
            reason = (
                f"{cause.stopped} No rollback candidate was found to run the rollback." if roll_back else cause.stopped
            )
            self._finish(service, "STOPPED", reason)

    def abandon(self, service: Service, reason: str) -> None:
        """End what is running where it stands."""
        if service.current:
            service.deployments[0].halted = True
            self._finish(service, "STOPPED", reason)

    def _record(self, service: Service, sources: list[Deployment], target: Deployment) -> ServiceDeployment:
        identity, now = service_deployment_id(self._state.chance), self._state.now
        breaker = service.configuration["deploymentCircuitBreaker"]
        running = ServiceDeployment(
            arn=self._state.arn("service-deployment", service.cluster_name, service.name, identity),
            service_arn=service.arn,
            cluster_arn=service.cluster.arn,
            target=target,
            sources=sources,
            configuration=service.configuration,
            created_at=now,
            updated_at=now,
            threshold=rollout.failure_threshold(breaker, service.desired_count),
            breaker_status="MONITORING" if breaker["enable"] else "DISABLED",
        )
        self._state.service_deployments[running.arn] = running
        return running

    def _revision(self, service: Service, workload: Workload) -> ServiceRevision:
        identity = revision_id(self._state.chance)
        arn = self._state.arn("service-revision", service.cluster_name, service.name, identity)
        images = [pinned(container, self._state.place.ecr) for container in workload.definition.containers]
        revision = ServiceRevision(arn, service.arn, service.cluster.arn, workload, self._state.now, images)
        self._state.revisions[arn] = revision
        return revision

    def _put_first(self, service: Service, deployment: Deployment, reason: str) -> None:
        now = self._state.now
        others = [other for other in service.deployments if other is not deployment]
        for other in others:
            other.status, other.updated_at = ACTIVE, now
        service.deployments = [deployment, *others]
        deployment.status, deployment.halted, deployment.updated_at = PRIMARY, False, now
        deployment.rollout_state, deployment.rollout_reason = IN_PROGRESS, reason
        service.workload = deployment.revision.workload

    def _begin(self, service: Service, running: ServiceDeployment) -> None:
        if service.current is not running or running.status != "PENDING":
            return
        running.status, running.started_at, running.updated_at = IN_PROGRESS, self._state.now, self._state.now
        if running.alarm_names and not self._alarming(running):
            running.alarm_status = "MONITORING"
            self._watch(service, running)
        self._rolling.look(service)

    def _watch(self, service: Service, running: ServiceDeployment) -> None:
        """Look at the alarms, and again after a while, as long as the deployment goes forward."""
        if service.current is not running or running.status != IN_PROGRESS:
            return
        running.triggered = self._alarming(running)
        if running.triggered:
            running.alarm_status = "TRIGGERED"
            self.fail(service, ALARM, roll_back=running.configuration["alarms"]["rollback"])
        else:
            self._state.timeline.after(self._state.pace.alarm_poll, lambda: self._watch(service, running))

    def _alarming(self, running: ServiceDeployment) -> list[str]:
        state_of = self._state.place.cloudwatch.state_of
        return [name for name in running.alarm_names if state_of(name) == "ALARM"]

    def _count_failure(self, service: Service, deployment: Deployment) -> None:
        running = service.current
        if running is None or deployment is not service.deployments[0]:
            return
        breaker = running.configuration["deploymentCircuitBreaker"]
        running.failures, running.updated_at = deployment.failed_tasks, self._state.now
        running.threshold = rollout.failure_threshold(breaker, service.desired_count)
        if breaker["enable"] and running.failures >= running.threshold:
            running.breaker_status = "TRIGGERED"
            self.fail(service, CIRCUIT_BREAKER, roll_back=breaker["rollback"])

    def _roll_back(self, service: Service, running: ServiceDeployment, stable: Deployment, cause: Cause) -> None:
        if stable not in service.deployments:
            stable = self._rolling.deployment(service, stable.revision)
        now = self._state.now
        running.status, running.updated_at, running.reason, running.stage = ROLLING_BACK, now, cause.rolled_back, None
        arn = stable.revision.arn
        running.rollback = {"reason": cause.rolled_back, "startedAt": now, "serviceRevisionArn": arn}
        stable.replicas.failed = 0
        self._put_first(service, stable, f"{cause.rolling_back} {stable.id}.")
        service.journal.say(now, f"(service {service.name}) rolling back to deployment {stable.id}.")
        self._rolling.look(service)

    def _arrived(self, service: Service) -> None:
        """The service is at rest: the deployment bakes, or is complete."""
        running = service.current
        if running is None:
            self._rest(service)
        elif running.stage is None:
            minutes = running.configuration["bakeTimeInMinutes"]
            if minutes and running.status == IN_PROGRESS:
                running.stage = BAKE_TIME
                self._state.timeline.after(minutes * 60.0, lambda: self._baked(service, running))
            else:
                self._complete(service, running)

    def _baked(self, service: Service, running: ServiceDeployment) -> None:
        if service.current is running and running.stage == BAKE_TIME:
            self._complete(service, running)

    def _complete(self, service: Service, running: ServiceDeployment) -> None:
        primary = service.deployments[0]
        primary.rollout_state, primary.updated_at = COMPLETED, self._state.now
        primary.rollout_reason = f"ECS deployment {primary.id} completed."
        service.stable = primary
        service.journal.say(
            self._state.now, f"(service {service.name}) (deployment {primary.id}) deployment completed."
        )
        self._finish(service, "ROLLBACK_SUCCESSFUL" if running.status == ROLLING_BACK else "SUCCESSFUL", running.reason)
        self._rest(service)

    def _rest(self, service: Service) -> None:
        service.journal.rest(self._state.now, f"(service {service.name}) has reached a steady state.")

    def _finish(self, service: Service, status: str, reason: str | None) -> None:
        running, now = service.current, self._state.now
        if running is None:
            return
        running.status, running.reason, running.stage = status, reason, None
        running.finished_at = running.updated_at = now
        running.stopped_at = now if status == "STOPPED" else None
        if running.breaker_status == "MONITORING":
            running.breaker_status = "MONITORING_COMPLETE"
        if running.alarm_status == "MONITORING":
            running.alarm_status = "MONITORING_COMPLETE"
        service.current = None
