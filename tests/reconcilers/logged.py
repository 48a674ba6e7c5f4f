"""A service whose containers write to CloudWatch Logs, and a reader of that."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from reconcilers.aws.gateways import GatewayPool
from reconcilers.history import Historian
from reconcilers.task_logs import LogQuestion, LogReader, Reach, TaskLogs
from reconcilers.task_output import Which
from sandbox.blueprints import BlueGreen, Workload
from sandbox.switches import Switches
from tests.reconcilers.sandboxed import REGISTRY, Account, client_of, reconciler, shifted
from tests.reconcilers.sandboxed import pool as gateways

GROUP = "/ecs/prod-notes-app"


def container(name: str, *, port: int | None = None, **log: Any) -> dict[str, Any]:
    options = {"awslogs-group": GROUP, "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "app"}
    written = log.get("log", {"logDriver": "awslogs", "options": options})
    return {
        "name": name,
        "image": f"{REGISTRY}/notes-{name}:1.0.0",
        "essential": True,
        "portMappings": [{"containerPort": port, "protocol": "tcp"}] if port else [],
        **({"logConfiguration": written} if written else {}),
    }


def workload(*containers: dict[str, Any]) -> Workload:
    made = {
        "requiresCompatibilities": ["FARGATE"],
        "networkMode": "awsvpc",
        "cpu": "512",
        "memory": "1024",
        "containerDefinitions": list(containers) or [container("proxy", port=80), container("backend")],
    }
    return Workload(container="proxy", task_definition=made, desired_count=2)


@dataclass
class Logged:
    """The service, shipped by its daemon, and what of its logs is asked for."""

    account: Account
    pool: GatewayPool
    reader: LogReader
    monotonic: list[float] = field(default_factory=lambda: [0.0])

    def ship(self, tag: str, minutes: float) -> None:
        """Git wants a tag, and the daemon does what there is to do about it for so long."""
        self.account.push(tag)
        self.account.follow(reconciler(self.account.world), self.account.wants(tag), minutes)

    def read(self, **asked: Any) -> TaskLogs:
        """An answer, with nothing kept from the one before."""
        self.monotonic[0] += 100.0
        which = Which(asked.pop("deployment", ""), asked.pop("number", 0), asked.pop("previous", False))
        return self.reader.read(self.account.wanted, LogQuestion(which, **asked))

    def tasks(self, status: str = "RUNNING") -> list[str]:
        ecs = client_of(self.account.world, "ecs", self.account.wanted.scope)
        cluster = self.account.wanted.cluster
        return [arn.rpartition("/")[2] for arn in ecs.list_tasks(cluster=cluster, desiredStatus=status)["taskArns"]]


def logged(*containers: dict[str, Any], switches: Switches | None = None) -> Logged:
    """The service at rest, as somebody made it: nothing was deployed yet."""
    return of(shifted(BlueGreen(workload=workload(*containers)), **({"switches": switches} if switches else {})))


def of(account: Account, now: Callable[[], float] | None = None) -> Logged:
    """A service, and a reader of what its tasks write. ``now``: the reader's clock, AWS's unless told."""

    made, passed = gateways(account.world), [0.0]
    clock = account.world.clock.now
    reach = Reach(made, Historian(made, clock).history, now or clock, lambda: passed[0])
    return Logged(account, made, LogReader(reach), passed)
