"""The real gateways over door one of the sandbox: a whole AWS in process, on a clock that a test lets go."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from reconcilers.aws.gateways import GatewayPool
from reconcilers.model import CodeDeployRollout, Revision, RollingRollout, Scope, Service, ServiceKey
from reconcilers.reconcile import Reconciler
from reconcilers.report import Report
from reconcilers.task_definition import release_digest, revision_digest
from reconcilers.verdict import Policy
from sandbox import clients
from sandbox.blueprints import BlueGreen, Rolling, blue_green, rolling
from sandbox.clock import ManualClock
from sandbox.world.calls import Caller
from sandbox.world.world import World

SCOPE = Scope("eu-west-1")
REGISTRY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"


@lru_cache(maxsize=32)
def client_of(world: World, service: str, scope: Scope) -> Any:
    """A ``ClientFactory``, but for the world. A client is kept, as a tenth of a scenario's time went into making them;
    with no more than a few worlds, since each holds all that happened in it.
    """
    return clients.client(world, service, caller=Caller(region=scope.region))


def pool(world: World) -> GatewayPool:
    """Gateways that remember nothing yet: a daemon that was just started."""
    return GatewayPool(lambda service, scope: client_of(world, service, scope))


def reconciler(world: World) -> Reconciler:
    """A daemon that was just started."""
    return Reconciler(pool(world), world.clock.now, Policy())


@dataclass
class Account:
    """One service in a world; ``wanted`` is what Git says of it."""

    world: World
    clock: ManualClock
    wanted: Service
    reports: list[Report] = field(default_factory=list)

    def wants(self, tag: str) -> Service:
        """Git with another image tag."""
        containers = self.wanted.task_definition["containerDefinitions"]
        bumped = [{**each, "image": f"{each['image'].rpartition(':')[0]}:{tag}"} for each in containers]
        return manifest(self.wanted, {**self.wanted.task_definition, "containerDefinitions": bumped}, tag)

    def push(self, tag: str) -> None:
        """Let the images of this tag be in ECR."""
        for each in self.wanted.task_definition["containerDefinitions"]:
            push(self.world, each["image"].rpartition(":")[0], tag)

    def follow(self, daemon: Reconciler, wanted: Service, minutes: float, every: float = 15.0) -> Report:
        """Reconcile until so many minutes have passed, and give back the last report."""
        report = daemon.reconcile(wanted)
        for _ in range(int(minutes * 60 / every)):
            self.clock.advance(every)
            report = daemon.reconcile(wanted)
            self.reports.append(report)
        return report

    def count(self, operation: str) -> int:
        """How often an operation was called."""
        return sum(count for (_, name), count in self.world.calls.items() if name == operation)


def manifest(service: Service, task_definition: Mapping[str, Any], tag: str) -> Service:
    """``service`` with this rendering, of a commit of its own."""
    revision = revision_digest(task_definition)
    return replace(
        service,
        task_definition=task_definition,
        revision=revision,
        release=release_digest(revision, {}),
        commit=Revision(f"c-{tag}", 1_790_000_000.0),
    )


def push(world: World, repository: str, tag: str) -> None:
    """Let an image be in ECR."""
    name = repository.removeprefix(f"{REGISTRY}/")
    ecr = client_of(world, "ecr", SCOPE)
    if name not in {each["repositoryName"] for each in ecr.describe_repositories()["repositories"]}:
        ecr.create_repository(repositoryName=name)
    ecr.put_image(repositoryName=name, imageTag=tag, imageManifest=f'{{"tag": "{tag}"}}')


def shifted(plan: BlueGreen | None = None, **switches: Any) -> Account:
    """A service that CodeDeploy shifts, running 1.0.0, and a manifest that wants just that."""
    clock = ManualClock()
    world = World(clock, **switches)
    plan = plan or BlueGreen()
    built = blue_green(world, plan)
    return _account(
        world,
        clock,
        plan.workload.request(plan.name),
        Service(
            key=ServiceKey("prod", "notes-app"),
            scope=SCOPE,
            cluster=built.cluster,
            name=built.service,
            task_definition={},
            revision=revision_digest({}),
            release=release_digest(revision_digest({}), {}),
            rollout=CodeDeployRollout(built.application, built.deployment_group),
            commit=Revision("", 0.0),
            source="desired/prod/notes-app.yaml",
        ),
    )


def rolled(plan: Rolling | None = None, **switches: Any) -> Account:
    """A service that ECS rolls, running what its manifest wants."""
    clock = ManualClock()
    world = World(clock, **switches)
    plan = plan or Rolling()
    built = rolling(world, plan)
    return _account(
        world,
        clock,
        plan.workload.request(plan.name),
        Service(
            key=ServiceKey("prod", "web"),
            scope=SCOPE,
            cluster=built.cluster,
            name=built.service,
            task_definition={},
            revision=revision_digest({}),
            release=release_digest(revision_digest({}), {}),
            rollout=RollingRollout(),
            commit=Revision("", 0.0),
            source="desired/prod/web.yaml",
        ),
    )


def _account(world: World, clock: ManualClock, task_definition: Mapping[str, Any], service: Service) -> Account:
    clock.advance(600)
    world.run()
    world.calls.clear()
    return Account(world, clock, manifest(service, task_definition, "1.0.0"))
