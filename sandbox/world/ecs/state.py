"""What one account and region knows of ECS, and how a request's references find it."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sandbox.errors import AwsError
from sandbox.world.calls import Params
from sandbox.world.ecs.cluster import ACTIVE, Cluster
from sandbox.world.ecs.journal import Journal
from sandbox.world.ecs.names import last_part
from sandbox.world.ecs.pace import Pace
from sandbox.world.ecs.refusals import required
from sandbox.world.ecs.surroundings import Surroundings
from sandbox.world.ecs.task_definition import Families

if TYPE_CHECKING:
    from sandbox.world.ecs.deployment import ServiceDeployment, ServiceRevision
    from sandbox.world.ecs.service import Service


class State:
    """Everything that is remembered. Its parts are changed by those who keep them, and by nobody else."""

    def __init__(self, place: Surroundings, pace: Pace) -> None:
        self.place = place
        self.pace = pace
        self.timeline = place.timeline
        self.chance = place.world.random
        self.clusters: dict[str, Cluster] = {}
        self.families = Families()
        self.tags: dict[str, dict[str, str]] = {}
        self.service_deployments: dict[str, ServiceDeployment] = {}
        self.revisions: dict[str, ServiceRevision] = {}
        self._addresses = itertools.count(1)

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.timeline.now, UTC)

    def address(self) -> str:
        """A private address that no other task has."""
        number = next(self._addresses)
        return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"

    def journal(self) -> Journal:
        return Journal(self.chance, timedelta(seconds=self.pace.steady_remark / self.timeline.speed))

    def arn(self, kind: str, *parts: str) -> str:
        """``arn("service", "prod", "web")`` here."""
        return self.place.arn("ecs", "/".join((kind, *parts)))

    def cluster(self, reference: str | None) -> Cluster:
        """The ACTIVE cluster of a name or ARN (``default`` where none is given)."""
        found = self.clusters.get(last_part(reference or "default"))
        foreign = found is not None and bool(reference) and str(reference).startswith("arn:") and found.arn != reference
        if found is None or foreign or found.status != ACTIVE:
            raise AwsError("ClusterNotFoundException", "Cluster not found.")
        return found

    @staticmethod
    def named(cluster: Cluster, reference: str) -> "Service | None":
        """The cluster's service of that name or ARN; ARNs of the older form do not tell the cluster."""
        found = cluster.services.get(last_part(reference))
        if found and reference.startswith("arn:") and reference.count("/") > 1 and found.arn != reference:
            return None
        return found

    def service(self, params: Params) -> "Service":
        """The service that ``cluster`` and ``service`` name, whatever its status."""
        found = self.named(self.cluster(params.get("cluster")), required(params, "service"))
        if found is None:
            raise AwsError("ServiceNotFoundException", "Service not found.")
        return found

    def active_service(self, params: Params) -> "Service":
        """The same, where it must be ACTIVE."""
        found = self.service(params)
        if found.status != ACTIVE:
            raise AwsError("ServiceNotActiveException", "Service was not ACTIVE.")
        return found

    def tags_of(self, arn: str) -> list[dict[str, str]]:
        """The shape ``Tags``."""
        return [{"key": key, "value": value} for key, value in self.tags.get(arn, {}).items()]
