"""Whole set-ups, built as a person would build them: through the API alone.

``blue_green`` is the textbook one: an ECS service behind a load balancer with two listeners and two target groups,
which CodeDeploy shifts by ten percent a minute, and an alarm on each target group's 5xx. ``rolling`` is the plain
one: a service that ECS rolls itself, with a circuit breaker.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from sandbox.world.calls import Answer, Caller, Params
from sandbox.world.world import World

SUBNETS = ("subnet-0a1b2c3d4e5f60718", "subnet-18f6e5d4c3b2a1070")
SECURITY_GROUPS = ("sg-0123456789abcdef0",)


class Call(Protocol):
    """One API call, on somebody's behalf."""

    def __call__(self, service: str, operation: str, params: Params, /) -> Answer: ...


def _images() -> dict[str, str]:
    registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
    return {name: f"{registry}/notes-{name}:1.0.0" for name in ("proxy", "frontend", "backend")}


@dataclass(frozen=True, slots=True)
class Workload:
    """What runs: images by container name, of which ``container`` takes the requests on ``port``.

    ``task_definition`` is RegisterTaskDefinition's request as a whole and takes the place of ``images``.
    """

    images: Mapping[str, str] = field(default_factory=_images)
    container: str = "proxy"
    port: int = 80
    desired_count: int = 2
    task_definition: Mapping[str, Any] | None = None

    def request(self, family: str) -> dict[str, Any]:
        """RegisterTaskDefinition's parameters."""
        if self.task_definition is not None:
            return {"family": family, **self.task_definition}
        ports = [{"containerPort": self.port, "protocol": "tcp"}]
        return {
            "family": family,
            "requiresCompatibilities": ["FARGATE"],
            "networkMode": "awsvpc",
            "cpu": "512",
            "memory": "1024",
            "containerDefinitions": [
                {
                    "name": name,
                    "image": image,
                    "essential": True,
                    "portMappings": ports if name == self.container else [],
                }
                for name, image in self.images.items()
            ],
        }


@dataclass(frozen=True, slots=True)
class BlueGreen:
    """What ``blue_green`` builds. Names follow from ``name`` and ``environment``; ``wait`` is the termination wait."""

    name: str = "notes-app"
    environment: str = "prod"
    workload: Workload = field(default_factory=Workload)
    deployment_config: str = "CodeDeployDefault.ECSLinear10PercentEvery1Minutes"
    wait_minutes: int = 5
    alarms: bool = True
    rollback_events: tuple[str, ...] = ("DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM")
    ready_wait_minutes: int | None = None
    check_interval: int = 30
    check_threshold: int = 3

    @property
    def prefix(self) -> str:
        return f"{self.environment}-{self.name}"


@dataclass(frozen=True, slots=True)
class BlueGreenService:
    """The names and ARNs of what was built; ``alarms`` are blue's and green's, or nothing."""

    cluster: str
    service: str
    service_arn: str
    task_definition_arn: str
    application: str
    deployment_group: str
    load_balancer_arn: str
    production_listener_arn: str
    test_listener_arn: str
    blue_arn: str
    green_arn: str
    alarms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rolling:
    """What ``rolling`` builds; ``balanced`` puts it behind a load balancer."""

    name: str = "web"
    environment: str = "prod"
    workload: Workload = field(
        default_factory=lambda: Workload(images={"web": "public.ecr.aws/docker/library/nginx:1.27"}, container="web")
    )
    balanced: bool = True

    @property
    def prefix(self) -> str:
        return f"{self.environment}-{self.name}"


@dataclass(frozen=True, slots=True)
class RollingService:
    """The names and ARNs of what was built."""

    cluster: str
    service: str
    service_arn: str
    task_definition_arn: str
    load_balancer_arn: str | None
    target_group_arn: str | None


@dataclass(frozen=True, slots=True)
class _Balancer:
    arn: str
    production: str
    test: str
    blue: str
    green: str


def blue_green(world: World, plan: BlueGreen | None = None, caller: Caller | None = None) -> BlueGreenService:
    """Build a service that CodeDeploy shifts. Where it is built, and whose it is, says ``caller``."""
    plan, call = plan or BlueGreen(), _by(world, caller)
    definition = _define(call, plan.name, plan.workload)
    balancer = _balance(call, plan)
    call("ecs", "CreateCluster", {"clusterName": plan.prefix})
    service = call(
        "ecs",
        "CreateService",
        _service(plan.prefix, plan.name, plan.workload, definition)
        | _behind(balancer.blue, plan.workload)
        | {"deploymentController": {"type": "CODE_DEPLOY"}},
    )["service"]
    alarms = _alarms(call, plan, balancer) if plan.alarms else ()
    group = _deployment_group(call, plan, balancer, alarms)
    return BlueGreenService(
        cluster=plan.prefix,
        service=plan.name,
        service_arn=service["serviceArn"],
        task_definition_arn=definition,
        application=plan.prefix,
        deployment_group=group,
        load_balancer_arn=balancer.arn,
        production_listener_arn=balancer.production,
        test_listener_arn=balancer.test,
        blue_arn=balancer.blue,
        green_arn=balancer.green,
        alarms=alarms,
    )


