"""Two deployments that were recorded on AWS, replayed: a shift that went well, and one that an alarm stopped.

Times are seconds since CreateDeployment. The recordings were made by looking every 23 seconds or so: what was seen
first at a moment had come true between the look before and that moment.
"""

from dataclasses import replace

import pytest

from sandbox.blueprints import BlueGreen, Workload
from tests.sandbox.stage import Stage

ONE_TASK = Workload(desired_count=1)
LOOK = 23
FIRST_SEEN = {10: 140, 20: 209, 30: 255, 40: 324, 50: 393, 60: 438, 70: 508, 80: 554, 100: 692}
NINETY_SEEN_BY = 646
NOTHING_YET = 117
EVENTS_DONE_BY = 761
SUCCEEDED = 976


class Recording(Stage):
    """The recorded set-up: one task, and the paces at which the recorded account's ECS and CodeDeploy went."""

    def __init__(self) -> None:
        super().__init__(BlueGreen(workload=ONE_TASK, check_interval=30, check_threshold=2))
        engine = self.place.codedeploy.engine
        engine.pace = replace(engine.pace, pick_up=10.0, test_shift=18.0, drain=2.0)
        self.begun = self.clock.now()
        self.id = self.ship()

    def at(self, second: float) -> "Recording":
        self.pass_time(second - (self.clock.now() - self.begun))
        return self


def test_a_linear_shift_goes_as_it_was_recorded() -> None:
    recording = Recording()
    seen: dict[int, int] = {}
    for second in range(1, 800):
        share = recording.at(second).green_share
        seen.setdefault(share, second)
    assert seen[10] > NOTHING_YET
    assert seen[90] <= NINETY_SEEN_BY
    for share, first_seen in FIRST_SEEN.items():
        assert first_seen - LOOK < seen[share] <= first_seen, f"{share} % at {seen[share]}"


def test_the_status_goes_as_it_was_recorded() -> None:
    recording = Recording()
    assert recording.status(recording.id) == "Created"
    assert recording.at(3).status(recording.id) == "Created"
    assert recording.at(25).status(recording.id) == "InProgress"
    assert set(recording.at(EVENTS_DONE_BY).events(recording.id).values()) == {"Succeeded"}
    assert recording.status(recording.id) == "InProgress"
    assert recording.at(SUCCEEDED - LOOK).status(recording.id) == "InProgress"
    assert recording.at(SUCCEEDED).status(recording.id) == "Succeeded"


def test_a_hook_without_a_function_passes_in_less_than_a_second() -> None:
    recording = Recording()
    event = recording.at(60).target(recording.id)["lifecycleEvents"][0]
    assert 0 < (event["endTime"] - event["startTime"]).total_seconds() < 1


@pytest.fixture
def stopped() -> Recording:
    """At ten percent somebody sets the alarm by hand; it was recorded to stop the deployment within 23 seconds."""
    recording = Recording()
    recording.until_share(10)
    recording.ring(recording.built.alarms[0])
    recording.pass_time(23)
    return recording


def test_an_alarm_stops_the_shift_and_restores_the_weights_in_the_recorded_time(stopped: Recording) -> None:
    assert stopped.status(stopped.id) == "Stopped"
    assert stopped.weights() == {"blue": 100, "green": 0}


def test_the_stop_reads_as_it_was_recorded(stopped: Recording) -> None:
    assert stopped.deployment(stopped.id)["errorInformation"] == {
        "code": "ALARM_ACTIVE",
        "message": "One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, "
        f"and the affected deployments have been stopped. Activated alarms: <{stopped.built.alarms[0]}>",
    }
    assert stopped.events(stopped.id) == {
        "BeforeInstall": "Succeeded",
        "Install": "Succeeded",
        "AfterInstall": "Succeeded",
        "AllowTestTraffic": "Succeeded",
        "AfterAllowTestTraffic": "Succeeded",
        "BeforeAllowTraffic": "Succeeded",
        "AllowTraffic": "Failed",
        "AfterAllowTraffic": "Skipped",
    }


def test_the_rollback_reads_as_it_was_recorded(stopped: Recording) -> None:
    rollback = stopped.rollback_of(stopped.id)
    stopped.until(rollback, "Succeeded")
    told = stopped.deployment(rollback)
    assert (told["creator"], told["deploymentConfigName"]) == ("codeDeployRollback", "CodeDeployDefault.ECSAllAtOnce")
    assert told["rollbackInfo"] == {
        "rollbackTriggeringDeploymentId": stopped.id,
        "rollbackMessage": f"Deployment {rollback} is triggered to roll back deployment {stopped.id}.",
    }
    assert stopped.deployment(stopped.id)["rollbackInfo"] == {
        "rollbackDeploymentId": rollback,
        "rollbackMessage": f"Deployment {stopped.id} terminated. Automatic rollback is triggered with a DeploymentId "
        f"{rollback}.",
    }


def test_primary_never_left_the_old_task_set_and_no_new_one_was_made(stopped: Recording) -> None:
    assert stopped.task_sets()["first"] == "PRIMARY"
    stopped.until(stopped.rollback_of(stopped.id), "Succeeded", step=1)
    assert stopped.task_sets() == {"first": "PRIMARY", stopped.id: "DRAINING"}


def test_a_rollback_works_for_the_very_first_deployment_of_a_service(stopped: Recording) -> None:
    assert "previousRevision" not in stopped.deployment(stopped.id)
    stopped.until(stopped.rollback_of(stopped.id), "Succeeded")
