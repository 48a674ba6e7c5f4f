"""CodeDeploy's answers as ``live`` types. Pure: a dictionary in, a frozen record out; times may be numbers or
datetimes.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from reconcilers.attempts import Attempt, AttemptState, AwsReason, Failure
from reconcilers.aws.appspec import AppSpec
from reconcilers.aws.marks import mark_in
from reconcilers.aws.moments import seconds
from reconcilers.live_service import TaskSet
from reconcilers.preflight_facts import DeploymentGroup
from reconcilers.progress import Colour, LifecycleEvent, Pace, Progress

_STATES = {
    "Ready": AttemptState.READY,
    "Succeeded": AttemptState.SUCCEEDED,
    "Failed": AttemptState.FAILED,
    "Stopped": AttemptState.STOPPED,
}  # whatever else runs: Created, Queued, InProgress, Baking, and what AWS may add


def attempt(answer: Mapping[str, Any], appspec: AppSpec) -> Attempt:
    """A DeploymentInfo. Its own ``revision`` never has the content, so ``appspec`` was looked up apart."""
    error = answer.get("errorInformation") or {}
    rollback = answer.get("rollbackInfo") or {}
    status = answer.get("status", "Created")
    return Attempt(
        id=answer["deploymentId"],
        state=_STATES.get(status, AttemptState.RUNNING),
        aws_status=status,
        created_at=created_at(answer),
        task_definition_arn=appspec.task_definition_arn,
        mark=mark_in(answer.get("description")),
        creator=answer.get("creator", "user"),
        finished_at=seconds(answer.get("completeTime")),
        reason=AwsReason(error["code"], error.get("message", "")) if error.get("code") else None,
        rollback=rollback.get("rollbackDeploymentId") or None,
        rollback_of=rollback.get("rollbackTriggeringDeploymentId") or None,
        shift_over=bool(answer.get("instanceTerminationWaitTimeStarted")) or status in ("Baking", "Succeeded"),
        hooks=appspec.hooks,
        config=answer.get("deploymentConfigName", ""),
        patience=60.0 * minutes if (minutes := _patience(answer)) is not None else None,
    )


def _patience(answer: Mapping[str, Any]) -> int | None:
    """For how many minutes a person may let the traffic go, in the answer for a deployment or for a group."""
    ready = (answer.get("blueGreenDeploymentConfiguration") or {}).get("deploymentReadyOption") or {}
    waits = ready.get("actionOnTimeout") == "STOP_DEPLOYMENT"
    return int(ready.get("waitTimeInMinutes", 0)) if waits else None


def created_at(answer: Mapping[str, Any]) -> float:
    """When a deployment was created."""
    return seconds(answer.get("createTime")) or 0.0


def final(answer: Mapping[str, Any], now: float) -> bool:
    """Whether an answer can be kept: it ended, and the name of its rollback, if it has one, has been filled in."""
    if answer.get("status") == "Succeeded":
        return True
    if answer.get("status") not in ("Failed", "Stopped"):
        return False
    ended = seconds(answer.get("completeTime"))
    named = bool((answer.get("rollbackInfo") or {}).get("rollbackDeploymentId"))
    return named or (ended is not None and now - ended > _SETTLED)


_SETTLED = 600.0  # seconds after its end in which a rollback may still be entered


def revision_location(answer: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What GetApplicationRevision takes to find the AppSpec; ``None`` where it lies elsewhere, as in S3."""
    revision = answer.get("revision") or {}
    kind = revision.get("revisionType")
    member = {"AppSpecContent": "appSpecContent", "String": "string"}.get(str(kind))
    digest = (revision.get(member) or {}).get("sha256") if member else None
    return {"revisionType": kind, member: {"sha256": digest}} if member and digest else None


def revision_content(answer: Mapping[str, Any]) -> str:
    """The AppSpec in an answer of GetApplicationRevision."""
    revision = answer.get("revision") or {}
    found = revision.get("appSpecContent") or revision.get("string") or {}
    return str(found.get("content") or "")


