"""The parts that every set-up has: a task definition, a service, a load balancer and its target groups."""

from functools import partial
from typing import Any, Protocol

from sandbox.blueprints.plans import Workload
from sandbox.world.calls import Answer, Caller, Params
from sandbox.world.world import World

SUBNETS = ("subnet-0a1b2c3d4e5f60718", "subnet-18f6e5d4c3b2a1070")
SECURITY_GROUPS = ("sg-0123456789abcdef0",)


class Call(Protocol):
    """One API call, on somebody's behalf."""

    def __call__(self, service: str, operation: str, params: Params, /) -> Answer: ...


def by(world: World, caller: Caller | None) -> Call:
    return partial(world.call, caller=caller)


def define(call: Call, family: str, workload: Workload) -> str:
    answer = call("ecs", "RegisterTaskDefinition", workload.request(family))
    return str(answer["taskDefinition"]["taskDefinitionArn"])


def service(cluster: str, name: str, workload: Workload, definition: str) -> dict[str, Any]:
    vpc = {"subnets": list(SUBNETS), "securityGroups": list(SECURITY_GROUPS), "assignPublicIp": "DISABLED"}
    return {
        "cluster": cluster,
        "serviceName": name,
        "taskDefinition": definition,
        "desiredCount": workload.desired_count,
        "launchType": "FARGATE",
        "networkConfiguration": {"awsvpcConfiguration": vpc},
    }


def behind(group: str, workload: Workload) -> dict[str, Any]:
    balancer = {"targetGroupArn": group, "containerName": workload.container, "containerPort": workload.port}
    return {"loadBalancers": [balancer]}


def load_balancer(call: Call, name: str) -> str:
    request = {"Name": f"{name}-alb"[:32], "Subnets": list(SUBNETS), "SecurityGroups": list(SECURITY_GROUPS)}
    return str(call("elbv2", "CreateLoadBalancer", request)["LoadBalancers"][0]["LoadBalancerArn"])


def target_group(call: Call, name: str, port: int, checks: tuple[int, int]) -> str:
    interval, threshold = checks
    request = {
        "Name": name[:32],
        "Protocol": "HTTP",
        "Port": port,
        "VpcId": "vpc-0a1b2c3d4e5f60718",
        "TargetType": "ip",
        "HealthCheckPath": "/health",
        "HealthCheckIntervalSeconds": interval,
        "HealthyThresholdCount": threshold,
        "UnhealthyThresholdCount": threshold,
    }
    return str(call("elbv2", "CreateTargetGroup", request)["TargetGroups"][0]["TargetGroupArn"])


def listener(call: Call, balancer: str, port: int, group: str) -> str:
    request = {
        "LoadBalancerArn": balancer,
        "Protocol": "HTTP",
        "Port": port,
        "DefaultActions": [{"Type": "forward", "TargetGroupArn": group}],
    }
    return str(call("elbv2", "CreateListener", request)["Listeners"][0]["ListenerArn"])
