"""All gateways of one scope: what ``observe`` and ``act`` are given, and all that they know of AWS."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from reconcilers.aws.autoscaling import AutoScalingGateway
from reconcilers.aws.cloudtrail import CloudTrailGateway
from reconcilers.aws.cloudwatch import CloudWatchGateway
from reconcilers.aws.codedeploy import CodeDeployGateway
from reconcilers.aws.ecr import EcrGateway
from reconcilers.aws.ecs import EcsGateway
from reconcilers.aws.elbv2 import Elbv2Gateway
from reconcilers.aws.logs import LogsGateway
from reconcilers.aws.session import ClientFactory, LazyClient
from reconcilers.aws.tasks import TasksGateway
from reconcilers.digest import Digest
from reconcilers.model import Scope
from reconcilers.task_definition import revision_digest

DigestOf = Callable[[Mapping[str, Any]], Digest]


@dataclass(frozen=True, slots=True)
class Gateways:
    """One account and region, as one role."""

    ecs: EcsGateway
    codedeploy: CodeDeployGateway
    elbv2: Elbv2Gateway
    cloudwatch: CloudWatchGateway
    ecr: EcrGateway
    autoscaling: AutoScalingGateway
    cloudtrail: CloudTrailGateway
    tasks: TasksGateway
    logs: LogsGateway


class GatewayPool:
    """The gateways of each scope, made when first asked for and kept: they remember what never changes."""

    def __init__(self, factory: ClientFactory, digest_of: DigestOf = revision_digest) -> None:
        self._factory = factory
        self._digest_of = digest_of
        self._kept: dict[Scope, Gateways] = {}
        self._lock = Lock()

    def __call__(self, scope: Scope) -> Gateways:
        """The gateways of ``scope``; nothing is asked of AWS yet."""
        with self._lock:
            if scope not in self._kept:
                self._kept[scope] = gateways(self._factory, scope, self._digest_of)
            return self._kept[scope]


def gateways(factory: ClientFactory, scope: Scope, digest_of: DigestOf = revision_digest) -> Gateways:
    """Gateways over clients that are made when first used."""

    def client(service: str) -> LazyClient:
        return LazyClient(factory, service, scope)

    ecs = client("ecs")
    return Gateways(
        ecs=EcsGateway(ecs, digest_of),
        codedeploy=CodeDeployGateway(client("codedeploy")),
        elbv2=Elbv2Gateway(client("elbv2")),
        cloudwatch=CloudWatchGateway(client("cloudwatch")),
        ecr=EcrGateway(client("ecr")),
        autoscaling=AutoScalingGateway(client("application-autoscaling")),
        cloudtrail=CloudTrailGateway(client("cloudtrail")),
        tasks=TasksGateway(ecs),
        logs=LogsGateway(client("logs")),
    )