def deployment_group(answer: Mapping[str, Any]) -> DeploymentGroup:
    """A DeploymentGroupInfo on ECS."""
    service = _first(answer.get("ecsServices"))
    pair = _first((answer.get("loadBalancerInfo") or {}).get("targetGroupPairInfoList"))
    alarms = answer.get("alarmConfiguration") or {}
    rollback = answer.get("autoRollbackConfiguration") or {}
    return DeploymentGroup(
        application=answer["applicationName"],
        name=answer["deploymentGroupName"],
        cluster=service.get("clusterName", ""),
        service=service.get("serviceName", ""),
        config=answer.get("deploymentConfigName", ""),
        prod_listener_arns=_listeners(pair, "prodTrafficRoute"),
        test_listener_arns=_listeners(pair, "testTrafficRoute"),
        target_group_names=tuple(each["name"] for each in pair.get("targetGroups") or ()),
        alarm_names=tuple(each["name"] for each in alarms.get("alarms") or ()),
        alarms_enabled=bool(alarms.get("enabled")),
        rollback_events=tuple(rollback.get("events") or ()) if rollback.get("enabled") else (),
        ready_wait_minutes=_patience(answer) or 0,
    )


def _first(answers: Sequence[Mapping[str, Any]] | None) -> Mapping[str, Any]:
    return answers[0] if answers else {}


def _listeners(pair: Mapping[str, Any], route: str) -> tuple[str, ...]:
    return tuple((pair.get(route) or {}).get("listenerArns") or ())


def progress(target: Mapping[str, Any], task_sets: tuple[TaskSet, ...] = ()) -> Progress:
    """An ECSTarget: the Green task set is the new one in this deployment, whatever its target group is called.

    ``task_sets`` are the service's: a target names them and does not say what they run.
    """
    runs = {each.id: each.task_definition_arn for each in task_sets}
    colours = tuple(_colour(each, runs) for each in target.get("taskSetsInfo") or ())
    green = next((each for each in colours if each.green), Colour(True, 0.0, 0, 0))
    return Progress(
        traffic=green.weight,
        running=green.running,
        desired=green.desired,
        events=tuple(_event(each) for each in target.get("lifecycleEvents") or ()),
        colours=colours,
    )


def _colour(answer: Mapping[str, Any], runs: Mapping[str, str]) -> Colour:
    return Colour(
        green=answer.get("taskSetLabel") == "Green",
        weight=float(answer.get("trafficWeight") or 0.0),
        running=int(answer.get("runningCount") or 0),
        desired=int(answer.get("desiredCount") or 0),
        task_definition_arn=runs.get(answer.get("identifer", "")),  # as AWS spells it
    )


def allowed_at(target: Mapping[str, Any]) -> float | None:
    """When an ECSTarget's AllowTraffic ended well, with which all of production has moved."""
    ends = (
        seconds(each.get("endTime"))
        for each in target.get("lifecycleEvents") or ()
        if each.get("lifecycleEventName") == "AllowTraffic" and each.get("status") == "Succeeded"
    )
    return next(ends, None)


def failures(target: Mapping[str, Any]) -> tuple[Failure, ...]:
    """What went wrong in an ECSTarget, event by event."""
    failed = (each for each in target.get("lifecycleEvents") or () if each.get("status") == "Failed")
    return tuple(_failure(each) for each in failed)


def _failure(event: Mapping[str, Any]) -> Failure:
    said = event.get("diagnostics") or {}
    return Failure(event["lifecycleEventName"], str(said.get("errorCode") or "Failed"), str(said.get("message") or ""))


def pace(answer: Mapping[str, Any]) -> Pace | None:
    """A DeploymentConfigInfo's traffic routing; ``None`` where all of it moves at once."""
    routing = answer.get("trafficRoutingConfig") or {}
    linear, canary = routing.get("timeBasedLinear"), routing.get("timeBasedCanary")
    if linear:
        return Pace(float(linear.get("linearPercentage") or 0), 60.0 * float(linear.get("linearInterval") or 0))
    if canary:
        share, wait = float(canary.get("canaryPercentage") or 0), 60.0 * float(canary.get("canaryInterval") or 0)
        return Pace(share, wait, canary=True)
    return None


def _event(answer: Mapping[str, Any]) -> LifecycleEvent:
    return LifecycleEvent(
        name=answer["lifecycleEventName"],
        status=answer.get("status", "Unknown"),
        started_at=seconds(answer.get("startTime")),
        ended_at=seconds(answer.get("endTime")),
    )
