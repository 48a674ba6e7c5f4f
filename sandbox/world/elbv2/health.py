"""A target's health, as a function of when it was registered, what it runs, and the clock."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sandbox.world.calls import Answer
from sandbox.world.elbv2.records import Target, TargetGroup


@dataclass(frozen=True, slots=True)
class Health:
    """One of AWS's states with its reason and description."""

    state: str
    reason: str | None = None
    description: str | None = None

    def shape(self) -> Answer:
        answer = {"State": self.state, "Reason": self.reason, "Description": self.description}
        return {key: value for key, value in answer.items() if value is not None}


HEALTHY = Health("healthy")
REGISTERING = Health("initial", "Elb.RegistrationInProgress", "Target registration is in progress")
CHECKING = Health("initial", "Elb.InitialHealthChecking", "Initial health checks in progress")
FAILING = Health("unhealthy", "Target.FailedHealthChecks", "Health checks failed")
DRAINING = Health("draining", "Target.DeregistrationInProgress", "Target deregistration is in progress")
UNREGISTERED = Health("unused", "Target.NotRegistered", "Target is not registered to the target group")
UNUSED = Health("unused", "Target.NotInUse", "Target group is not configured to receive traffic from the load balancer")
# How long a registration itself takes, in AWS's seconds, before the first check.
REGISTRATION = 1.0


@dataclass(frozen=True, slots=True)
class Examiner:
    """Tells health. ``runs_well`` answers for the images of a target, ``speed`` divides every duration."""

    runs_well: Callable[[Sequence[str]], bool]
    speed: float

    def health(self, group: TargetGroup, target: Target, now: float) -> Health:
        """Initial until as many checks have agreed as the target group asks for, then healthy or unhealthy."""
        if target.draining_since is not None:
            return DRAINING
        if group.in_use_since is None:
            return UNUSED
        well = self.runs_well(target.images) if target.verdict is None else target.verdict
        if target.verdict is None:
            elapsed = (now - max(group.in_use_since, target.registered_at)) * self.speed
            if elapsed < checking_seconds(group, well=well):
                return REGISTERING if elapsed < REGISTRATION else CHECKING
        return HEALTHY if well else FAILING

    def gone(self, group: TargetGroup, target: Target, now: float) -> bool:
        """Whether a deregistered target has left: its connections had the group's deregistration delay to end."""
        delay = float(group.attributes["deregistration_delay.timeout_seconds"]) / self.speed
        return target.draining_since is not None and now >= target.draining_since + delay


def checking_seconds(group: TargetGroup, *, well: bool) -> float:
    """AWS seconds from registration to the first verdict: the interval times the threshold."""
    threshold = "HealthyThresholdCount" if well else "UnhealthyThresholdCount"
    return float(group.shape["HealthCheckIntervalSeconds"] * group.shape[threshold])
