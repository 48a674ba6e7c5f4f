"""Behaviours of AWS that nobody has established: each is a switch, and what is built must hold under every setting."""

from dataclasses import dataclass
from enum import Enum


class DeploymentOrder(Enum):
    """In which order ListDeployments answers."""

    NEWEST_FIRST = "newest-first"
    OLDEST_FIRST = "oldest-first"


@dataclass(frozen=True, slots=True)
class Switches:
    """One field per unknown. The defaults are the likelier reading of AWS's documentation."""

    deployment_order: DeploymentOrder = DeploymentOrder.NEWEST_FIRST
    # Is the termination wait reported as Baking (it is in the enum) or, as once observed, as InProgress?
    termination_wait_is_baking: bool = False
    # Are alarms still polled after the shift, while the blue task set waits for its termination?
    alarms_watched_in_termination_wait: bool = True
    # Does BatchGetDeployments leave unknown ids out, or refuse the whole call?
    batch_get_refuses_unknown_ids: bool = False
    # Does a stop during the termination wait shift the traffic back, or only end the wait?
    stop_in_termination_wait_rolls_back: bool = True
    # A ready wait that runs out: Stopped, as the documentation says, or Failed?
    ready_timeout_is_stopped: bool = True
    # Which code carries a time-out of the replacement task set and of a hook's callback?
    task_set_timeout_code: str = "TIMEOUT"
    hook_timeout_code: str = "HOOK_EXECUTION_FAILURE"
    # CreateDeployment with desiredCount 0: an empty green task set is at once stable, or never.
    empty_task_set_is_stable: bool = True
    # A ready wait that runs out, and a listener that cannot be moved: which codes do they carry?
    ready_timeout_code: str = "TIMEOUT"
    listener_error_code: str = "ELASTIC_LOAD_BALANCING_INVALID"
    # An alarm that does not exist stops a deployment; with which code is not documented.
    missing_alarm_code: str = "ALARM_ACTIVE"
    # Does creating a deployment group weigh both target groups on the production listener (observed once), or not?
    group_creation_weighs_listener: bool = True
    # Is an AppSpec that cannot be read refused by CreateDeployment, or does its deployment fail?
    bad_app_spec_is_refused: bool = False
    # Does StopDeployment answer Pending first and take effect a little later?
    stop_is_pending_first: bool = False
    # A task set that a stopped deployment left behind: does the next deployment replace it, or stand beside it?
    abandoned_task_set_is_replaced: bool = True
    # An alarm set by hand whose metric says nothing: evaluated away at the next period, or (observed once) left as set?
    quiet_alarm_keeps_its_state: bool = False
    # How late CloudTrail shows an event, in AWS's seconds: about five minutes on average, says AWS, and at most 15.
    trail_delivery_seconds: float = 300.0
    # Do CloudTrail's events list the resources that they name, so that they are found by them?
    trail_names_resources: bool = True
    # GetLogEvents "can return empty results while there are more": does the first page of a stream?
    log_pages_may_be_empty: bool = False
