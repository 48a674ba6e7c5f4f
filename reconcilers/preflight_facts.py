"""What stands around a service, and must be right before its traffic moves."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconcilers.live_service import RegisteredRevision


@dataclass(frozen=True, slots=True)
class DeploymentGroup:
    """A CodeDeploy deployment group: which listeners are shifted between which target groups, watched by whom."""

    application: str
    name: str
    cluster: str
    service: str
    config: str
    prod_listener_arns: tuple[str, ...] = ()
    test_listener_arns: tuple[str, ...] = ()
    target_group_names: tuple[str, ...] = ()
    alarm_names: tuple[str, ...] = ()
    alarms_enabled: bool = False
    rollback_events: tuple[str, ...] = ()  # empty: automatic rollback is off
    ready_wait_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Listener:
    """Where a listener, or its default rule, sends traffic: target group ARN → weight."""

    arn: str
    weights: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class TargetGroup:
    """A target group, by both its names."""

    arn: str
    name: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """A CloudWatch alarm. ``target_groups``: the target groups it watches, as in its metrics' TargetGroup dimensions.

    ``load_balancers``: those that it watches as a whole and no single target group of, as in its metrics' LoadBalancer
    dimensions. ``children``: of a composite alarm.
    """

    name: str
    state: str  # OK, ALARM, INSUFFICIENT_DATA
    composite: bool = False
    target_groups: tuple[str, ...] = ()
    load_balancers: tuple[str, ...] = ()
    children: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Image:
    """An image of the rendering that should be in ECR. ``found`` is ``None`` where the registry is not ours to ask."""

    container: str
    reference: str
    found: bool | None
    findings: Mapping[str, int] = field(default_factory=dict)  # severity → count; empty where nothing was scanned


@dataclass(frozen=True, slots=True)
class PreflightFacts:
    """What is read once, before the first mutation of a rollout."""

    group: DeploymentGroup | None
    listeners: tuple[Listener, ...]
    target_groups: tuple[TargetGroup, ...]
    alarms: tuple[Alarm, ...]
    images: tuple[Image, ...]
    rollback_target: RegisteredRevision | None  # what runs now, with a fresh status
