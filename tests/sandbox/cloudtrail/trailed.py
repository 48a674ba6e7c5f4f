"""A world in which somebody does something, and what CloudTrail tells of it."""

import json
from dataclasses import dataclass, field
from typing import Any

from sandbox import clients
from sandbox.blueprints import BlueGreen, BlueGreenService, Workload, blue_green
from sandbox.clock import ManualClock
from sandbox.switches import Switches
from sandbox.world.calls import Caller
from sandbox.world.world import World

ALICE = Caller(principal="arn:aws:iam::123456789012:user/alice")
RUN = Caller(principal="arn:aws:sts::123456789012:assumed-role/ci/run-7")
LATE = 301.0


@dataclass
class Trailed:
    """``world`` with a CodeDeploy service in it."""

    switches: Switches = field(default_factory=Switches)
    speed: float = 1.0

    def __post_init__(self) -> None:
        self.clock = ManualClock()
        self.world = World(self.clock, speed=self.speed, switches=self.switches)
        self.trail = self.client("cloudtrail")

    def client(self, service: str, caller: Caller = ALICE) -> Any:
        return clients.client(self.world, service, caller=caller)

    def service(self) -> BlueGreenService:
        """A service as ``alice`` made it."""
        return blue_green(self.world, BlueGreen("web", "prod", Workload()), caller=ALICE)

    def cluster(self, name: str, caller: Caller = ALICE) -> None:
        """The smallest change there is."""
        self.client("ecs", caller).create_cluster(clusterName=name)

    def events(self, **asked: Any) -> list[dict[str, Any]]:
        """One page, once everything is delivered."""
        self.clock.advance(LATE / self.speed)
        found: list[dict[str, Any]] = self.trail.lookup_events(**asked)["Events"]
        return found

    def records(self, name: str) -> list[dict[str, Any]]:
        """The records of all events of a name, newest first."""
        asked = [{"AttributeKey": "EventName", "AttributeValue": name}]
        return [json.loads(each["CloudTrailEvent"]) for each in self.events(LookupAttributes=asked)]
