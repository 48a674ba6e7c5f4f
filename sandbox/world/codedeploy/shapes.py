"""Deployments and their targets, as AWS tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.world.calls import Answer, copied
from sandbox.world.codedeploy.records import Deployment, LifecycleEvent, Status
from sandbox.world.codedeploy.revisions import location
from sandbox.world.codedeploy.shift import shares_now
from sandbox.world.moments import moment

if TYPE_CHECKING:
    from sandbox.world.ecs.task_set import TaskSet
    from sandbox.world.world import Place

OVERVIEW = ("Pending", "InProgress", "Succeeded", "Failed", "Skipped", "Ready")


def deployment_info(deployment: Deployment) -> Answer:
    """The shape ``DeploymentInfo``: never an AppSpec's content, never a lifecycle event.

    An overview only at the end.
    """
    group = deployment.group
    told = {
        "applicationName": group.application,
        "deploymentGroupName": group.name,
        "deploymentConfigName": deployment.config.name,
        "deploymentId": deployment.id,
        "previousRevision": location(deployment.previous),
        "revision": location(deployment.revision),
        "status": str(deployment.status),
        "errorInformation": _fault(deployment),
        "description": deployment.request.get("description"),
        "creator": deployment.creator,
        "ignoreApplicationStopFailures": False,
        "autoRollbackConfiguration": copied(deployment.auto_rollback),
        "updateOutdatedInstancesOnly": False,
        "rollbackInfo": dict(deployment.rollback_info) or None,
        "deploymentStyle": copied(group.shape["deploymentStyle"]),
        "instanceTerminationWaitTimeStarted": deployment.termination_wait_started,
        "blueGreenDeploymentConfiguration": copied(group.shape["blueGreenDeploymentConfiguration"]),
        "loadBalancerInfo": copied(group.shape["loadBalancerInfo"]),
        "fileExistsBehavior": "DISALLOW",
        "deploymentStatusMessages": [],
        "computePlatform": "ECS",
        "overrideAlarmConfiguration": copied(deployment.request.get("overrideAlarmConfiguration")),
        "deploymentOverview": _overview(deployment),
    }
    return {key: value for key, value in (told | _times(deployment)).items() if value is not None}


def _times(deployment: Deployment) -> Answer:
    times = {
        "createTime": deployment.created_at,
        "startTime": deployment.started_at,
        "completeTime": deployment.completed_at,
    }
    return {key: moment(value) for key, value in times.items() if value is not None}


def _fault(deployment: Deployment) -> Answer | None:
    fault = deployment.fault
    return None if fault is None else {"code": fault.code, "message": fault.message}


def _overview(deployment: Deployment) -> Answer | None:
    if not deployment.status.over:
        return None
    counted = "Succeeded" if deployment.status is Status.SUCCEEDED else "Failed"
    return {name: int(name == counted) for name in OVERVIEW}


def target_id(deployment: Deployment) -> str:
    return ":".join(deployment.group.service)


def deployment_target(place: Place, deployment: Deployment) -> Answer:
    """The shape ``DeploymentTarget``: an ECS target with its eight lifecycle events and its task sets."""
    shares = deployment.shares if deployment.status.over else shares_now(place, deployment)
    cluster, service = deployment.group.service
    sets = ((deployment.blue, "Blue"), (deployment.green, "Green"))
    return {
        "deploymentTargetType": "ECSTarget",
        "ecsTarget": {
            "deploymentId": deployment.id,
            "targetId": target_id(deployment),
            "targetArn": place.arn("ecs", f"service/{cluster}/{service}"),
            "lastUpdatedAt": moment(deployment.updated_at),
            "lifecycleEvents": [_event(event) for event in deployment.events],
            "status": _target_status(deployment.status),
            "taskSetsInfo": [_task_set(one, label, shares) for one, label in sets if one is not None],
        },
    }


def _target_status(status: Status) -> str:
    match status:
        case Status.CREATED | Status.QUEUED:
            return "Pending"
        case Status.IN_PROGRESS | Status.BAKING:
            return "InProgress"
        case Status.STOPPED:
            return "Failed"
        case Status.READY | Status.SUCCEEDED | Status.FAILED:
            return str(status)


def _event(event: LifecycleEvent) -> Answer:
    told: Answer = {"lifecycleEventName": event.name, "status": event.status}
    if event.started_at is not None:
        told["startTime"] = moment(event.started_at)
    if event.ended_at is not None:
        told["endTime"] = moment(event.ended_at)
    if event.message is not None:
        told["diagnostics"] = {"errorCode": "UnknownError", "scriptName": "", "message": event.message, "logTail": ""}
    return told


def _task_set(task_set: TaskSet, label: str, shares: dict[str, int]) -> Answer:
    """``identifer`` is AWS's own spelling; the label is the role in this deployment.

    Whatever the target group's name.
    """
    arn = task_set.target_group_arn or ""
    return {
        "identifer": task_set.id,
        "desiredCount": task_set.computed_desired,
        "pendingCount": task_set.pending,
        "runningCount": task_set.running,
        "status": task_set.status,
        "trafficWeight": float(shares.get(arn, 0)),
        "targetGroup": {"name": arn.split("/")[1] if "/" in arn else ""},
        "taskSetLabel": label,
    }
