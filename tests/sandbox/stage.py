"""The textbook set-up in a checked world, and short words for what a test does with it."""

import json
from copy import copy
from typing import Any

import pytest

from sandbox.blueprints import BlueGreen, Workload, blue_green
from sandbox.errors import AwsError
from sandbox.switches import Switches
from tests.sandbox.answers import CheckedWorld

NEXT = "registry/notes:2.0"
BAD = "registry/notes:2.0-bad"
CRASHING = "registry/notes:2.0-crash"
SETTLED = 600.0


class Stage(CheckedWorld):
    """One blue/green service at rest. ``ship`` deploys an image, the rest reads back through the API."""

    def __init__(
        self, plan: BlueGreen | None = None, *, speed: float = 1.0, switches: Switches | None = None, seed: int = 0
    ) -> None:
        super().__init__(speed=speed, switches=switches, seed=seed)
        self._build(plan or BlueGreen())

    def beside(self, plan: BlueGreen) -> "Stage":
        """Another service in the same world, at rest as well."""
        other = copy(self)
        other._build(plan)
        return other

    def _build(self, plan: BlueGreen) -> None:
        self.plan = plan
        self.built = blue_green(self.world, self.plan)
        self.group = {
            "applicationName": self.built.application,
            "deploymentGroupName": self.built.deployment_group,
        }
        self.target_id = f"{self.built.cluster}:{self.built.service}"
        self.pass_time(SETTLED)

    def register(self, image: str) -> str:
        request = Workload(images={"proxy": image}).request(self.plan.name)
        return str(self.call("ecs", "RegisterTaskDefinition", **request)["taskDefinition"]["taskDefinitionArn"])

    def app_spec(self, image: str = NEXT, hooks: dict[str, str] | None = None, **properties: Any) -> str:
        return self.app_spec_of(self.register(image), hooks, **properties)

    def app_spec_of(self, definition: str, hooks: dict[str, str] | None = None, **properties: Any) -> str:
        balancer = {"ContainerName": "proxy", "ContainerPort": 80}
        service = {"TaskDefinition": definition, "LoadBalancerInfo": balancer} | properties
        spec = {
            "version": 0.0,
            "Resources": [{"TargetService": {"Type": "AWS::ECS::Service", "Properties": service}}],
            "Hooks": [{event: function} for event, function in (hooks or {}).items()],
        }
        return json.dumps(spec)

    def ship(self, image: str = NEXT, **options: Any) -> str:
        """Deploy an image as it is meant to be done; the deployment's id."""
        return self.deploy(self.app_spec(image), **options)

    def deploy(self, content: str, **options: Any) -> str:
        revision = {"revisionType": "AppSpecContent", "appSpecContent": {"content": content}}
        return str(
            self.call("codedeploy", "CreateDeployment", **self.group, revision=revision, **options)["deploymentId"]
        )

    def deployment(self, deployment_id: str) -> dict[str, Any]:
        return dict(self.call("codedeploy", "GetDeployment", deploymentId=deployment_id)["deploymentInfo"])

    def status(self, deployment_id: str) -> str:
        return str(self.deployment(deployment_id)["status"])

    def fault(self, deployment_id: str) -> tuple[str, str]:
        told = self.deployment(deployment_id)["errorInformation"]
        return told["code"], told["message"]

    def target(self, deployment_id: str) -> dict[str, Any]:
        answer = self.call("codedeploy", "GetDeploymentTarget", deploymentId=deployment_id, targetId=self.target_id)
        return dict(answer["deploymentTarget"]["ecsTarget"])

    def events(self, deployment_id: str) -> dict[str, str]:
        return {one["lifecycleEventName"]: one["status"] for one in self.target(deployment_id)["lifecycleEvents"]}

    def weights(self, listener: str | None = None) -> dict[str, int]:
        """By colour of the target group; a listener that names only one gives it everything."""
        arn = listener or self.built.production_listener_arn
        actions = self.call("elbv2", "DescribeListeners", ListenerArns=[arn])["Listeners"][0]["DefaultActions"]
        colours = {self.built.blue_arn: "blue", self.built.green_arn: "green"}
        groups = actions[0]["ForwardConfig"]["TargetGroups"]
        return {colours[one["TargetGroupArn"]]: one["Weight"] for one in groups}

    @property
    def green_share(self) -> int:
        return self.weights().get("green", 0)

    def service(self) -> dict[str, Any]:
        answer = self.call("ecs", "DescribeServices", cluster=self.built.cluster, services=[self.built.service])
        return dict(answer["services"][0])

    def task_sets(self) -> dict[str, str]:
        """Status by who made them: ``first``, or the deployment's id."""
        return {one.get("externalId", "first"): one["status"] for one in self.service()["taskSets"]}

    def rollback_of(self, deployment_id: str) -> str:
        return str(self.deployment(deployment_id)["rollbackInfo"]["rollbackDeploymentId"])

    def ring(self, alarm: str, state: str = "ALARM") -> None:
        self.call("cloudwatch", "SetAlarmState", AlarmName=alarm, StateValue=state, StateReason="a test")

    def until(self, deployment_id: str, status: str, within: float = 7200.0, step: float = 5.0) -> float:
        """Let time pass until the deployment has a status; the seconds that it took."""
        passed = 0.0
        while self.status(deployment_id) != status:
            assert passed < within, f"{self.status(deployment_id)} after {passed} s, not {status}"
            self.pass_time(step)
            passed += step
        return passed

    def until_shifted(self, deployment_id: str) -> None:
        """Let time pass until the termination wait has begun."""
        while not self.deployment(deployment_id)["instanceTerminationWaitTimeStarted"]:
            assert self.status(deployment_id) not in {"Failed", "Stopped"}, self.fault(deployment_id)
            self.pass_time(5.0)

    def until_share(self, share: int, within: float = 7200.0) -> None:
        """Let time pass until green has so much of production."""
        passed = 0.0
        while self.green_share < share:
            assert passed < within, f"green has {self.green_share} after {passed} s"
            self.pass_time(5.0)
            passed += 5.0


def refused(code: str) -> Any:
    """For ``with``: AWS says no, with this code."""
    return pytest.raises(AwsError, match=f"^{code}: ")
