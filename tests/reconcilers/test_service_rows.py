"""One pair for every rule by which AWS gives a service back otherwise than it was declared."""

from typing import Any

import pytest

from reconcilers.diff import service_changes
from tests.reconcilers.rows import Fields, Row

ARN = "arn:aws:ecs:eu-west-1:111111111111:"


def scalar(name: str, default: Any, other: Any) -> Row:
    """A field with a default: declared and left out of the answer."""
    return Row({name: default}, {}, {name: other}, f"/{name}", default, other)


def deployment(declared: Fields, live: Fields, drifted: Fields, *change: Any, **fields: Any) -> Row:
    """A rule about deploymentConfiguration."""
    path, was, became = change
    answers = [{"deploymentConfiguration": one, **fields} for one in (live, drifted)]
    wanted = {"deploymentConfiguration": declared}
    return Row(wanted, answers[0], answers[1], f"/deploymentConfiguration{path}", was, became)


def network(**fields: Any) -> Fields:
    return {"networkConfiguration": {"awsvpcConfiguration": fields}}


def balancer(group: str, port: int = 80, **fields: Any) -> Fields:
    return {"targetGroupArn": group, "containerName": "web", "containerPort": port, **fields}


BREAKER = {
    "enable": False,
    "rollback": False,
    "resetOnHealthyTask": True,
    "thresholdConfiguration": {"type": "BOUNDED_PERCENT", "value": 50},
}
DEFAULT_DEPLOYMENT = {
    "strategy": "ROLLING",
    "bakeTimeInMinutes": 0,
    "maximumPercent": 200,
    "minimumHealthyPercent": 100,
    "deploymentCircuitBreaker": BREAKER,
    "alarms": {"alarmNames": [], "enable": False, "rollback": False},
}
AWSVPC = "/networkConfiguration/awsvpcConfiguration"

