"""The services of a history: what Git may say of each, and what stands in AWS before it begins."""

import json
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

from sandbox.blueprints.parts import SECURITY_GROUPS, SUBNETS, behind, listener, load_balancer, service, target_group
from sandbox.blueprints.plans import Workload
from sandbox.world.calls import Caller
from sandbox.world.world import World

REGIONS = ("eu-west-1", "us-east-1")
PUBLIC = "public.ecr.aws/fleet"  # where nobody can be asked whether an image is there
CONFIGURATIONS = ("CodeDeployDefault.ECSCanary10Percent5Minutes", "CodeDeployDefault.ECSAllAtOnce")
PEOPLE = "arn:aws:iam::123456789012:user/operator"
CONTROLLER = "arn:aws:sts::123456789012:assumed-role/trueup/replica"


@dataclass(frozen=True, slots=True)
class Plan:
    """One service. ``shifted``: CodeDeploy deploys it, else ECS. ``place``: which of the regions.

    ``scaled``: autoscaling owns its desired count. ``declares``: Git names service fields. ``private``: its images are
    in the account's own registry. ``hooked``: a Lambda function looks at the test traffic.
    """

    name: str
    shifted: bool
    place: int
    configuration: str = CONFIGURATIONS[0]
    sync: str = "auto"
    drift: str = "heal"
    newer: str = "supersede"
    timeout: int = 90
    declares: bool = True
    scaled: bool = False
    platform: bool = False
    private: bool = False
    hooked: bool = False

    @property
    def region(self) -> str:
        return REGIONS[self.place]

    @property
    def cluster(self) -> str:
        return f"fleet-{self.place}"

    @property
    def caller(self) -> Caller:
        return Caller(region=self.region, principal=PEOPLE)

    @property
    def key(self) -> str:
        return f"prod/{self.name}"

    @property
    def alarms(self) -> tuple[str, ...]:
        return tuple(f"{self.name}-5xx-{colour}" for colour in ("blue", "green")) if self.shifted else ()

    @property
    def hooks(self) -> dict[str, str]:
        return {"AfterAllowTestTraffic": f"{self.name}-check"} if self.hooked and self.shifted else {}

    @property
    def group(self) -> dict[str, str]:
        return {"applicationName": self.name, "deploymentGroupName": f"{self.name}-dg"}

    def image(self, tag: str) -> str:
        """The reference of a release's image."""
        host = f"{self.caller.account}.dkr.ecr.{self.region}.amazonaws.com/fleet" if self.private else PUBLIC
        return f"{host}/{self.name}:{tag}"


SLOTS = (
    Plan("shop", True, 0),
    Plan("cart", True, 0),
    Plan("notes", True, 1),
    Plan("web", False, 0),
    Plan("jobs", False, 1),
    Plan("pay", True, 1),
    Plan("mail", False, 0),
)


@dataclass(frozen=True, slots=True)
class Declared:
    """What a commit says of one service: the image's tag, a variable, and the health check grace period."""

    tag: str = "1.0.0"
    colour: str = "blue"
    grace: int = 60

    @property
    def content(self) -> tuple[str, str]:
        """What tells its task definition from others."""
        return self.tag, self.colour


def definition(plan: Plan, declared: Declared) -> dict[str, Any]:
    """RegisterTaskDefinition's parameters."""
    return {
        "family": plan.name,
        "requiresCompatibilities": ["FARGATE"],
        "networkMode": "awsvpc",
        "cpu": "256",
        "memory": "512",
        "containerDefinitions": [
            {
                "name": "app",
                "image": plan.image(declared.tag),
                "essential": True,
                "portMappings": [{"containerPort": 80, "protocol": "tcp"}],
                "environment": [{"name": "COLOUR", "value": declared.colour}],
            }
        ],
    }


def fields(plan: Plan, declared: Declared) -> dict[str, Any]:
    """The service's own fields, as far as Git names them."""
    if not plan.declares:
        return {}
    counted = {"desiredCount": 2} if plan.scaled else {}
    platform = {"platformVersion": "LATEST"} if plan.platform else {}
    return {"healthCheckGracePeriodSeconds": declared.grace, **counted, **platform}


@cache
def files(plan: Plan, declared: Declared) -> tuple[tuple[str, bytes], ...]:
    """The manifest and what it names, by path."""
    folder = f"desired/prod/{plan.name}"
    said = json.dumps(definition(plan, replace(declared, tag="0")))
    return (f"{folder}.yaml", _manifest(plan, declared).encode()), (f"{folder}.json", said.encode())


