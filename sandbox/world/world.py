"""The world: a timeline, and one place per account and region in which the services live."""

import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

from sandbox.clock import Clock
from sandbox.errors import AwsError
from sandbox.switches import Switches
from sandbox.world.autoscaling import Autoscaling
from sandbox.world.calls import Answer, Caller, Handler, Params
from sandbox.world.cloudtrail import Trail
from sandbox.world.cloudwatch import CloudWatch
from sandbox.world.codedeploy import CodeDeploy
from sandbox.world.ecr import Ecr
from sandbox.world.ecs import Ecs
from sandbox.world.elbv2 import Elbv2
from sandbox.world.logs import Logs
from sandbox.world.timeline import Timeline
from sandbox.world.traffic import Traffic
from sandbox.world.visits import Counting

T = TypeVar("T")


class World:
    """AWS, as far as a deployment meets it.

    ``call`` is the only way in. It first lets happen what was due, then answers with plain data in the shape of
    botocore's model (datetimes are aware UTC datetimes), or raises ``AwsError``. Safe to call from several threads.
    """

    def __init__(self, clock: Clock, *, speed: float = 1.0, switches: Switches | None = None, seed: int = 0) -> None:
        self.clock = clock
        self.timeline = Timeline(clock.now(), speed)
        self.switches = switches or Switches()
        self.random = random.Random(seed)  # noqa: S311 - identifiers and shuffles, nothing secret
        # How often each operation was called: a world may stand for months.
        self.calls: Counter[tuple[str, str]] = Counter()
        # Who counts real requests; without anybody, traffic is a model.
        self.counting: Counting | None = None
        self._places: dict[tuple[str, str], Place] = {}
        self._lock = threading.RLock()

    def place(self, account: str, region: str) -> "Place":
        """The services of one account in one region, made when first asked for."""
        key = (account, region)
        with self._lock:
            if key not in self._places:
                self._places[key] = Place(self, account, region)
            return self._places[key]

    def places(self) -> tuple["Place", ...]:
        """Every place that was made."""
        with self._lock:
            return tuple(self._places.values())

    def answers(self, service: str, operation: str) -> bool:
        """Whether the world itself knows the operation (``ecs``, ``DescribeServices``)."""
        return operation in self.place("000000000000", "us-east-1").operations.get(service, {})

    def call(self, service: str, operation: str, params: Params, caller: Caller | None = None) -> Answer:
        """One API call, ``service`` as botocore names it. ``AwsError`` also for an operation the world lacks."""
        caller = caller or Caller()
        with self._lock:
            self.timeline.advance(self.clock.now())
            self.calls[service, operation] += 1
            place = self.place(caller.account, caller.region)
            handler = place.operations.get(service, {}).get(operation)
            if handler is None:
                raise AwsError("UnknownOperationException", f"The sandbox does not know {service}:{operation}.")
            return place.trail.pass_on(service, operation, params, caller, handler)

    def read(self, look: Callable[[Sequence["Place"]], T]) -> T:
        """Let ``look`` see every place that was made, as of now; nothing moves meanwhile."""
        with self._lock:
            self.timeline.advance(self.clock.now())
            return look(tuple(self._places.values()))

    def run(self) -> None:
        """Let everything happen that is due by now, without a call."""
        with self._lock:
            self.timeline.advance(self.clock.now())


class Place:
    """One account in one region. The services know each other through it, as AWS's services call one another."""

    def __init__(self, world: World, account: str, region: str) -> None:
        self.world = world
        self.timeline = world.timeline
        self.account = account
        self.region = region
        self.trail = Trail(self)
        self.logs = Logs(self)
        self.traffic = Traffic(self)
        self.elbv2 = Elbv2(self)
        self.cloudwatch = CloudWatch(self)
        self.ecs = Ecs(self)
        self.codedeploy = CodeDeploy(self)
        self.ecr = Ecr(self)
        self.autoscaling = Autoscaling(self)
        self.operations: dict[str, dict[str, Handler]] = {
            "elbv2": self.elbv2.operations,
            "cloudwatch": self.cloudwatch.operations,
            "ecs": self.ecs.operations,
            "codedeploy": self.codedeploy.operations,
            "ecr": self.ecr.operations,
            "application-autoscaling": self.autoscaling.operations,
            "cloudtrail": self.trail.operations,
            "logs": self.logs.operations,
        }

    def arn(self, service: str, resource: str) -> str:
        """``arn("ecs", "cluster/prod")`` in this account and region."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"
