"""Install: the green task set is made and waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.errors import AwsError
from sandbox.world.codedeploy import on_behalf
from sandbox.world.codedeploy.shift import shift_of
from sandbox.world.codedeploy.words import (
    ECS_REFUSED,
    INSTALL_TIMEOUT,
    NO_PERMISSION,
    NO_SERVICE,
    NOT_BEHIND,
    STILL_DRAINING,
)
from sandbox.world.ecs.task_set import ACTIVE, DRAINING, PRIMARY, STEADY_STATE, TaskSet, TaskSetRequest

if TYPE_CHECKING:
    from sandbox.world.codedeploy.run import Run
    from sandbox.world.ecs.service import Service


def begin(run: Run) -> None:
    """Look at the service and its listener, make the green task set, and wait until it is steady."""
    deployment, place = run.deployment, run.engine.place
    cluster, name = deployment.group.service
    service = place.ecs.service(cluster, name)
    if "AmazonECS" in run.engine.denied:
        role = deployment.group.shape["serviceRoleArn"]
        run.fail("IAM_ROLE_PERMISSIONS", NO_PERMISSION.format(role=role, service="AmazonECS"))
    elif service is None or service.status != "ACTIVE":
        reason = "Service was not found." if service is None else f"Service is {service.status}."
        run.fail("INVALID_ECS_SERVICE", NO_SERVICE.format(service=name, cluster=cluster, reason=reason))
    elif _ready(run, service):
        _create(run, service)


def _ready(run: Run, service: Service) -> bool:
    """Whether the service can take a new task set; the run has failed if not."""
    deployment = run.deployment
    cluster, name = deployment.group.service
    deployment.blue = next((one for one in service.task_sets if one.status == PRIMARY), None)
    try:
        shift = shift_of(run.engine.place, deployment)
        behind = shift.blue_is_behind()
    except AwsError as error:
        run.fail("INVALID_ECS_SERVICE", NO_SERVICE.format(service=name, cluster=cluster, reason=error.message))
        return False
    if not behind:
        code = run.engine.switches.listener_error_code
        run.fail(code, NOT_BEHIND.format(listener=shift.production))
        return False
    draining = next((one for one in service.task_sets if one.status == DRAINING), None)
    if draining is not None:
        words = STILL_DRAINING.format(task_set=draining.id, listener=shift.production)
        run.fail("ECS_UPDATE_ERROR", words)
        return False
    run.shift = shift
    return True


def _create(run: Run, service: Service) -> None:
    deployment, spec, place = run.deployment, run.app_spec, run.engine.place
    if run.shift is None:
        return
    request = TaskSetRequest(
        task_definition_arn=spec.task_definition,
        external_id=deployment.id,
        started_by="CODE_DEPLOY",
        target_group_arn=run.shift.green,
        container_name=spec.container_name,
        container_port=spec.container_port,
        network_configuration=spec.network_configuration,
        platform_version=spec.platform_version,
        capacity_provider_strategy=spec.capacity_provider_strategy,
    )
    if run.engine.switches.abandoned_task_set_is_replaced:
        for left_over in [one for one in service.task_sets if one.status == ACTIVE]:
            place.ecs.drain(service, left_over)
    try:
        green = place.ecs.create_task_set(service, request)
    except AwsError as error:
        run.fail("ECS_UPDATE_ERROR", ECS_REFUSED.format(reason=error.message))
        return
    deployment.green = green
    on_behalf.created(place, deployment, green)
    run.later(run.engine.pace.install_timeout, lambda: _too_late(run))
    _look(run, service, green)


def _look(run: Run, service: Service, green: TaskSet) -> None:
    if green.status == DRAINING or green not in service.task_sets:
        run.fail("ECS_UPDATE_ERROR", ECS_REFUSED.format(reason=f"TaskSet {green.id} was deleted."))
    elif green.stability == STEADY_STATE:
        run.next_event()
    else:
        run.later(run.engine.pace.steady_poll, lambda: _look(run, service, green))


def _too_late(run: Run) -> None:
    run.fail(run.engine.switches.task_set_timeout_code, INSTALL_TIMEOUT)
