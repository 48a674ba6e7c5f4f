"""How a service is, from what DescribeServices says of its tasks, whatever Git says."""

from reconcilers.attempts import Attempt
from reconcilers.live_service import LiveService
from reconcilers.outcome import Health


def health(service: LiveService, attempts: tuple[Attempt, ...] = ()) -> Health:
    """Of a service, and of the attempts that are known of it.

    A shift whose production has moved is no longer under way: its termination wait may last for two days.
    """
    if service.status == "INACTIVE":
        return Health.MISSING
    if service.status != "ACTIVE":
        return Health.DEGRADED
    if _under_way(service, attempts):
        return Health.PROGRESSING
    if any(deployment.rollout_state == "FAILED" for deployment in service.deployments):
        return Health.DEGRADED
    running, desired = _counts(service)
    return Health.DEGRADED if running < desired else Health.HEALTHY


def _under_way(service: LiveService, attempts: tuple[Attempt, ...]) -> bool:
    if any(attempt.active for attempt in attempts):
        return any(attempt.active and not attempt.shift_over for attempt in attempts)
    return any(deployment.rollout_state == "IN_PROGRESS" for deployment in service.deployments)


def _counts(service: LiveService) -> tuple[int, int]:
    # The service's own counts add both colours up; only PRIMARY's tell how production is.
    if service.primary is not None:
        return service.primary.running, service.primary.desired
    return service.running_count, service.desired_count
