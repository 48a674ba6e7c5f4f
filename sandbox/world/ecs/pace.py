"""How long ECS takes for what it does."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """Durations in seconds of AWS's time. The defaults are what a small Fargate service shows."""

    provisioning: float = 15.0
    """From RunTask to a network interface: PROVISIONING."""
    pulling: float = 15.0
    """From the interface to running containers: PENDING."""
    container_health: float = 10.0
    """From a running container to a passed container health check."""
    health_poll: float = 5.0
    """How often the scheduler looks at the health of a new task."""
    deregistration: float = 30.0
    """How long a stopped task's connections drain: DEACTIVATING."""
    stopping: float = 5.0
    """From SIGTERM to STOPPED."""
    retry: float = 10.0
    """How long the scheduler rests after a task that failed."""
    steady: float = 5.0
    """From the last healthy task to the scheduler's remark that the state is steady."""
    rollout_start: float = 2.0
    """From UpdateService to the first step of a service deployment: PENDING."""
    alarm_poll: float = 15.0
    """How often the alarms of a service deployment are looked at."""
    stopped_task_kept: float = 3600.0
    """How long a stopped task can still be described."""
    deleted_definition_kept: float = 60.0
    """How long a deleted task definition is seen as DELETE_IN_PROGRESS."""
    steady_remark: float = 21_600.0
    """How often a service at rest says that it is."""
