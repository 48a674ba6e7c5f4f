"""How long CodeDeploy takes for what it does itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """Durations in seconds of AWS's time; what ECS takes for its tasks comes on top. The defaults are near a recording.

    ``queued`` is a stay in ``Queued`` that most deployments do not have. ``alarm_poll`` is how often alarms are
    looked at, ``steady_poll`` how often a new task set is. ``step_lag`` lies between AllowTraffic's start and its
    first weight.
    """

    pick_up: float = 5.0
    queued: float = 0.0
    event: float = 0.2
    test_shift: float = 5.0
    step_lag: float = 2.0
    after_shift: float = 1.0
    steady_poll: float = 5.0
    alarm_poll: float = 15.0
    hook: float = 5.0
    stop: float = 5.0
    drain: float = 4.0
    install_timeout: float = 3600.0
    hook_timeout: float = 3600.0
