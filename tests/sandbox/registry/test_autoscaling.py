"""Scalable targets of services that live in the world."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox import clients
from sandbox.clock import ManualClock
from sandbox.world.world import World

WEB = {"ServiceNamespace": "ecs", "ResourceId": "service/prod/web", "ScalableDimension": "ecs:service:DesiredCount"}


@pytest.fixture
def world() -> World:
    world = World(ManualClock())
    ecs = clients.client(world, "ecs")
    ecs.create_cluster(clusterName="prod")
    ecs.register_task_definition(family="web", containerDefinitions=[{"name": "app", "image": "app:1", "memory": 64}])
    ecs.create_service(cluster="prod", serviceName="web", taskDefinition="web", desiredCount=1)
    return world


@pytest.fixture
def scaling(world: World) -> Any:
    return clients.client(world, "application-autoscaling")


def test_a_service_of_the_world_can_be_a_target(scaling: Any) -> None:
    scaling.register_scalable_target(**WEB, MinCapacity=1, MaxCapacity=4)
    (target,) = scaling.describe_scalable_targets(ServiceNamespace="ecs", ResourceIds=["service/prod/web"])[
        "ScalableTargets"
    ]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 4)
    assert target["SuspendedState"] == {
        "DynamicScalingInSuspended": False,
        "DynamicScalingOutSuspended": False,
        "ScheduledScalingSuspended": False,
    }


def test_registering_again_changes_only_what_is_said(scaling: Any) -> None:
    first = scaling.register_scalable_target(**WEB, MinCapacity=1, MaxCapacity=4)["ScalableTargetARN"]
    again = scaling.register_scalable_target(**WEB, SuspendedState={"DynamicScalingInSuspended": True})
    (target,) = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert again["ScalableTargetARN"] == first == target["ScalableTargetARN"]
    assert target["MaxCapacity"] == 4
    assert target["SuspendedState"]["DynamicScalingInSuspended"] is True
    assert target["SuspendedState"]["DynamicScalingOutSuspended"] is False


@pytest.mark.parametrize("resource", ["service/prod/none", "service/none/web", "web"])
def test_a_service_that_is_not_there_cannot_be_a_target(scaling: Any, resource: str) -> None:
    with pytest.raises(scaling.exceptions.ValidationException, match=f"doesn't exist: {resource}"):
        scaling.register_scalable_target(**{**WEB, "ResourceId": resource}, MinCapacity=1, MaxCapacity=4)


def test_a_new_target_needs_both_capacities(scaling: Any) -> None:
    with pytest.raises(scaling.exceptions.ValidationException, match="both MinCapacity and MaxCapacity"):
        scaling.register_scalable_target(**WEB, MinCapacity=1)


def test_others_are_not_described(scaling: Any) -> None:
    scaling.register_scalable_target(**WEB, MinCapacity=1, MaxCapacity=4)
    table = {
        "ServiceNamespace": "dynamodb",
        "ResourceId": "table/a",
        "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
    }
    scaling.register_scalable_target(**table, MinCapacity=1, MaxCapacity=9)
    assert len(scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]) == 1
    assert (
        scaling.describe_scalable_targets(ServiceNamespace="ecs", ResourceIds=["service/prod/x"])["ScalableTargets"]
        == []
    )
    assert scaling.describe_scaling_activities(ServiceNamespace="ecs")["ScalingActivities"] == []


def test_policies_belong_to_their_target(scaling: Any) -> None:
    with pytest.raises(scaling.exceptions.ObjectNotFoundException):
        scaling.put_scaling_policy(**WEB, PolicyName="cpu")
    scaling.register_scalable_target(**WEB, MinCapacity=1, MaxCapacity=4)
    arn = scaling.put_scaling_policy(**WEB, PolicyName="cpu", PolicyType="TargetTrackingScaling")["PolicyARN"]
    assert scaling.put_scaling_policy(**WEB, PolicyName="cpu", PolicyType="TargetTrackingScaling")["PolicyARN"] == arn
    (policy,) = scaling.describe_scaling_policies(ServiceNamespace="ecs", PolicyNames=["cpu"])["ScalingPolicies"]
    assert (policy["PolicyARN"], policy["PolicyType"]) == (arn, "TargetTrackingScaling")
    scaling.delete_scaling_policy(**WEB, PolicyName="cpu")
    with pytest.raises(scaling.exceptions.ObjectNotFoundException):
        scaling.delete_scaling_policy(**WEB, PolicyName="cpu")


def test_a_target_goes_with_its_policies(scaling: Any) -> None:
    scaling.register_scalable_target(**WEB, MinCapacity=1, MaxCapacity=4)
    scaling.put_scaling_policy(**WEB, PolicyName="cpu")
    scaling.deregister_scalable_target(**WEB)
    assert scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"] == []
    with pytest.raises(ClientError, match="No scalable target found"):
        scaling.deregister_scalable_target(**WEB)


def test_pages_are_followed(scaling: Any) -> None:
    for number in range(3):
        target = {"ServiceNamespace": "dynamodb", "ResourceId": f"table/{number}"}
        dimension = "dynamodb:table:ReadCapacityUnits"
        scaling.register_scalable_target(**target, ScalableDimension=dimension, MinCapacity=1, MaxCapacity=9)
    first = scaling.describe_scalable_targets(ServiceNamespace="dynamodb", MaxResults=2)
    rest = scaling.describe_scalable_targets(ServiceNamespace="dynamodb", NextToken=first["NextToken"])
    assert [len(page["ScalableTargets"]) for page in (first, rest)] == [2, 1]
    with pytest.raises(scaling.exceptions.InvalidNextTokenException):
        scaling.describe_scalable_targets(ServiceNamespace="dynamodb", NextToken="strange")