ROWS = {
    "scheduling strategy is REPLICA": scalar("schedulingStrategy", "REPLICA", "DAEMON"),
    "grace period is 0": scalar("healthCheckGracePeriodSeconds", 0, 30),
    "execute command is off": scalar("enableExecuteCommand", False, True),
    "managed tags are off": scalar("enableECSManagedTags", False, True),
    "tags are not propagated": scalar("propagateTags", "NONE", "SERVICE"),
    "platform version is LATEST": scalar("platformVersion", "LATEST", "1.3.0"),
    "zone rebalancing is off where AWS is silent": scalar("availabilityZoneRebalancing", "DISABLED", "ENABLED"),
    "deployment controller is ECS": Row(
        {"deploymentController": {"type": "ECS"}},
        {},
        {"deploymentController": {"type": "EXTERNAL"}},
        "/deploymentController/type",
        "ECS",
        "EXTERNAL",
    ),
    "no placement constraints": Row(
        {"placementConstraints": []},
        {},
        {"placementConstraints": [{"type": "distinctInstance"}]},
        "/placementConstraints/distinctInstance",
        None,
        {"type": "distinctInstance"},
    ),
    "no placement strategy": Row(
        {"placementStrategy": []},
        {"placementStrategy": []},
        {"placementStrategy": [{"type": "random"}]},
        "/placementStrategy/0",
        None,
        {"type": "random"},
    ),
    "placement strategy under its other name": Row(
        {"placementStrategies": [{"type": "spread", "field": "a"}]},
        {"placementStrategy": [{"type": "spread", "field": "a"}]},
        {"placementStrategy": [{"type": "spread", "field": "b"}]},
        "/placementStrategies/0/field",
        "a",
        "b",
    ),
    "no public address": Row(
        network(assignPublicIp="DISABLED"),
        network(),
        network(assignPublicIp="ENABLED"),
        f"{AWSVPC}/assignPublicIp",
        "DISABLED",
        "ENABLED",
    ),
    "subnets are a set": Row(
        network(subnets=["a", "b"]),
        network(subnets=["b", "a"], securityGroups=[]),
        network(subnets=["b", "a", "c"], securityGroups=["sg"]),
        f"{AWSVPC}/subnets/c",
        None,
        "c",
    ),
    "security groups are a set": Row(
        network(securityGroups=["a", "b"]),
        network(subnets=["x"], securityGroups=["b", "a"]),
        network(subnets=["x"], securityGroups=["a", "c"]),
        f"{AWSVPC}/securityGroups/b",
        "b",
        "c",
    ),
    "the service-linked role is nobody's": Row(
        {"desiredCount": 1},
        {"desiredCount": 1, "roleArn": "arn:aws:iam::1:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"},
        {"desiredCount": 2, "roleArn": "arn:aws:iam::1:role/other"},
        "/desiredCount",
        1,
        2,
    ),
    "a role by its name": Row(
        {"role": "ecs"},
        {"roleArn": "arn:aws:iam::1:role/service/ecs"},
        {"roleArn": "arn:aws:iam::1:role/other"},
        "/role",
        "ecs",
        "arn:aws:iam::1:role/other",
    ),
    "no launch type beside capacity providers": Row(
        {"capacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1}, {"capacityProvider": "SPOT"}]},
        {
            "capacityProviderStrategy": [
                {"capacityProvider": "SPOT", "weight": 0, "base": 0},
                {"capacityProvider": "FARGATE", "weight": 1, "base": 0},
            ]
        },
        {
            "capacityProviderStrategy": [
                {"capacityProvider": "SPOT", "weight": 0, "base": 0},
                {"capacityProvider": "FARGATE", "weight": 4, "base": 0},
            ]
        },
        "/capacityProviderStrategy/FARGATE/weight",
        1,
        4,
    ),
    "no capacity providers beside a launch type": Row(
        {"launchType": "FARGATE", "capacityProviderStrategy": []},
        {"launchType": "FARGATE"},
        {"launchType": "EC2"},
        "/launchType",
        "FARGATE",
        "EC2",
    ),
    "the whole default deployment configuration": deployment(
        DEFAULT_DEPLOYMENT, {}, {"maximumPercent": 150}, "/maximumPercent", 200, 150
    ),
    "members of the deployment configuration that nobody named": deployment(
        {"strategy": "ROLLING"},
        DEFAULT_DEPLOYMENT,
        {**DEFAULT_DEPLOYMENT, "strategy": "CANARY", "maximumPercent": 150},
        "/strategy",
        "ROLLING",
        "CANARY",
    ),
    "members of the circuit breaker that AWS added": deployment(
        {"deploymentCircuitBreaker": {"enable": True, "rollback": True}},
        {"deploymentCircuitBreaker": {**BREAKER, "enable": True, "rollback": True}},
        {"deploymentCircuitBreaker": {**BREAKER, "enable": True, "rollback": False}},
        "/deploymentCircuitBreaker/rollback",
        True,
        False,
    ),
    "the breaker resets on a healthy task": deployment(
        {"deploymentCircuitBreaker": BREAKER},
        {"deploymentCircuitBreaker": {"enable": False}},
        {"deploymentCircuitBreaker": {"resetOnHealthyTask": False}},
        "/deploymentCircuitBreaker/resetOnHealthyTask",
        True,
        False,
    ),
    "alarms have no order": deployment(
        {"alarms": {"alarmNames": ["a", "b"], "enable": True}},
        {"alarms": {"alarmNames": ["b", "a"], "enable": True, "rollback": False}},
        {"alarms": {"alarmNames": ["b", "a"], "enable": False, "rollback": False}},
        "/alarms/enable",
        True,
        False,
    ),
    "a daemon is deployed 100 to 0": deployment(
        {"maximumPercent": 100, "minimumHealthyPercent": 0},
        {},
        {"minimumHealthyPercent": 50},
        "/minimumHealthyPercent",
        0,
        50,
        schedulingStrategy="DAEMON",
    ),
    "load balancers have no order": Row(
        {"loadBalancers": [balancer("tg/a", 80), balancer("tg/b", 81)]},
        {"loadBalancers": [balancer("tg/b", 81), balancer("tg/a", 80)]},
        {"loadBalancers": [balancer("tg/b", 81), balancer("tg/c", 80)]},
        "/loadBalancers/web-80/targetGroupArn",
        "tg/a",
        "tg/c",
    ),
    "what AWS adds to a load balancer": Row(
        {"loadBalancers": [balancer("tg/a")]},
        {"loadBalancers": [balancer("tg/a", advancedConfiguration={"roleArn": "x"})]},
        {"loadBalancers": [balancer("tg/a", 81, advancedConfiguration={"roleArn": "x"})]},
        "/loadBalancers/web-80/containerPort",
        80,
        81,
    ),
    "one load balancer too many": Row(
        {"loadBalancers": [balancer("tg/a")]},
        {"loadBalancers": [balancer("tg/a")]},
        {"loadBalancers": [balancer("tg/a"), balancer("tg/b", 81)]},
        "/loadBalancers/web-81",
        None,
        balancer("tg/b", 81),
    ),
    "cluster by name": Row(
        {"cluster": "prod"},
        {"clusterArn": f"{ARN}cluster/prod"},
        {"clusterArn": f"{ARN}cluster/dev"},
        "/cluster",
        "prod",
        f"{ARN}cluster/dev",
    ),
    "service by name": Row(
        {"service": "web"}, {"serviceName": "web"}, {"serviceName": "api"}, "/service", "web", "api"
    ),
    "task definition by family and revision": Row(
        {"taskDefinition": "web:3"},
        {"taskDefinition": f"{ARN}task-definition/web:3"},
        {"taskDefinition": f"{ARN}task-definition/web:4"},
        "/taskDefinition",
        "web:3",
        f"{ARN}task-definition/web:4",
    ),
    "task definition by family": Row(
        {"taskDefinition": "web"},
        {"taskDefinition": f"{ARN}task-definition/web:3"},
        {"taskDefinition": f"{ARN}task-definition/api:3"},
        "/taskDefinition",
        "web",
        f"{ARN}task-definition/api:3",
    ),
    "tags of others": Row(
        {"tags": [{"key": "team", "value": "shop"}]},
        {"tags": [{"key": "cost", "value": "1"}, {"key": "team", "value": "shop"}]},
        {"tags": [{"key": "cost", "value": "1"}, {"key": "team", "value": "ops"}]},
        "/tags/team",
        "shop",
        "ops",
    ),
    "what ECS keeps in the primary deployment": Row(
        {"serviceConnectConfiguration": {"enabled": True}},
        {
            "deployments": [
                {"status": "ACTIVE"},
                {"status": "PRIMARY", "serviceConnectConfiguration": {"enabled": True}},
            ]
        },
        {"deployments": [{"status": "PRIMARY", "serviceConnectConfiguration": {"enabled": False}}]},
        "/serviceConnectConfiguration/enabled",
        True,
        False,
    ),
    "a version that CodeDeploy's task set shows": Row(
        {"platformVersion": "LATEST", "desiredCount": 1},
        {"platformVersion": "1.4.0", "desiredCount": 1, "deploymentController": {"type": "CODE_DEPLOY"}},
        {"platformVersion": "1.4.0", "desiredCount": 3, "deploymentController": {"type": "CODE_DEPLOY"}},
        "/desiredCount",
        1,
        3,
    ),
    "the colour that CodeDeploy left in production": Row(
        {"loadBalancers": [balancer("tg/blue")]},
        {"loadBalancers": [balancer("tg/green")], "deploymentController": {"type": "CODE_DEPLOY"}},
        {"loadBalancers": [balancer("tg/green", 81)], "deploymentController": {"type": "CODE_DEPLOY"}},
        "/loadBalancers/web-80/containerPort",
        80,
        81,
    ),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_what_aws_fills_in_is_no_change(row: Row) -> None:
    assert service_changes(row.declared, row.live, scalable=False) == ()


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_what_a_hand_changes_is_one(row: Row) -> None:
    assert service_changes(row.declared, row.drifted, scalable=False) == (row.change("serviceDefinition"),)
