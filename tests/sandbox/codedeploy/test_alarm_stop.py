"""Alarms stop deployments by their state, and a rollback is a second deployment."""

import pytest

from sandbox.blueprints import BlueGreen
from sandbox.switches import Switches
from sandbox.world.codedeploy.alarm_watch import finding
from tests.sandbox.stage import BAD, Stage

WORDS = (
    "One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, and the affected "
    "deployments have been stopped. Activated alarms: <{}>"
)


def at_ten_percent(stage: Stage) -> str:
    deployment = stage.ship()
    stage.until_share(10)
    return deployment


def rung(stage: Stage) -> str:
    deployment = at_ten_percent(stage)
    stage.ring(stage.built.alarms[1])
    stage.until(deployment, "Stopped", within=23)
    return deployment


def test_an_alarm_in_mid_shift_stops_the_deployment_in_awss_words() -> None:
    stage = Stage()
    deployment = rung(stage)
    assert stage.fault(deployment) == ("ALARM_ACTIVE", WORDS.format(stage.built.alarms[1]))


def test_all_active_alarms_are_named() -> None:
    stage = Stage()
    deployment = at_ten_percent(stage)
    for alarm in stage.built.alarms:
        stage.ring(alarm)
    stage.until(deployment, "Stopped")
    assert stage.fault(deployment)[1] == WORDS.format("> <".join(stage.built.alarms))


def test_the_running_event_has_failed_and_later_ones_are_skipped() -> None:
    stage = Stage()
    events = stage.events(rung(stage))
    assert (events["BeforeAllowTraffic"], events["AllowTraffic"], events["AfterAllowTraffic"]) == (
        "Succeeded",
        "Failed",
        "Skipped",
    )


def test_weights_go_back_at_once() -> None:
    stage = Stage()
    rung(stage)
    assert stage.weights() == {"blue": 100, "green": 0}
    assert stage.weights(stage.built.test_listener_arn) == {"blue": 100, "green": 0}


def test_the_rollback_is_a_second_deployment_and_both_name_each_other() -> None:
    stage = Stage()
    failed = rung(stage)
    rollback = stage.rollback_of(failed)
    told = stage.deployment(rollback)
    assert stage.deployment(failed)["rollbackInfo"] == {
        "rollbackDeploymentId": rollback,
        "rollbackMessage": f"Deployment {failed} terminated. Automatic rollback is triggered with a DeploymentId "
        f"{rollback}.",
    }
    assert told["rollbackInfo"] == {
        "rollbackTriggeringDeploymentId": failed,
        "rollbackMessage": f"Deployment {rollback} is triggered to roll back deployment {failed}.",
    }
    assert (told["creator"], told["deploymentConfigName"]) == ("codeDeployRollback", "CodeDeployDefault.ECSAllAtOnce")


def test_a_rollback_makes_no_new_task_set_drains_green_and_succeeds_while_the_alarm_still_rings() -> None:
    stage = Stage()
    failed = rung(stage)
    rollback = stage.rollback_of(failed)
    stage.until(rollback, "Succeeded", within=60, step=1)
    alarms = stage.call("cloudwatch", "DescribeAlarms", AlarmNames=[stage.built.alarms[1]])["MetricAlarms"]
    assert alarms[0]["StateValue"] == "ALARM"
    assert stage.task_sets() == {"first": "PRIMARY", failed: "DRAINING"}
    stage.pass_time(120)
    assert stage.task_sets() == {"first": "PRIMARY"}


def test_the_group_is_busy_until_the_rollback_is_over() -> None:
    stage = Stage()
    failed = rung(stage)
    words = f"The Deployment Group 'prod-notes-app-dg' already has an active Deployment '{stage.rollback_of(failed)}'"
    with pytest.raises(Exception, match=f"DeploymentLimitExceededException: {words}"):
        stage.ship()


def test_an_alarm_that_was_already_ringing_stops_the_deployment_before_anything_is_made() -> None:
    stage = Stage()
    stage.ring(stage.built.alarms[0])
    deployment = stage.ship()
    stage.until(deployment, "Stopped", within=30)
    assert stage.events(deployment)["BeforeInstall"] == "Failed"
    assert stage.task_sets() == {"first": "PRIMARY"}
    assert "rollbackInfo" not in stage.deployment(deployment)