def rolling(world: World, plan: Rolling | None = None, caller: Caller | None = None) -> RollingService:
    """Build a service that ECS rolls, with a circuit breaker that rolls back."""
    plan, call = plan or Rolling(), _by(world, caller)
    definition = _define(call, plan.name, plan.workload)
    call("ecs", "CreateCluster", {"clusterName": plan.prefix})
    balancer = group = None
    request = _service(plan.prefix, plan.name, plan.workload, definition)
    if plan.balanced:
        balancer = _load_balancer(call, plan.prefix)
        group = _target_group(call, plan.prefix, plan.workload.port, (30, 3))
        _listener(call, balancer, 80, group)
        request |= _behind(group, plan.workload)
    request |= {
        "deploymentController": {"type": "ECS"},
        "deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": True, "rollback": True}},
    }
    service = call("ecs", "CreateService", request)["service"]
    return RollingService(plan.prefix, plan.name, service["serviceArn"], definition, balancer, group)


def _by(world: World, caller: Caller | None) -> Call:
    return partial(world.call, caller=caller)


def _define(call: Call, family: str, workload: Workload) -> str:
    answer = call("ecs", "RegisterTaskDefinition", workload.request(family))
    return str(answer["taskDefinition"]["taskDefinitionArn"])


def _service(cluster: str, name: str, workload: Workload, definition: str) -> dict[str, Any]:
    vpc = {"subnets": list(SUBNETS), "securityGroups": list(SECURITY_GROUPS), "assignPublicIp": "DISABLED"}
    return {
        "cluster": cluster,
        "serviceName": name,
        "taskDefinition": definition,
        "desiredCount": workload.desired_count,
        "launchType": "FARGATE",
        "networkConfiguration": {"awsvpcConfiguration": vpc},
    }


def _behind(group: str, workload: Workload) -> dict[str, Any]:
    balancer = {"targetGroupArn": group, "containerName": workload.container, "containerPort": workload.port}
    return {"loadBalancers": [balancer]}


def _load_balancer(call: Call, name: str) -> str:
    request = {"Name": f"{name}-alb"[:32], "Subnets": list(SUBNETS), "SecurityGroups": list(SECURITY_GROUPS)}
    return str(call("elbv2", "CreateLoadBalancer", request)["LoadBalancers"][0]["LoadBalancerArn"])


def _target_group(call: Call, name: str, port: int, checks: tuple[int, int]) -> str:
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


def _listener(call: Call, balancer: str, port: int, group: str) -> str:
    request = {
        "LoadBalancerArn": balancer,
        "Protocol": "HTTP",
        "Port": port,
        "DefaultActions": [{"Type": "forward", "TargetGroupArn": group}],
    }
    return str(call("elbv2", "CreateListener", request)["Listeners"][0]["ListenerArn"])


def _balance(call: Call, plan: BlueGreen) -> _Balancer:
    checks = (plan.check_interval, plan.check_threshold)
    arn = _load_balancer(call, plan.prefix)
    blue = _target_group(call, f"{plan.prefix}-blue", plan.workload.port, checks)
    green = _target_group(call, f"{plan.prefix}-green", plan.workload.port, checks)
    return _Balancer(arn, _listener(call, arn, 80, blue), _listener(call, arn, 8080, green), blue, green)


def _alarms(call: Call, plan: BlueGreen, balancer: _Balancer) -> tuple[str, ...]:
    """One alarm a colour: an alarm on one of them alone is blind at every other deployment."""
    names = []
    for colour, group in (("blue", balancer.blue), ("green", balancer.green)):
        name = f"{plan.prefix}-5xx-{colour}"
        dimensions = {
            "LoadBalancer": balancer.arn.split(":loadbalancer/", 1)[1],
            "TargetGroup": group.rsplit(":", 1)[1],
        }
        request = {
            "AlarmName": name,
            "AlarmDescription": f"Targets of {colour} answer 5xx",
            "Namespace": "AWS/ApplicationELB",
            "MetricName": "HTTPCode_Target_5XX_Count",
            "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 2,
            "Threshold": 10.0,
            "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching",
        }
        call("cloudwatch", "PutMetricAlarm", request)
        names.append(name)
    return tuple(names)


def _deployment_group(call: Call, plan: BlueGreen, balancer: _Balancer, alarms: tuple[str, ...]) -> str:
    name = f"{plan.prefix}-dg"
    ready: dict[str, Any] = {"actionOnTimeout": "CONTINUE_DEPLOYMENT"}
    if plan.ready_wait_minutes is not None:
        ready = {"actionOnTimeout": "STOP_DEPLOYMENT", "waitTimeInMinutes": plan.ready_wait_minutes}
    pair = {
        "targetGroups": [{"name": arn.split("/")[1]} for arn in (balancer.blue, balancer.green)],
        "prodTrafficRoute": {"listenerArns": [balancer.production]},
        "testTrafficRoute": {"listenerArns": [balancer.test]},
    }
    call("codedeploy", "CreateApplication", {"applicationName": plan.prefix, "computePlatform": "ECS"})
    request = {
        "applicationName": plan.prefix,
        "deploymentGroupName": name,
        "deploymentConfigName": plan.deployment_config,
        "serviceRoleArn": "arn:aws:iam::123456789012:role/codedeploy-ecs",
        "deploymentStyle": {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
        "blueGreenDeploymentConfiguration": {
            "terminateBlueInstancesOnDeploymentSuccess": {
                "action": "TERMINATE",
                "terminationWaitTimeInMinutes": plan.wait_minutes,
            },
            "deploymentReadyOption": ready,
        },
        "loadBalancerInfo": {"targetGroupPairInfoList": [pair]},
        "ecsServices": [{"clusterName": plan.prefix, "serviceName": plan.name}],
        "alarmConfiguration": {"enabled": bool(alarms), "alarms": [{"name": alarm} for alarm in alarms]},
        "autoRollbackConfiguration": {"enabled": bool(plan.rollback_events), "events": list(plan.rollback_events)},
    }
    call("codedeploy", "CreateDeploymentGroup", request)
    return name