def _manifest(plan: Plan, declared: Declared) -> str:
    breaker = "deploymentCircuitBreaker: {enable: true, rollback: true}"
    ecs = f"ecs: {{strategy: ROLLING, newerCommit: {plan.newer}, timeout: {plan.timeout}m, {breaker}}}"
    group = f"application: {plan.name}, deploymentGroup: {plan.name}-dg"
    hooks = f", hooks: {json.dumps(plan.hooks)}" if plan.hooks else ""
    shift = f"codeDeploy: {{{group}, newerCommit: {plan.newer}, timeout: {plan.timeout}m{hooks}}}"
    return f"""apiVersion: trueup/v1
kind: Service
metadata: {{name: {plan.name}, environment: prod}}
spec:
  cluster: {plan.cluster}
  service: {plan.name}
  region: {plan.region}
  taskDefinition: {plan.name}.json
  images: {{app: {declared.tag}}}
  rollout:
    {shift if plan.shifted else ecs}
  serviceDefinition: {json.dumps(fields(plan, declared))}
  sync: {plan.sync}
  drift: {plan.drift}
"""


def build(world: World, plans: tuple[Plan, ...]) -> None:
    """Everything that the manifests name, running the first release."""
    for place in sorted({plan.place for plan in plans}):
        world.call("ecs", "CreateCluster", {"clusterName": f"fleet-{place}"}, Caller(region=REGIONS[place]))
    for plan in plans:
        _build(world, plan)


def push(world: World, plan: Plan, tag: str) -> None:
    """Somebody pushes the image of a release; in a public registry all are there."""
    if plan.private:
        world.place(plan.caller.account, plan.region).ecr.declare(plan.image(tag))


def _build(world: World, plan: Plan) -> None:
    call, workload = partial(world.call, caller=plan.caller), Workload(container="app", desired_count=2)
    first = Declared()
    push(world, plan, first.tag)
    for function in plan.hooks.values():
        world.place(plan.caller.account, plan.region).codedeploy.engine.lambdas[function] = "Succeeded"
    made = call("ecs", "RegisterTaskDefinition", definition(plan, first))
    arn = str(made["taskDefinition"]["taskDefinitionArn"])
    balancer = load_balancer(call, plan.name)
    blue = target_group(call, f"{plan.name}-blue", 80, (10, 2))
    production = listener(call, balancer, 80, blue)
    request = service(plan.cluster, plan.name, workload, arn) | behind(blue, workload)
    request |= {"healthCheckGracePeriodSeconds": first.grace, "platformVersion": "LATEST"}
    if not plan.shifted:
        breaker = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
        request |= {"deploymentController": {"type": "ECS"}, "deploymentConfiguration": breaker}
        call("ecs", "CreateService", request)
    else:
        call("ecs", "CreateService", request | {"deploymentController": {"type": "CODE_DEPLOY"}})
        green = target_group(call, f"{plan.name}-green", 80, (10, 2))
        test = listener(call, balancer, 8080, green)
        _watch(call, plan, balancer, (blue, green))
        _group(call, plan, (production, test))
    if plan.scaled:
        resource = {"ServiceNamespace": "ecs", "ResourceId": f"service/{plan.cluster}/{plan.name}"}
        target = resource | {"ScalableDimension": "ecs:service:DesiredCount", "MinCapacity": 1, "MaxCapacity": 6}
        call("application-autoscaling", "RegisterScalableTarget", target)


def _watch(call: Any, plan: Plan, balancer: str, groups: tuple[str, str]) -> None:
    for name, group in zip(plan.alarms, groups, strict=True):
        dimensions = {
            "LoadBalancer": balancer.split(":loadbalancer/", 1)[1],
            "TargetGroup": group.rsplit(":", 1)[1],
        }
        request = {
            "AlarmName": name,
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


def _group(call: Any, plan: Plan, listeners: tuple[str, str]) -> None:
    production, test = listeners
    pair = {
        "targetGroups": [{"name": f"{plan.name}-blue"}, {"name": f"{plan.name}-green"}],
        "prodTrafficRoute": {"listenerArns": [production]},
        "testTrafficRoute": {"listenerArns": [test]},
    }
    termination = {"action": "TERMINATE", "terminationWaitTimeInMinutes": 4}
    call("codedeploy", "CreateApplication", {"applicationName": plan.name, "computePlatform": "ECS"})
    request = {
        **plan.group,
        "deploymentConfigName": plan.configuration,
        "serviceRoleArn": "arn:aws:iam::123456789012:role/codedeploy-ecs",
        "deploymentStyle": {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
        "blueGreenDeploymentConfiguration": {
            "terminateBlueInstancesOnDeploymentSuccess": termination,
            "deploymentReadyOption": {"actionOnTimeout": "CONTINUE_DEPLOYMENT"},
        },
        "loadBalancerInfo": {"targetGroupPairInfoList": [pair]},
        "ecsServices": [{"clusterName": plan.cluster, "serviceName": plan.name}],
        "alarmConfiguration": {"enabled": True, "alarms": [{"name": name} for name in plan.alarms]},
        "autoRollbackConfiguration": {"enabled": True, "events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"]},
    }
    call("codedeploy", "CreateDeploymentGroup", request)


NETWORK = {"Subnets": sorted(SUBNETS), "SecurityGroups": sorted(SECURITY_GROUPS), "AssignPublicIp": "DISABLED"}