def test_alarms_are_watched_during_install_as_well() -> None:
    stage = Stage()
    deployment = stage.ship()
    stage.pass_time(60)
    stage.ring(stage.built.alarms[0])
    stage.until(deployment, "Stopped", within=30)
    assert stage.events(deployment)["Install"] == "Failed"


def test_an_override_ships_a_fix_while_the_alarm_rings() -> None:
    stage = Stage()
    stage.ring(stage.built.alarms[0])
    deployment = stage.ship(overrideAlarmConfiguration={"enabled": False, "alarms": []})
    stage.until(deployment, "Succeeded")


def test_without_rollback_everything_stays_half_shifted() -> None:
    stage = Stage(BlueGreen(rollback_events=()))
    deployment = at_ten_percent(stage)
    stage.ring(stage.built.alarms[1])
    stage.until(deployment, "Stopped")
    stage.pass_time(3600)
    assert stage.weights() == {"blue": 90, "green": 10}
    assert stage.task_sets() == {"first": "PRIMARY", deployment: "ACTIVE"}
    assert "rollbackInfo" not in stage.deployment(deployment)


def test_a_deployments_own_rollback_setting_takes_the_groups_place() -> None:
    stage = Stage()
    deployment = stage.ship(autoRollbackConfiguration={"enabled": False})
    stage.until_share(10)
    stage.ring(stage.built.alarms[1])
    stage.until(deployment, "Stopped")
    assert "rollbackInfo" not in stage.deployment(deployment)


def test_a_missing_alarm_stops_the_deployment() -> None:
    stage = Stage()
    deployment = at_ten_percent(stage)
    stage.call("cloudwatch", "DeleteAlarms", AlarmNames=[stage.built.alarms[0]])
    stage.until(deployment, "Stopped", within=30)


def test_a_missing_alarm_can_be_ignored() -> None:
    alarms = {"enabled": True, "ignorePollAlarmFailure": True, "alarms": [{"name": "nobody"}]}
    assert finding(alarms, lambda _: None) is None
    assert finding(alarms | {"ignorePollAlarmFailure": False}, lambda _: None) is not None


def test_the_alarm_of_a_bad_image_fires_by_itself_and_rolls_it_back() -> None:
    stage = Stage()
    deployment = stage.ship(BAD)
    stage.until(deployment, "Stopped", within=600)
    stage.until(stage.rollback_of(deployment), "Succeeded", within=60)
    assert stage.weights()["blue"] == 100


def test_an_alarm_in_the_termination_wait_brings_blue_back() -> None:
    stage = Stage()
    deployment = stage.ship()
    stage.until_share(100)
    stage.pass_time(30)
    stage.ring(stage.built.alarms[1])
    stage.until(deployment, "Stopped", within=30)
    stage.until(stage.rollback_of(deployment), "Succeeded", within=60, step=1)
    assert stage.task_sets() == {"first": "PRIMARY", deployment: "DRAINING"}
    assert stage.service()["taskDefinition"].endswith("notes-app:1")
    assert stage.weights() == {"blue": 100, "green": 0}


def test_alarms_need_not_be_watched_in_the_termination_wait() -> None:
    stage = Stage(switches=Switches(alarms_watched_in_termination_wait=False))
    deployment = stage.ship()
    stage.until_share(100)
    stage.pass_time(30)
    stage.ring(stage.built.alarms[1])
    stage.until(deployment, "Succeeded")


def test_after_a_rollback_the_service_can_be_deployed_to_again() -> None:
    stage = Stage()
    stage.until(stage.rollback_of(rung(stage)), "Succeeded")
    stage.pass_time(300)
    stage.until(stage.ship("registry/notes:3.0"), "Succeeded")


def test_a_rollback_of_a_later_release_names_the_revision_it_goes_back_to() -> None:
    stage = Stage()
    first = stage.ship()
    stage.until(first, "Succeeded")
    stage.pass_time(120)
    second = stage.ship(BAD)
    stage.until(second, "Stopped")
    told = stage.deployment(stage.rollback_of(second))
    assert told["revision"] == stage.deployment(first)["revision"] == stage.deployment(second)["previousRevision"]
    assert told["previousRevision"] == stage.deployment(second)["revision"]
