"""A stack makes in the world what it has of ECS, and elsewhere the rest."""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from sandbox.clock import HostClock, ManualClock
from sandbox.server import serve
from sandbox.server.formation import pruned, spelled
from sandbox.wire.models import service_model
from sandbox.world.calls import Caller
from sandbox.world.world import World
from tests.reconcilers.sandboxed import SCOPE, client_of

Boto = Callable[..., Any]
CONTAINER = {"Name": "app", "Image": "web:1", "PortMappings": [{"ContainerPort": "80"}]}
TEMPLATE: dict[str, Any] = {
    "Parameters": {"Count": {"Type": "Number", "Default": 1}},
    "Conditions": {"Never": {"Fn::Equals": [{"Ref": "Count"}, 99]}},
    "Resources": {
        "Cluster": {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": "shop"}},
        "Definition": {
            "Type": "AWS::ECS::TaskDefinition",
            "Properties": {
                "Family": "web",
                "Memory": 512,
                "ContainerDefinitions": [CONTAINER, {"Ref": "AWS::NoValue"}],
            },
        },
        "Service": {
            "Type": "AWS::ECS::Service",
            "Properties": {
                "ServiceName": "web",
                "Cluster": {"Ref": "Cluster"},
                "TaskDefinition": {"Ref": "Definition"},
                "DesiredCount": {"Ref": "Count"},
            },
        },
        "Never": {"Type": "AWS::ECS::Cluster", "Condition": "Never", "Properties": {"ClusterName": "never"}},
    },
    "Outputs": {"Name": {"Value": {"Fn::GetAtt": ["Service", "Name"]}}},
}


def shape_of(operation: str) -> Any:
    model = service_model("ecs")
    assert model
    return model.operation_model(operation).input_shape


def test_a_template_s_words_become_the_api_s() -> None:
    said = {
        "Cluster": "c",
        "DesiredCount": "2",
        "EnableExecuteCommand": "true",
        "LoadBalancers": [{"ContainerPort": "80"}],
    }
    meant = {"cluster": "c", "desiredCount": 2, "enableExecuteCommand": True, "loadBalancers": [{"containerPort": 80}]}
    assert spelled(shape_of("CreateService"), said) == meant


def test_the_keys_of_a_map_stay_as_they_are() -> None:
    logs = {"LogDriver": "awslogs", "Options": {"awslogs-group": "/ecs/web", "Mode": "x"}}
    said = {"ContainerDefinitions": [{"LogConfiguration": logs}]}
    (container,) = spelled(shape_of("RegisterTaskDefinition"), said)["containerDefinitions"]
    assert container["logConfiguration"]["options"] == {"awslogs-group": "/ecs/web", "Mode": "x"}


def test_what_has_no_value_is_not_there() -> None:
    said = {"Cluster": None, "Services": ["a", None]}
    assert spelled(shape_of("DescribeServices"), said) == {"services": ["a"]}
    assert pruned({"a": [None, {"b": None, "c": 1}], "d": None}) == {"a": [{"c": 1}]}


def test_a_property_that_the_api_does_not_have_is_named() -> None:
    with pytest.raises(ValueError, match="CreateServiceRequest has no DesiredCuont"):
        spelled(shape_of("CreateService"), {"DesiredCuont": 1})


def service(world: World) -> dict[str, Any]:
    found: dict[str, Any] = client_of(world, "ecs", SCOPE).describe_services(cluster="shop", services=["web"])
    return dict(found["services"][0])


def test_a_stack_is_made_changed_and_deleted_in_the_world_that_was_asked() -> None:
    world, other = World(ManualClock()), World(ManualClock())
    stacks = client_of(world, "cloudformation", SCOPE)
    stacks.create_stack(StackName="shop", TemplateBody=json.dumps(TEMPLATE))
    assert service(world)["desiredCount"] == 1
    assert client_of(world, "ecs", SCOPE).list_clusters()["clusterArns"] == [service(world)["clusterArn"]]
    assert client_of(other, "ecs", SCOPE).list_clusters()["clusterArns"] == []
    three = [{"ParameterKey": "Count", "ParameterValue": "3"}]
    stacks.update_stack(StackName="shop", TemplateBody=json.dumps(TEMPLATE), Parameters=three)
    assert service(world)["desiredCount"] == 3
    stacks.delete_stack(StackName="shop")
    assert client_of(world, "ecs", SCOPE).list_clusters()["clusterArns"] == []
    assert client_of(world, "ecs", SCOPE).list_task_definitions()["taskDefinitionArns"] == []


def test_a_stack_is_made_through_the_wire_and_by_cloudformation() -> None:
    world = World(HostClock())
    connect: Any = boto3.client
    with serve(world) as server:
        keys = {"aws_access_key_id": "222233334444", "aws_secret_access_key": "s"}
        stacks = connect("cloudformation", endpoint_url=server.url, region_name="eu-west-1", **keys)
        stacks.create_stack(StackName="shop", TemplateBody=json.dumps(TEMPLATE))
        (stack,) = stacks.describe_stacks(StackName="shop")["Stacks"]
        assert stack["Outputs"][0]["OutputValue"] == "web"
    caller = Caller("222233334444", "eu-west-1")
    made = world.call("ecs", "DescribeServices", {"cluster": "shop", "services": ["web"]}, caller)["services"][0]
    assert made["createdBy"] == "arn:aws:sts::222233334444:assumed-role/cloudformation/AWSCloudFormation"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TaskDefinition", "nobody", "create_service: .*TaskDefinition"),
        ("DesiredCuont", 1, "create_service: CreateServiceRequest has no DesiredCuont"),
        ("DesiredCount", "many", "create_service: invalid literal"),
    ],
)
def test_what_ecs_refuses_fails_the_stack_in_its_words(name: str, value: Any, said: str) -> None:
    world = World(ManualClock())
    broken = json.loads(json.dumps(TEMPLATE))
    broken["Resources"]["Service"]["Properties"][name] = value
    with pytest.raises(ClientError, match=said):
        # moto keeps its stacks for all worlds of a process, the broken ones too.
        client_of(world, "cloudformation", SCOPE).create_stack(StackName=f"no-{value}", TemplateBody=json.dumps(broken))
