"""A world with real traffic around it, and what a test asks of it."""

import http.client
import json
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest

from sandbox.blueprints import BlueGreen, BlueGreenService, Rolling, RollingService, blue_green, rolling
from sandbox.clock import HostClock
from sandbox.traffic import Traffic, TrafficError, alarm_threshold, gate_id, real_traffic
from sandbox.traffic.envoy import binary
from sandbox.world.world import Place, World

T = TypeVar("T")


def _envoy() -> str:
    try:
        binary()
    except TrafficError as error:
        return str(error)
    return ""


needs_envoy = pytest.mark.skipif(bool(_envoy()), reason=_envoy() or "Envoy is there")


def until(what: str, look: Callable[[], T], within: float = 20.0) -> T:
    """The first answer of ``look`` that is true, looked for often."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.01)
    raise AssertionError(f"waited {within} s in vain for {what}")


class Client:
    """Somebody with one connection to a listener."""

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)
        self._line = http.client.HTTPConnection(str(self._url.hostname), self._url.port, timeout=10)

    def get(self, path: str = "/", **headers: str) -> tuple[int, str]:
        """Status and version."""
        self._line.request("GET", path, headers=headers)
        answer = self._line.getresponse()
        answer.read()
        return answer.status, answer.headers.get("X-Version", "")

    def many(self, count: int) -> Counter[tuple[int, str]]:
        return Counter(self.get() for _ in range(count))

    def close(self) -> None:
        self._line.close()


@dataclass
class Town:
    """A blue/green and a rolling service, at home in one world."""

    world: World
    traffic: Traffic
    shop: BlueGreenService
    web: RollingService
    clients: dict[str, Client] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        return self.world.place("123456789012", "eu-west-1")

    def url(self, listener: str) -> str:
        return until(f"the address of {listener}", lambda: self.traffic.seen.url(gate_id(listener)) or "")

    def client(self, listener: str | None = None) -> Client:
        arn = listener or self.shop.production_listener_arn
        if arn not in self.clients:
            self.clients[arn] = Client(self.url(arn))
        return self.clients[arn]

    def call(self, service: str, operation: str, /, **params: Any) -> Any:
        return self.world.call(service, operation, params)

    def stand_green(self, version: str) -> None:
        """Let a target of this version be healthy in green, without a deployment."""
        self.place.elbv2.register_targets(self.shop.green_arn, [("10.9.9.9", 80)], [f"registry/notes:{version}"])

    def leave_green(self) -> None:
        self.place.elbv2.deregister_targets(self.shop.green_arn, [("10.9.9.9", 80)])

    def weigh(self, blue: int, green: int, listener: str | None = None) -> None:
        groups = [(self.shop.blue_arn, blue), (self.shop.green_arn, green)]
        forward = {"TargetGroups": [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in groups]}
        action = {"Type": "forward", "ForwardConfig": forward}
        arn = listener or self.shop.production_listener_arn
        self.call("elbv2", "ModifyListener", ListenerArn=arn, DefaultActions=[action])

    def weighed(self, blue: int, green: int) -> None:
        """Weigh, and wait until Envoy has followed: by way of a state that is told from the wanted one at once."""
        other = (0, 1) if blue else (1, 0)
        self.weigh(*other)
        mine, others = ("1.0.0", "2.0") if blue else ("2.0", "1.0.0")
        until("the other side", lambda: set(self.client().many(20)) == {(200, others)})
        self.weigh(blue, green)
        until("this side", lambda: self.client().get() == (200, mine))

    def ship(self, tag: str) -> str:
        """Deploy these images by CodeDeploy, ten percent a minute, once nothing is left of the last time."""
        until("the last task set alone", lambda: [each["status"] for each in self._task_sets()] == ["PRIMARY"])
        arn = self.call("ecs", "RegisterTaskDefinition", **self.definition(tag))["taskDefinition"]["taskDefinitionArn"]
        balancer = {"ContainerName": "proxy", "ContainerPort": 80}
        target = {"Type": "AWS::ECS::Service", "Properties": {"TaskDefinition": arn, "LoadBalancerInfo": balancer}}
        content = json.dumps({"version": 0.0, "Resources": [{"TargetService": target}]})
        made = self.call(
            "codedeploy",
            "CreateDeployment",
            applicationName=self.shop.application,
            deploymentGroupName=self.shop.deployment_group,
            revision={"revisionType": "AppSpecContent", "appSpecContent": {"content": content}},
        )
        return str(made["deploymentId"])

    def _task_sets(self) -> list[dict[str, Any]]:
        asked = {"cluster": self.shop.cluster, "services": [self.shop.service]}
        return list(self.call("ecs", "DescribeServices", **asked)["services"][0]["taskSets"])

    def definition(self, tag: str) -> dict[str, Any]:
        return {
            "family": "shop",
            "requiresCompatibilities": ["FARGATE"],
            "networkMode": "awsvpc",
            "cpu": "256",
            "memory": "512",
            "containerDefinitions": [
                {"name": "proxy", "image": f"registry/shop:{tag}", "portMappings": [{"containerPort": 80}]}
            ],
        }

    def deployment(self, deployment: str) -> dict[str, Any]:
        return dict(self.call("codedeploy", "GetDeployment", deploymentId=deployment)["deploymentInfo"])

    def summed(self, metric: str) -> float:
        """A metric of the blue/green service's load balancer, everything so far."""
        now = datetime.fromtimestamp(self.world.clock.now(), UTC)
        balancer = self.shop.load_balancer_arn.split(":loadbalancer/", 1)[1]
        told = self.call(
            "cloudwatch",
            "GetMetricStatistics",
            Namespace="AWS/ApplicationELB",
            MetricName=metric,
            Dimensions=[{"Name": "LoadBalancer", "Value": balancer}],
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(minutes=1),
            Period=60,
            Statistics=["Sum"],
        )
        return float(sum(point["Sum"] for point in told["Datapoints"]))

    def counted(self, name: str) -> int:
        """What Envoy counted of the blue/green service's target groups: requests, errors or unanswered."""
        groups = [each for each in self.traffic.told()["targetGroups"] if each["name"].startswith("prod-shop")]
        return int(sum(each[name] for each in groups))


@contextmanager
def town(speed: float, visits: float) -> Iterator[Town]:
    """Build it, wait until both services answer, take it down."""
    world = World(HostClock(), speed=speed)
    shop = blue_green(world, BlueGreen("shop", alarm_threshold=alarm_threshold(speed, visits or 1.0), wait_minutes=1))
    web = rolling(world, Rolling())
    with real_traffic(world, visits) as traffic:
        made = Town(world, traffic, shop, web)
        until("an answer", lambda: made.client().get() == (200, "1.0.0"))
        try:
            yield made
        finally:
            for each in made.clients.values():
                each.close()


def read(url: str, **headers: str) -> tuple[str, str]:
    """Content type and body."""
    request = urllib.request.Request(url, headers=headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.headers["Content-Type"], answer.read().decode()


def processes() -> dict[int, tuple[int, str]]:
    """Every process's parent and command line."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (entry / "stat").read_text("utf-8").rpartition(")")[2].split()[:2]
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # it ended meanwhile
        if state != "Z":
            found[int(entry.name)] = (int(parent), command)
    return found


def below(pid: int) -> set[int]:
    """The processes below this one."""
    every, found, level = processes(), set(), {pid}
    while level := {child for child, (parent, _) in every.items() if parent in level}:
        found |= level
    return found
