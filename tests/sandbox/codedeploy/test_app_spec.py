"""AppSpecs, as people write them."""

import pytest

from sandbox.world.codedeploy.app_spec import AppSpec, AppSpecError, parse

YAML = """
version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: "arn:aws:ecs:eu-west-1:123456789012:task-definition/notes:7"
        LoadBalancerInfo: {ContainerName: proxy, ContainerPort: 80}
        PlatformVersion: LATEST
        NetworkConfiguration:
          AwsvpcConfiguration: {Subnets: [a, b], SecurityGroups: [c], AssignPublicIp: ENABLED}
        CapacityProviderStrategy:
          - {CapacityProvider: FARGATE_SPOT, Base: 1, Weight: 2}
Hooks:
  - BeforeInstall: first
  - AfterAllowTraffic: last
"""
WHOLE = AppSpec(
    task_definition="arn:aws:ecs:eu-west-1:123456789012:task-definition/notes:7",
    container_name="proxy",
    container_port=80,
    platform_version="LATEST",
    network_configuration={
        "awsvpcConfiguration": {"subnets": ["a", "b"], "securityGroups": ["c"], "assignPublicIp": "ENABLED"}
    },
    capacity_provider_strategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 2, "base": 1}],
    hooks={"BeforeInstall": "first", "AfterAllowTraffic": "last"},
)
SERVICE = "{version: 0, resources: [{x: {type: AWS::ECS::Service, properties: {%s}}}], hooks: %s}"
LEAST = "taskDefinition: td, loadBalancerInfo: {containerName: c, containerPort: 80}"


def test_everything_that_an_app_spec_can_say_is_read() -> None:
    assert parse(YAML) == WHOLE


def test_keys_are_matched_whatever_their_case() -> None:
    assert parse(YAML.replace("Resources", "resources").replace("TaskDefinition:", "taskdefinition:")) == WHOLE


def test_what_is_not_said_stays_unknown() -> None:
    assert parse(SERVICE % (LEAST, "[]")) == AppSpec("td", "c", 80)


def test_hooks_may_be_one_mapping() -> None:
    assert parse(SERVICE % (LEAST, "{AfterInstall: f}")).hooks == {"AfterInstall": "f"}


def test_a_public_address_is_not_assumed() -> None:
    network = "networkConfiguration: {awsvpcConfiguration: {subnets: [a]}}"
    read = parse(SERVICE % (f"{LEAST}, {network}", "[]")).network_configuration
    assert read == {"awsvpcConfiguration": {"subnets": ["a"], "securityGroups": [], "assignPublicIp": "DISABLED"}}


@pytest.mark.parametrize(
    ("properties", "hooks", "words"),
    [
        ("taskDefinition: td", "[]", "ContainerName"),
        ("loadBalancerInfo: {containerName: c, containerPort: 80}", "[]", "TaskDefinition is missing"),
        ("taskDefinition: td, loadBalancerInfo: {containerName: c, containerPort: http}", "[]", "ContainerPort"),
        ("taskDefinition: td, loadBalancerInfo: c", "[]", "LoadBalancerInfo must be a mapping"),
        (f"{LEAST}, networkConfiguration: {{awsvpcConfiguration: {{}}}}", "[]", "Subnets"),
        (f"{LEAST}, capacityProviderStrategy: x", "[]", "must be a list"),
        (f"{LEAST}, capacityProviderStrategy: [{{weight: many}}]", "[]", "must be numbers"),
        (LEAST, "[{Install: f}]", "install is not a lifecycle event"),
        (LEAST, "[f]", "must be a mapping"),
    ],
)
def test_what_is_wrong_is_said(properties: str, hooks: str, words: str) -> None:
    with pytest.raises(AppSpecError, match=words):
        parse(SERVICE % (properties, hooks))
