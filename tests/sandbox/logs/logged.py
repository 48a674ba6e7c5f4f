"""Services whose containers write to CloudWatch Logs, and short words for reading it."""

from typing import Any

from sandbox.blueprints import BlueGreen, Rolling, Workload, rolling
from sandbox.switches import Switches
from sandbox.world.logs.book import LINES
from tests.sandbox.answers import CheckedWorld
from tests.sandbox.stage import Stage

GROUP = "/ecs/web"
GOOD = "registry/web:1.0"


def container(name: str, image: str, **log: str) -> dict[str, Any]:
    """A container; ``log`` are awslogs' options, without their prefix."""
    options = {f"awslogs-{option.replace('_', '-')}": value for option, value in log.items()}
    logged = {"logConfiguration": {"logDriver": "awslogs", "options": options}} if log else {}
    return {"name": name, "image": image, "portMappings": [{"containerPort": 80}], **logged}


def workload(*containers: dict[str, Any], desired: int = 1) -> Workload:
    fargate = {"requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256", "memory": "512"}
    given = containers or (container("web", GOOD, group=GROUP, stream_prefix="app"),)
    request = fargate | {"containerDefinitions": [{"essential": True, **each} for each in given]}
    return Workload(container="web", desired_count=desired, task_definition=request)


class Logged(CheckedWorld):
    """A service that ECS rolls, behind a load balancer unless told otherwise, at rest or not."""

    def __init__(
        self, *containers: dict[str, Any], balanced: bool = True, switches: Switches | None = None, speed: float = 1.0
    ) -> None:
        super().__init__(switches=switches, speed=speed)
        self.built = rolling(self.world, Rolling(workload=workload(*containers), balanced=balanced))

    def tasks(self, status: str = "RUNNING") -> list[str]:
        arns = self.call("ecs", "ListTasks", cluster=self.built.cluster, desiredStatus=status)["taskArns"]
        return [arn.rpartition("/")[2] for arn in arns]

    def stop(self, task: str) -> None:
        self.call("ecs", "StopTask", cluster=self.built.cluster, task=task)

    def streams(self, group: str = GROUP) -> list[str]:
        found = self.call("logs", "DescribeLogStreams", logGroupName=group)["logStreams"]
        return [each["logStreamName"] for each in found]

    def lines(self, stream: str | None = None, **asked: Any) -> list[str]:
        """What a stream has, or all of them."""
        if stream is not None:
            asked |= {"logStreamNames": [stream]}
        return [each["message"] for each in self.events(**asked)]

    def events(self, **asked: Any) -> list[dict[str, Any]]:
        """What a search finds, all pages of it."""
        found: list[dict[str, Any]] = []
        answer: dict[str, Any] = {"nextToken": None}
        while "nextToken" in answer:
            token = {} if answer["nextToken"] is None else {"nextToken": answer["nextToken"]}
            answer = self.call("logs", "FilterLogEvents", **{"logGroupName": GROUP} | asked | token)
            found += answer["events"]
        return found

    def get(self, stream: str, **asked: Any) -> dict[str, Any]:
        return self.call("logs", "GetLogEvents", logGroupName=GROUP, logStreamName=stream, **asked)


class Shifted(Stage):
    """A service that CodeDeploy shifts, whose container writes to ``GROUP``."""

    def __init__(self) -> None:
        super().__init__(BlueGreen(workload=workload()))

    def register(self, image: str) -> str:
        one = container("web", image, group=GROUP, stream_prefix="app")
        request = workload(one).request(self.plan.name)
        return str(self.call("ecs", "RegisterTaskDefinition", **request)["taskDefinition"]["taskDefinitionArn"])

    def app_spec_of(self, definition: str, hooks: dict[str, str] | None = None, **properties: Any) -> str:
        return super().app_spec_of(definition, hooks, **properties).replace('"proxy"', '"web"')

    def written(self, start: float) -> dict[str, list[str]]:
        """The lines of each stream that was opened since ``start``."""
        streams = self.call("logs", "DescribeLogStreams", logGroupName=GROUP)["logStreams"]
        names = [each["logStreamName"] for each in streams if each["creationTime"] >= start * 1000]
        found: dict[str, list[str]] = {}
        for name in names:
            answer = self.call("logs", "GetLogEvents", logGroupName=GROUP, logStreamName=name, limit=LINES)
            found[name] = [each["message"] for each in answer["events"]]
        return found
