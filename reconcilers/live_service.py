"""A service, its task sets or deployments, and a revision, as ECS describes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reconcilers.digest import Digest


@dataclass(frozen=True, slots=True)
class LoadBalancer:
    """Which container's port stands behind which target group."""

    target_group_arn: str | None
    container_name: str
    container_port: int


@dataclass(frozen=True, slots=True)
class TaskSet:
    """One colour of a CodeDeploy service. ``external_id`` is the deployment that made it, if one did."""

    id: str
    status: str  # PRIMARY, ACTIVE, DRAINING
    task_definition_arn: str
    external_id: str | None = None
    stability: str = "STEADY_STATE"
    target_group_arns: tuple[str, ...] = ()
    desired: int = 0
    running: int = 0
    pending: int = 0


@dataclass(frozen=True, slots=True)
class RollingDeployment:
    """An entry of a service's ``deployments``: ECS's own controller at work."""

    id: str
    status: str  # PRIMARY, ACTIVE
    task_definition_arn: str
    rollout_state: str | None  # COMPLETED, IN_PROGRESS, FAILED
    desired: int = 0
    running: int = 0
    pending: int = 0
    failed_tasks: int = 0


@dataclass(frozen=True, slots=True)
class LiveService:
    """One answer of DescribeServices. ``definition`` is AWS's own shape, without events, task sets and deployments,
    but with what only the PRIMARY deployment shows (serviceConnectConfiguration and the like).
    """

    arn: str
    name: str
    cluster_arn: str
    status: str  # ACTIVE, DRAINING, INACTIVE
    controller: str  # CODE_DEPLOY, ECS, EXTERNAL
    task_definition_arn: str
    desired_count: int
    running_count: int
    load_balancers: tuple[LoadBalancer, ...] = ()
    task_sets: tuple[TaskSet, ...] = ()
    deployments: tuple[RollingDeployment, ...] = ()
    definition: Mapping[str, Any] = field(default_factory=dict)
    created_at: float | None = None
    created_by: str | None = None  # a principal's ARN

    @property
    def primary(self) -> TaskSet | None:
        """The task set that serves production, where CodeDeploy keeps task sets."""
        return next((task_set for task_set in self.task_sets if task_set.status == "PRIMARY"), None)


@dataclass(frozen=True, slots=True)
class RegisteredRevision:
    """A registered task definition. Content never changes and is kept for ever; ``status`` and ``tags`` do.

    ``tags`` is ``None`` where they were not asked for.
    """

    arn: str
    definition: Mapping[str, Any]
    digest: Digest
    status: str = "ACTIVE"
    registered_at: float | None = None
    registered_by: str | None = None
    tags: Mapping[str, str] | None = None
