"""ECS's answers as ``live`` types. Pure: a dictionary in, a frozen record out; times may be numbers or datetimes."""

from collections.abc import Mapping
from typing import Any

from reconcilers.attempts import Attempt, AttemptState, AwsReason
from reconcilers.aws.moments import seconds
from reconcilers.live_service import LiveService, LoadBalancer, RollingDeployment, TaskSet

_APART = frozenset({"events", "taskSets", "deployments"})
# What DescribeServices tells of the deployments alone: a service has what its PRIMARY one has.
_OF_DEPLOYMENTS = frozenset({"serviceConnectConfiguration", "volumeConfigurations", "vpcLatticeConfigurations"})
_STATES = {
    "PENDING": AttemptState.RUNNING,
    "IN_PROGRESS": AttemptState.RUNNING,
    "SUCCESSFUL": AttemptState.SUCCEEDED,
    "STOP_REQUESTED": AttemptState.STOPPING,
    "STOPPED": AttemptState.STOPPED,
    "ROLLBACK_REQUESTED": AttemptState.STOPPING,
    "ROLLBACK_IN_PROGRESS": AttemptState.STOPPING,
    "ROLLBACK_SUCCESSFUL": AttemptState.ROLLED_BACK,
    "ROLLBACK_FAILED": AttemptState.FAILED,
}


def live_service(answer: Mapping[str, Any]) -> LiveService:
    """An entry of DescribeServices' ``services``, with what only its PRIMARY deployment shows."""
    return LiveService(
        arn=answer["serviceArn"],
        name=answer["serviceName"],
        cluster_arn=answer.get("clusterArn", ""),
        status=answer.get("status", "ACTIVE"),
        controller=answer.get("deploymentController", {}).get("type", "ECS"),
        task_definition_arn=answer.get("taskDefinition", ""),
        desired_count=answer.get("desiredCount", 0),
        running_count=answer.get("runningCount", 0),
        load_balancers=tuple(_load_balancer(each) for each in answer.get("loadBalancers", ())),
        task_sets=tuple(_task_set(each) for each in answer.get("taskSets", ())),
        deployments=tuple(_deployment(each) for each in answer.get("deployments", ())),
        definition=_of_primary(answer) | {name: value for name, value in answer.items() if name not in _APART},
        created_at=seconds(answer.get("createdAt")),
        created_by=answer.get("createdBy"),
    )


def _of_primary(answer: Mapping[str, Any]) -> dict[str, Any]:
    primary = [each for each in answer.get("deployments", ()) if each.get("status") == "PRIMARY"]
    return {name: each[name] for each in primary for name in _OF_DEPLOYMENTS & each.keys()}


def _load_balancer(answer: Mapping[str, Any]) -> LoadBalancer:
    return LoadBalancer(
        target_group_arn=answer.get("targetGroupArn"),
        container_name=answer.get("containerName", ""),
        container_port=answer.get("containerPort", 0),
    )


def _task_set(answer: Mapping[str, Any]) -> TaskSet:
    groups = (each.get("targetGroupArn") for each in answer.get("loadBalancers", ()))
    return TaskSet(
        id=answer["id"],
        status=answer["status"],
        task_definition_arn=answer.get("taskDefinition", ""),
        external_id=answer.get("externalId") or None,
        stability=answer.get("stabilityStatus", "STEADY_STATE"),
        target_group_arns=tuple(group for group in groups if group),
        desired=answer.get("computedDesiredCount", 0),
        running=answer.get("runningCount", 0),
        pending=answer.get("pendingCount", 0),
    )


def _deployment(answer: Mapping[str, Any]) -> RollingDeployment:
    return RollingDeployment(
        id=answer["id"],
        status=answer["status"],
        task_definition_arn=answer.get("taskDefinition", ""),
        rollout_state=answer.get("rolloutState"),
        desired=answer.get("desiredCount", 0),
        running=answer.get("runningCount", 0),
        pending=answer.get("pendingCount", 0),
        failed_tasks=answer.get("failedTasks", 0),
    )


def rolling_attempt(answer: Mapping[str, Any], task_definition_arn: str | None) -> Attempt:
    """An entry of DescribeServiceDeployments, with the task definition that its target revision runs."""
    state = _STATES.get(answer["status"], AttemptState.RUNNING)
    return Attempt(
        id=answer["serviceDeploymentArn"],
        state=state,
        aws_status=answer["status"],
        created_at=seconds(answer.get("createdAt")) or 0.0,
        task_definition_arn=task_definition_arn,
        finished_at=seconds(answer.get("finishedAt") or answer.get("stoppedAt")),
        reason=None if state is AttemptState.SUCCEEDED else _rolling_reason(answer),
    )


def _rolling_reason(answer: Mapping[str, Any]) -> AwsReason | None:
    """Why ECS ended it. ECS gives sentences and no codes, so the monitor that triggered lends its name."""
    message = answer.get("rollback", {}).get("reason") or answer.get("statusReason") or ""
    if answer.get("deploymentCircuitBreaker", {}).get("status") == "TRIGGERED":
        return AwsReason("CIRCUIT_BREAKER", message or "The deployment circuit breaker was triggered.")
    alarms = answer.get("alarms", {})
    if alarms.get("status") == "TRIGGERED":
        names = " ".join(f"<{each}>" for each in alarms.get("triggeredAlarmNames", ()))  # as CodeDeploy tells them
        return AwsReason("ALARM_ACTIVE", f"{message} Activated alarms: {names}".strip() if names else message)
    return AwsReason(answer["status"], message) if message else None
