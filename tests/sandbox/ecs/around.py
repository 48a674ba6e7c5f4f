"""A place for ECS to stand in: target groups, alarms and images that do what a test says."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.clock import ManualClock
from sandbox.switches import Switches
from sandbox.world.calls import Caller
from sandbox.world.ecs import Ecs, Pace
from sandbox.world.ecs.surroundings import Target
from sandbox.world.ecs.task import Task
from sandbox.world.timeline import Timeline
from tests.sandbox.ecs.shapes import check_answer

GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/{}/0123456789abcdef"
BLUE, GREEN = GROUP.format("blue"), GROUP.format("green")


@dataclass
class FakeLoadBalancing:
    """Targets pass their checks ``seconds`` after they were registered, but never those of a ``sick`` image."""

    timeline: Timeline
    seconds: float = 45.0
    groups: dict[str, dict[str, float]] = field(default_factory=lambda: {BLUE: {}, GREEN: {}})
    sick: set[str] = field(default_factory=set)
    images: dict[str, list[str]] = field(default_factory=dict)

    def target_group_exists(self, arn: str) -> bool:
        return arn in self.groups

    def register_targets(self, target_group_arn: str, targets: list[Target], images: list[str]) -> None:
        for address, _ in targets:
            self.groups[target_group_arn][address] = self.timeline.now
            self.images[address] = images

    def deregister_targets(self, target_group_arn: str, targets: list[Target]) -> None:
        for address, _ in targets:
            self.groups[target_group_arn].pop(address, None)

    def healthy(self, target_group_arn: str, ip: str) -> bool:
        return self._checked(target_group_arn, ip) and not self._sick(ip)

    def unhealthy(self, target_group_arn: str, ip: str) -> bool:
        return self._checked(target_group_arn, ip) and self._sick(ip)

    def _checked(self, target_group_arn: str, ip: str) -> bool:
        registered = self.groups[target_group_arn].get(ip)
        return registered is not None and self.timeline.now >= registered + self.seconds

    def _sick(self, ip: str) -> bool:
        return not self.sick.isdisjoint(self.images[ip])


@dataclass
class FakeAlarms:
    states: dict[str, str] = field(default_factory=dict)

    def state_of(self, name: str) -> str | None:
        return self.states.get(name)


@dataclass
class FakeImages:
    broken: set[str] = field(default_factory=set)

    def starts(self, image: str) -> bool:
        return image not in self.broken


class FakeRegistry:
    """Knows no image."""

    def digest_behind(self, image: str) -> str | None:
        del image
        return None


class FakeLogs:
    """Nobody reads what tasks write."""

    def started(self, task: Task) -> None: ...

    def stopping(self, task: Task) -> None: ...

    def stopped(self, task: Task) -> None: ...


@dataclass
class FakeWorld:
    random: random.Random
    switches: Switches


class FakePlace:
    """One account and region with ECS in it, and a clock that a test moves."""

    def __init__(self, *, switches: Switches | None = None, seed: int = 0, pace: Pace | None = None) -> None:
        self.clock = ManualClock()
        self.timeline = Timeline(self.clock.now())
        self.world = FakeWorld(random.Random(seed), switches or Switches())
        self.account, self.region = "123456789012", "eu-west-1"
        self.elbv2 = FakeLoadBalancing(self.timeline)
        self.cloudwatch = FakeAlarms()
        self.traffic = FakeImages()
        self.ecr = FakeRegistry()
        self.logs = FakeLogs()
        self.ecs = Ecs(self, pace)

    def arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    def call(self, operation: str, caller: Caller | None = None, **params: Any) -> dict[str, Any]:
        """One call, whose answer is checked against AWS's own model of it."""
        answer = self.ecs.operations[operation](params, caller or Caller())
        check_answer(operation, answer)
        return answer

    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.timeline.advance(self.clock.now())

    # What most tests begin with.

    def with_cluster(self) -> "FakePlace":
        self.call("CreateCluster", clusterName="prod")
        return self

    def register(self, family: str = "web", image: str = "shop/web:1", **changes: Any) -> str:
        """A Fargate task definition; its ARN."""
        definition = self.call("RegisterTaskDefinition", **(task_definition(family, image) | changes))
        return str(definition["taskDefinition"]["taskDefinitionArn"])

    def create(self, definition: str, **changes: Any) -> dict[str, Any]:
        """A rolling Fargate service of two tasks; CreateService's answer."""
        answer: dict[str, Any] = self.call("CreateService", **(service(definition) | changes))["service"]
        return answer

    def update(self, **params: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.call("UpdateService", cluster="prod", service="web", **params)["service"]
        return answer

    def describe(self, name: str = "web") -> dict[str, Any]:
        answer: dict[str, Any] = self.call("DescribeServices", cluster="prod", services=[name])["services"][0]
        return answer

    def deployment(self) -> dict[str, Any]:
        """The newest service deployment, described."""
        newest = self.call("ListServiceDeployments", cluster="prod", service="web")["serviceDeployments"][0]
        arns = [newest["serviceDeploymentArn"]]
        answer: dict[str, Any] = self.call("DescribeServiceDeployments", serviceDeploymentArns=arns)[
            "serviceDeployments"
        ][0]
        return answer


def task_definition(family: str = "web", image: str = "shop/web:1") -> dict[str, Any]:
    return {
        "family": family,
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
        "containerDefinitions": [{"name": "app", "image": image, "portMappings": [{"containerPort": 80}]}],
    }


def service(definition: str) -> dict[str, Any]:
    return {
        "cluster": "prod",
        "serviceName": "web",
        "taskDefinition": definition,
        "desiredCount": 2,
        "launchType": "FARGATE",
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-a", "subnet-b"]}},
        "loadBalancers": [{"targetGroupArn": BLUE, "containerName": "app", "containerPort": 80}],
    }


def code_deploy(definition: str) -> dict[str, Any]:
    return service(definition) | {"deploymentController": {"type": "CODE_DEPLOY"}}


def breaker(*, rollback: bool = True, **more: Any) -> Mapping[str, Any]:
    return {"deploymentCircuitBreaker": {"enable": True, "rollback": rollback, **more}}


def messages(answer: dict[str, Any]) -> list[str]:
    return [event["message"] for event in answer["events"]]
