"""A deployment that goes well, from CreateDeployment to Succeeded."""

import re

from sandbox.blueprints import BlueGreen
from tests.sandbox.stage import NEXT, Stage

EVENTS = [
    "BeforeInstall",
    "Install",
    "AfterInstall",
    "AllowTestTraffic",
    "AfterAllowTestTraffic",
    "BeforeAllowTraffic",
    "AllowTraffic",
    "AfterAllowTraffic",
]


def shares_over_time(stage: Stage, seconds: int) -> list[tuple[int, int]]:
    """``(minutes, green's share)`` at every change, from the first share on."""
    stage.until_share(1)
    seen = [(0, stage.green_share)]
    for second in range(10, seconds, 10):
        stage.pass_time(10)
        if stage.green_share != seen[-1][1]:
            seen.append((round(second / 60), stage.green_share))
    return seen


def test_a_linear_shift_gives_ten_percent_at_once_and_ten_more_every_minute() -> None:
    stage = Stage()
    stage.ship()
    assert shares_over_time(stage, 700) == [(minute, 10 * (minute + 1)) for minute in range(10)]


def test_a_canary_shift_gives_ten_percent_and_the_rest_five_minutes_later() -> None:
    stage = Stage(BlueGreen(deployment_config="CodeDeployDefault.ECSCanary10Percent5Minutes"))
    stage.ship()
    assert shares_over_time(stage, 400) == [(0, 10), (5, 100)]


def test_all_at_once_gives_everything_at_once() -> None:
    stage = Stage()
    stage.ship(deploymentConfigName="CodeDeployDefault.ECSAllAtOnce")
    assert shares_over_time(stage, 100) == [(0, 100)]


def test_the_id_looks_like_one_of_aws() -> None:
    assert re.fullmatch(r"d-[A-Z0-9]{9}", Stage().ship())


def test_all_eight_events_are_listed_from_the_start_and_in_order() -> None:
    stage = Stage()
    deployment = stage.ship()
    stage.until(deployment, "InProgress")
    assert list(stage.events(deployment)) == EVENTS


def test_install_waits_until_the_green_task_set_is_steady() -> None:
    stage = Stage()
    deployment = stage.ship()
    stage.pass_time(60)
    assert stage.events(deployment)["Install"] == "InProgress"
    assert stage.service()["taskSets"][1]["stabilityStatus"] == "STABILIZING"


def test_the_green_task_set_carries_the_deployment_and_what_the_app_spec_asked_for() -> None:
    stage = Stage()
    deployment = stage.ship()
    stage.pass_time(60)
    green = stage.service()["taskSets"][1]
    assert (green["externalId"], green["startedBy"], green["status"]) == (deployment, "CODE_DEPLOY", "ACTIVE")
    assert green["loadBalancers"][0]["targetGroupArn"] == stage.built.green_arn
    assert green["scale"] == {"value": 100.0, "unit": "PERCENT"}


def test_the_test_listener_shows_green_before_production_does() -> None:
    stage = Stage()
    deployment = stage.ship()
    while stage.events(deployment) if stage.status(deployment) != "Created" else True:
        stage.pass_time(1)
        if stage.status(deployment) != "Created" and stage.events(deployment)["AllowTestTraffic"] == "InProgress":
            break
    assert stage.weights(stage.built.test_listener_arn) == {"green": 100, "blue": 0}
    assert stage.green_share == 0


def test_primary_switches_only_after_the_last_event() -> None:
    stage = Stage()
    deployment = stage.ship()
    stage.until_share(90)
    assert stage.task_sets() == {"first": "PRIMARY", deployment: "ACTIVE"}
    stage.until_share(100)
    stage.pass_time(5)
    assert set(stage.events(deployment).values()) == {"Succeeded"}
    assert stage.task_sets() == {"first": "ACTIVE", deployment: "PRIMARY"}


def test_the_service_follows_its_primary_task_set() -> None:
    stage = Stage()
    deployment = stage.ship()
    stage.until(deployment, "Succeeded")
    assert stage.service()["taskDefinition"].endswith("notes-app:2")
    assert stage.service()["loadBalancers"][0]["targetGroupArn"] == stage.built.green_arn


def test_the_termination_wait_is_still_in_progress_and_says_that_it_has_started() -> None:
    stage = Stage()
    deployment = stage.ship()
    stage.until_share(100)
    stage.pass_time(60)
    told = stage.deployment(deployment)
    assert (told["status"], told["instanceTerminationWaitTimeStarted"]) == ("InProgress", True)
    assert "deploymentOverview" not in told
    assert "completeTime" not in told


