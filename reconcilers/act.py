"""A plan's actions in, calls out, in order. A preview prints the same actions and calls nothing."""

from collections.abc import Iterator
from typing import assert_never

from reconcilers.actions import (
    Action,
    CreateDeployment,
    Done,
    EndTerminationWait,
    RegisterTaskDefinition,
    StartRolling,
    StopDeployment,
    StopServiceDeployment,
    TagRevision,
    UpdateService,
)
from reconcilers.aws.gateways import Gateways


def act(gateways: Gateways, actions: tuple[Action, ...]) -> Iterator[Done]:
    """Do one action after the other, each as it is asked for, so that what was done is known where one fails.

    The ARN of a registered revision goes to the deployment after it that names none. Raises ``Retry`` or ``Stalled``.
    """
    registered: str | None = None
    for action in actions:
        result = _do(gateways, action, registered)
        if isinstance(action, RegisterTaskDefinition):
            registered = result
        yield Done(action, result)


def _do(gateways: Gateways, action: Action, registered: str | None) -> str:
    match action:
        case RegisterTaskDefinition():
            return gateways.ecs.register(action.definition, action.tags)
        case CreateDeployment():
            arn = _shipped(action.task_definition_arn, registered)
            return gateways.codedeploy.create_deployment(action, arn)
        case StartRolling():
            return _start_rolling(gateways, action, _shipped(action.task_definition_arn, registered))
        case _:
            return _touch(gateways, action)


def _touch(
    gateways: Gateways,
    action: TagRevision | StopDeployment | EndTerminationWait | UpdateService | StopServiceDeployment,
) -> str:
    """What concerns something that is there already."""
    match action:
        case TagRevision(arn=arn, tags=tags):
            gateways.ecs.tag(arn, tags)
            return arn
        case StopDeployment(deployment_id=deployment):
            gateways.codedeploy.stop(deployment)
            return deployment
        case EndTerminationWait(deployment_id=deployment):
            gateways.codedeploy.end_termination_wait(deployment)
            return deployment
        case UpdateService(cluster=cluster, service=service, fields=fields):
            return gateways.ecs.update_service(cluster, service, fields).arn
        case StopServiceDeployment(arn=arn):
            gateways.ecs.stop_service_deployment(arn)
            return arn
        case _:
            assert_never(action)


def _start_rolling(gateways: Gateways, action: StartRolling, arn: str) -> str:
    service = gateways.ecs.update_service(action.cluster, action.service, {**action.fields, "taskDefinition": arn})
    return next((each.id for each in service.deployments if each.status == "PRIMARY"), service.arn)


def _shipped(named: str | None, registered: str | None) -> str:
    arn = named or registered
    if arn is None:
        raise ValueError("A deployment names no revision, and its plan registers none before it.")
    return arn
