"""What CodeDeploy does to ECS and to the load balancer as the deployment group's role, told to CloudTrail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sandbox.world.calls import Answer
from sandbox.world.codedeploy.records import Deployment

if TYPE_CHECKING:
    from sandbox.world.ecs.task_set import TaskSet
    from sandbox.world.world import Place


def created(place: Place, deployment: Deployment, green: TaskSet) -> None:
    """The replacement task set was made."""
    asked = {
        **_names(green),
        "externalId": deployment.id,
        "taskDefinition": green.task_definition_arn,
        "scale": {"value": green.scale, "unit": "PERCENT"},
    }
    _note(place, deployment, ("ecs", "CreateTaskSet"), asked, {"taskSet": green.to_answer()})


def made_primary(place: Place, deployment: Deployment, task_set: TaskSet) -> None:
    """A task set stands for the service from now on."""
    asked = {**_names(task_set), "primaryTaskSet": task_set.arn}
    _note(place, deployment, ("ecs", "UpdateServicePrimaryTaskSet"), asked, {"taskSet": task_set.to_answer()})


def drained(place: Place, deployment: Deployment, task_set: TaskSet) -> None:
    """A task set is not needed any more."""
    asked = {**_names(task_set), "taskSet": task_set.arn, "force": True}
    _note(place, deployment, ("ecs", "DeleteTaskSet"), asked, {"taskSet": task_set.to_answer()})


def weighed(place: Place, deployment: Deployment, listener: str, shares: Mapping[str, int]) -> None:
    """A listener forwards by other weights than before."""
    groups = [{"targetGroupArn": arn, "weight": weight} for arn, weight in shares.items()]
    actions = [{"type": "forward", "forwardConfig": {"targetGroups": groups}}]
    asked = {"listenerArn": listener, "defaultActions": actions}
    _note(place, deployment, ("elbv2", "ModifyListener"), asked, {"listeners": [asked]})


def _names(task_set: TaskSet) -> dict[str, str]:
    return {"cluster": task_set.service.cluster.arn, "service": task_set.service.arn}


def _note(place: Place, deployment: Deployment, call: tuple[str, str], asked: Answer, answer: Answer) -> None:
    place.trail.on_behalf("codedeploy", deployment.group.shape["serviceRoleArn"], call, asked, answer)