def test_blue_drains_when_the_wait_is_over_and_then_the_deployment_has_succeeded() -> None:
    stage = Stage()
    deployment = stage.ship()
    stage.until_share(100)
    assert 295 <= stage.until(deployment, "Succeeded") <= 315
    assert stage.task_sets()["first"] == "DRAINING"
    assert stage.deployment(deployment)["deploymentOverview"]["Succeeded"] == 1
    stage.pass_time(120)
    assert stage.task_sets() == {deployment: "PRIMARY"}


def test_keep_alive_leaves_blue_running() -> None:
    stage = Stage()
    keep = {"terminateBlueInstancesOnDeploymentSuccess": {"action": "KEEP_ALIVE"}}
    stage.call(
        "codedeploy",
        "UpdateDeploymentGroup",
        applicationName=stage.built.application,
        currentDeploymentGroupName=stage.built.deployment_group,
        blueGreenDeploymentConfiguration=keep,
    )
    deployment = stage.ship()
    stage.until(deployment, "Succeeded")
    stage.pass_time(600)
    assert stage.task_sets() == {"first": "ACTIVE", deployment: "PRIMARY"}


def test_the_next_deployment_goes_the_other_way_round() -> None:
    stage = Stage()
    stage.until(stage.ship(), "Succeeded")
    stage.pass_time(120)
    second = stage.ship("registry/notes:3.0")
    stage.until(second, "Succeeded")
    assert stage.weights() == {"blue": 100, "green": 0}
    stage.pass_time(120)
    assert stage.task_sets() == {second: "PRIMARY"}


def test_labels_are_roles_in_this_deployment_whatever_the_target_groups_are_called() -> None:
    stage = Stage()
    stage.until(stage.ship(), "Succeeded")
    stage.pass_time(120)
    second = stage.ship("registry/notes:3.0")
    stage.until_share(0)
    stage.pass_time(60)
    blue, green = stage.target(second)["taskSetsInfo"]
    assert (blue["taskSetLabel"], blue["targetGroup"]["name"]) == ("Blue", "prod-notes-app-green")
    assert (green["taskSetLabel"], green["targetGroup"]["name"]) == ("Green", "prod-notes-app-blue")
    assert blue["identifer"].startswith("ecs-svc/")


def test_a_target_tells_the_traffic_weights_while_they_move() -> None:
    stage = Stage()
    deployment = stage.ship()
    stage.until_share(30)
    assert [one["trafficWeight"] for one in stage.target(deployment)["taskSetsInfo"]] == [70.0, 30.0]


def test_a_target_remembers_how_it_ended() -> None:
    stage = Stage()
    first = stage.ship()
    stage.until(first, "Succeeded")
    stage.pass_time(120)
    stage.until(stage.ship("registry/notes:3.0"), "Succeeded")
    assert [one["trafficWeight"] for one in stage.target(first)["taskSetsInfo"]] == [0.0, 100.0]


def test_the_app_specs_network_and_platform_reach_the_task_set() -> None:
    stage = Stage()
    vpc = {"Subnets": ["subnet-1"], "SecurityGroups": ["sg-1"], "AssignPublicIp": "ENABLED"}
    network = {"AwsvpcConfiguration": vpc}
    spec = stage.app_spec(NEXT, NetworkConfiguration=network, PlatformVersion="1.3.0")
    stage.deploy(spec)
    stage.pass_time(30)
    green = stage.service()["taskSets"][1]
    told = {"subnets": ["subnet-1"], "securityGroups": ["sg-1"], "assignPublicIp": "ENABLED"}
    assert (green["networkConfiguration"]["awsvpcConfiguration"], green["platformVersion"]) == (told, "1.3.0")


def test_durations_are_divided_by_the_speed_and_timestamps_are_the_hosts() -> None:
    stage = Stage(speed=60)
    begun = stage.clock.now()
    deployment = stage.ship()
    stage.until(deployment, "Succeeded")
    told = stage.deployment(deployment)
    assert 15 < stage.clock.now() - begun < 18
    assert told["completeTime"].timestamp() <= stage.clock.now()


def test_the_same_seed_tells_the_same_story() -> None:
    def story(seed: int) -> tuple[object, object]:
        stage = Stage(seed=seed)
        deployment = stage.ship()
        stage.until(deployment, "Succeeded")
        return stage.deployment(deployment), stage.target(deployment)

    assert story(7) == story(7)
    assert story(7) != story(8)
