"""ECS's agent, played: a task of Trueup's that runs is a ``trueup run``, and one that shall end gets SIGTERM."""

import json
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.server import Server
from tests.controller.daemons import TOKEN, DaemonProcess
from tests.installation.stack import CLUSTER, Stack

NOT_HERE = frozenset({"repository", "state_dir", "host", "log_format", "sweep_interval"})  # here they are the test's
SERVICE = "/api/v1/services/prod/trueup"


class Controller(DaemonProcess):
    """The process of one task."""

    def __init__(self, folder: Path, tag: str, **settings: str) -> None:
        folder.mkdir()
        super().__init__(folder, **settings)
        self.tag = tag
        self.told_to_end = False
        self.begin()

    def end(self) -> None:
        if not self.told_to_end:
            self.told_to_end = True
            self.process.send_signal(signal.SIGTERM)

    def says(self) -> dict[str, Any]:
        """What it says of itself; nothing until it answers."""
        started = self.said("started")
        if not started:
            return {}
        self.url = started[0]["url"]
        try:
            status, body = self.asks(SERVICE)
        except OSError:
            return {}
        return dict(json.loads(body)) if status == 200 else {}


@dataclass
class Agent:
    """Call ``look`` again and again; ``controllers`` are all that ever ran, by task."""

    stack: Stack
    server: Server
    repository: str
    folder: Path
    controllers: dict[str, Controller] = field(default_factory=dict)

    def look(self) -> None:
        for task in self.tasks():
            running = self.controllers.get(task["taskArn"])
            if running is not None and task["desiredStatus"] == "STOPPED":
                running.end()
            elif running is None and (task["desiredStatus"], task["lastStatus"]) == ("RUNNING", "RUNNING"):
                self.controllers[task["taskArn"]] = self._start(task)

    def tasks(self) -> list[dict[str, Any]]:
        """Every task of the service that ECS remembers, in the order in which they were made."""
        ecs = self.stack.boto("ecs")
        arns = [
            arn
            for desired in ("RUNNING", "STOPPED")
            for arn in ecs.list_tasks(cluster=CLUSTER, serviceName="trueup", desiredStatus=desired)["taskArns"]
        ]
        found = ecs.describe_tasks(cluster=CLUSTER, tasks=arns)["tasks"] if arns else []
        return sorted(found, key=lambda task: task["createdAt"])

    def now(self) -> Controller | None:
        """The one that is meant to run."""
        running = [each for each in self.controllers.values() if not each.told_to_end]
        assert len(running) <= 1, "Two controllers are meant to run."
        return running[0] if running else None

    def says(self, tag: str, sync: str) -> bool:
        """Whether the controller of this version runs, and finds its own service to be so."""
        self.look()
        controller = self.now()
        return controller is not None and controller.tag == tag and controller.says().get("sync") == sync

    def close(self) -> None:
        for each in self.controllers.values():
            each.__exit__()

    def _start(self, task: dict[str, Any]) -> Controller:
        arn = task["taskDefinitionArn"]
        described = self.stack.boto("ecs").describe_task_definition(taskDefinition=arn)["taskDefinition"]
        container = described["containerDefinitions"][0]
        said = {each["name"].removeprefix("TRUEUP_").lower(): each["value"] for each in container["environment"]}
        settings = {name: value for name, value in said.items() if name not in NOT_HERE}
        return Controller(
            self.folder / task["taskArn"].rpartition("/")[2],
            container["image"].rpartition(":")[2],
            **settings,
            api_token=TOKEN,
            repository=self.repository,
            endpoint_url=self.server.url,
        )
