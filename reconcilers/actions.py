"""The closed set of things that can be done. An action is data; ``act`` turns it into a call, a preview prints it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reconcilers.attempts import Mark
from reconcilers.live_service import LoadBalancer


@dataclass(frozen=True, slots=True)
class RegisterTaskDefinition:
    """A new revision, tagged so that it is found again: digest, commit and owner."""

    definition: Mapping[str, Any]
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TagRevision:
    """Labels on a registered revision: a hold, for when CodeDeploy's history has ended. ``None`` takes a label off."""

    arn: str
    tags: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class CreateDeployment:
    """A CodeDeploy traffic shift. ``task_definition_arn`` is ``None`` for the revision that this plan registers."""

    application: str
    deployment_group: str
    task_definition_arn: str | None
    load_balancer: LoadBalancer
    mark: Mark
    network_configuration: Mapping[str, Any] | None = None
    capacity_provider_strategy: tuple[Mapping[str, Any], ...] = ()
    platform_version: str | None = None
    hooks: Mapping[str, str] = field(default_factory=dict)
    despite_alarm: str | None = None  # the person's reason; alarms are ignored for this one deployment


@dataclass(frozen=True, slots=True)
class StopDeployment:
    """End a CodeDeploy deployment and roll its traffic back."""

    deployment_id: str
    why: str


@dataclass(frozen=True, slots=True)
class EndTerminationWait:
    """Let the old task set go now: the shift is over and something newer wants to ship."""

    deployment_id: str


@dataclass(frozen=True, slots=True)
class UpdateService:
    """UpdateService with just these fields, to put back what was declared, or to apply what is declared newly."""

    cluster: str
    service: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StartRolling:
    """A rolling update. ``task_definition_arn`` is ``None`` for the revision that this plan registers first."""

    cluster: str
    service: str
    task_definition_arn: str | None
    mark: Mark
    fields: Mapping[str, Any] = field(default_factory=dict)
    despite_alarm: str | None = None


@dataclass(frozen=True, slots=True)
class StopServiceDeployment:
    """End a rolling update and roll it back."""

    arn: str
    why: str


Action = (
    RegisterTaskDefinition
    | TagRevision
    | CreateDeployment
    | StopDeployment
    | EndTerminationWait
    | UpdateService
    | StartRolling
    | StopServiceDeployment
)


@dataclass(frozen=True, slots=True)
class Done:
    """An action that succeeded, and the id or ARN of what it made or touched."""

    action: Action
    result: str
