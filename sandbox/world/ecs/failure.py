"""What ECS calls a failed deployment, in its words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a deployment failed: the texts that deployment, service deployment and events show."""

    event: str
    rollout_reason: str
    rolled_back: str
    stopped: str
    rolling_back: str


CIRCUIT_BREAKER = Cause(
    event="deployment failed: tasks failed to start.",
    rollout_reason="ECS deployment circuit breaker: tasks failed to start.",
    rolled_back="Service deployment rolled back because the circuit breaker threshold was exceeded.",
    stopped="Service deployment stopped because the circuit breaker threshold was exceeded.",
    rolling_back="ECS deployment circuit breaker: rolling back to deploymentId",
)

ALARM = Cause(
    event="deployment failed: alarm detected.",
    rollout_reason="ECS deployment failed: alarm detected.",
    rolled_back="Service deployment rolled back because one or more alarms went into the ALARM state.",
    stopped="Service deployment stopped because one or more alarms went into the ALARM state.",
    rolling_back="ECS deployment alarm: rolling back to deploymentId",
)

REQUEST = Cause(
    event="deployment stopped by a user.",
    rollout_reason="ECS deployment stopped by a user.",
    rolled_back="Service deployment rolled back because a user requested it.",
    stopped="Service deployment stopped because a user requested it.",
    rolling_back="ECS deployment stopped by a user: rolling back to deploymentId",
)
