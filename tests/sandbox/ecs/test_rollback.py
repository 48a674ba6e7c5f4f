"""Rolling updates that fail: the circuit breaker, alarms, and a person who stops one."""

from typing import Any

import pytest

from sandbox.errors import AwsError
from tests.sandbox.ecs.around import FakePlace, breaker, messages

ALARMS = {"alarms": {"alarmNames": ["errors", "latency"], "enable": True, "rollback": True}}


@pytest.fixture
def place() -> FakePlace:
    """A settled rolling service of two tasks, and a revision whose containers exit at once."""
    place = FakePlace().with_cluster()
    place.create(place.register())
    place.wait(300)
    place.register(image="shop/web:2")
    place.traffic.broken.add("shop/web:2")
    return place


def good(place: FakePlace) -> str:
    """A third revision, which starts."""
    return place.register(image="shop/web:3")


def test_without_a_circuit_breaker_a_bad_deployment_tries_for_ever(place: FakePlace) -> None:
    place.update(taskDefinition="web:2")
    place.wait(3600)
    new, old = place.describe()["deployments"]
    assert (new["rolloutState"], new["runningCount"], old["runningCount"]) == ("IN_PROGRESS", 0, 2)
    assert new["failedTasks"] > 50
    assert place.deployment()["deploymentCircuitBreaker"]["status"] == "DISABLED"


def test_tasks_that_do_not_start_are_told_of_in_the_words_of_aws(place: FakePlace) -> None:
    place.update(taskDefinition="web:2")
    place.wait(120)
    words = "(service web) is unable to consistently start tasks successfully."
    assert any(message.startswith(words) for message in messages(place.describe()))


def test_the_circuit_breaker_rolls_back_inside_the_same_service_deployment(place: FakePlace) -> None:
    stable = place.describe()["deployments"][0]
    place.update(taskDefinition="web:2", deploymentConfiguration=breaker())
    place.wait(600)
    rolled_back = place.deployment()
    assert rolled_back["status"] == "ROLLBACK_SUCCESSFUL"
    assert rolled_back["deploymentCircuitBreaker"] == {"status": "TRIGGERED", "failureCount": 3, "threshold": 3}
    reason = "Service deployment rolled back because the circuit breaker threshold was exceeded."
    assert rolled_back["statusReason"] == rolled_back["rollback"]["reason"] == reason
    assert rolled_back["rollback"]["serviceRevisionArn"] == rolled_back["sourceServiceRevisions"][0]["arn"]
    after = place.describe()
    assert [each["id"] for each in after["deployments"]] == [stable["id"]]
    assert after["taskDefinition"].endswith("web:1")
    assert after["runningCount"] == 2


def test_a_rollback_is_told_while_it_runs(place: FakePlace) -> None:
    stable = place.describe()["deployments"][0]["id"]
    failed = place.update(taskDefinition="web:2", deploymentConfiguration=breaker())["deployments"][0]["id"]
    while place.deployment()["status"] != "ROLLBACK_IN_PROGRESS":
        place.wait(1)
    during = place.describe()
    assert during["deployments"][0]["rolloutStateReason"] == (
        f"ECS deployment circuit breaker: rolling back to deploymentId {stable}."
    )
    rolling_back = messages(during).index(f"(service web) rolling back to deployment {stable}.")
    assert messages(during)[rolling_back + 1] == (
        f"(service web) (deployment {failed}) deployment failed: tasks failed to start."
    )
    assert during["taskDefinition"].endswith("web:1")


def test_old_tasks_that_still_run_are_not_replaced_by_a_rollback(place: FakePlace) -> None:
    before = place.call("ListTasks", cluster="prod", serviceName="web")["taskArns"]
    place.update(taskDefinition="web:2", deploymentConfiguration=breaker())
    place.wait(600)
    assert place.call("ListTasks", cluster="prod", serviceName="web")["taskArns"] == before


def test_a_failed_deployment_without_rollback_stops_and_keeps_the_old_tasks(place: FakePlace) -> None:
    place.update(taskDefinition="web:2", deploymentConfiguration=breaker(rollback=False))
    place.wait(600)
    assert place.deployment()["status"] == "STOPPED"
    assert "stoppedAt" in place.deployment()
    new, old = place.describe()["deployments"]
    assert (new["rolloutState"], new["status"], new["failedTasks"]) == ("FAILED", "PRIMARY", 4)
    assert new["rolloutStateReason"] == "ECS deployment circuit breaker: tasks failed to start."
    assert (old["status"], old["runningCount"]) == ("ACTIVE", 2)
    assert place.describe()["taskDefinition"].endswith("web:2")


def test_a_failed_deployment_is_mended_by_the_next_one(place: FakePlace) -> None:
    place.update(taskDefinition="web:2", deploymentConfiguration=breaker(rollback=False))
    place.wait(600)
    place.update(taskDefinition=good(place))
    place.wait(600)
    assert place.deployment()["status"] == "SUCCESSFUL"
    assert [each["rolloutState"] for each in place.describe()["deployments"]] == ["COMPLETED"]


def test_a_first_deployment_has_nothing_to_roll_back_to(place: FakePlace) -> None:
    place.call("DeleteService", cluster="prod", service="web", force=True)
    place.wait(300)
    place.create("web:2", deploymentConfiguration=breaker())
    place.wait(600)
    assert place.deployment()["status"] == "STOPPED"
    assert "No rollback candidate was found" in place.deployment()["statusReason"]
    assert "rollback" not in place.deployment()


def test_a_healthy_task_forgives_earlier_failures(place: FakePlace) -> None:
    place.update(taskDefinition="web:2", deploymentConfiguration=breaker())
    place.wait(40)
    assert place.deployment()["deploymentCircuitBreaker"]["failureCount"] == 2
    place.traffic.broken.clear()
    place.wait(600)
    assert place.deployment()["status"] == "SUCCESSFUL"
    assert place.describe()["deployments"][0]["failedTasks"] == 0


def test_a_healthy_task_forgives_nothing_where_it_shall_not(place: FakePlace) -> None:
    place.update(taskDefinition="web:2", deploymentConfiguration=breaker(resetOnHealthyTask=False))
    place.wait(40)
    place.traffic.broken.clear()
    place.wait(600)
    assert place.describe()["deployments"][0]["failedTasks"] == 2


def test_the_threshold_is_half_of_the_desired_tasks(place: FakePlace) -> None:
    place.update(desiredCount=10)
    place.wait(300)
    place.update(taskDefinition="web:2", deploymentConfiguration=breaker())
    assert place.deployment()["deploymentCircuitBreaker"]["threshold"] == 5


def test_a_task_that_fails_its_load_balancers_checks_counts_as_failed(place: FakePlace) -> None:
    place.elbv2.sick.add("shop/web:3")
    place.update(taskDefinition=good(place), deploymentConfiguration=breaker())
    place.wait(90)
    stopped = place.call("ListTasks", cluster="prod", serviceName="web", desiredStatus="STOPPED")["taskArns"]
    task = place.call("DescribeTasks", cluster="prod", tasks=stopped)["tasks"][0]
    assert task["stoppedReason"].startswith("Task failed ELB health checks in (target-group ")
    assert any("is unhealthy in (target-group" in message for message in messages(place.describe()))
    place.wait(900)
    assert place.deployment()["status"] == "ROLLBACK_SUCCESSFUL"


def test_a_grace_period_overlooks_failed_checks(place: FakePlace) -> None:
    place.elbv2.sick.add("shop/web:3")
    place.update(taskDefinition=good(place), healthCheckGracePeriodSeconds=300)
    place.wait(300)
    assert place.describe()["deployments"][0]["failedTasks"] == 0
    place.wait(120)
    assert place.describe()["deployments"][0]["failedTasks"] == 2


def test_a_rollback_that_fails_too_is_a_failed_rollback(place: FakePlace) -> None:
    place.update(taskDefinition="web:2", deploymentConfiguration=breaker())
    place.wait(40)
    place.traffic.broken.add("shop/web:1")
    for arn in place.call("ListTasks", cluster="prod", serviceName="web", startedBy=None)["taskArns"]:
        place.call("StopTask", cluster="prod", task=arn)
    place.wait(900)
    assert place.deployment()["status"] == "ROLLBACK_FAILED"


def test_an_alarm_rolls_a_deployment_back(place: FakePlace) -> None:
    place.cloudwatch.states = {"errors": "OK", "latency": "INSUFFICIENT_DATA"}
    place.update(taskDefinition=good(place), deploymentConfiguration=ALARMS)
    place.wait(60)
    assert place.deployment()["alarms"]["status"] == "MONITORING"
    place.cloudwatch.states["errors"] = "ALARM"
    place.wait(15)
    assert place.deployment()["alarms"] == {
        "status": "TRIGGERED",
        "alarmNames": ["errors", "latency"],
        "triggeredAlarmNames": ["errors"],
    }
    place.wait(300)
    assert place.deployment()["status"] == "ROLLBACK_SUCCESSFUL"
    assert place.describe()["taskDefinition"].endswith("web:1")


def test_an_alarm_without_rollback_fails_the_deployment(place: FakePlace) -> None:
    place.update(taskDefinition=good(place), deploymentConfiguration={"alarms": ALARMS["alarms"] | {"rollback": False}})
    place.wait(30)
    place.cloudwatch.states["errors"] = "ALARM"
    place.wait(15)
    assert place.deployment()["status"] == "STOPPED"
    assert place.describe()["deployments"][0]["rolloutStateReason"] == "ECS deployment failed: alarm detected."


def test_an_alarm_during_the_bake_time_brings_the_old_tasks_back(place: FakePlace) -> None:
    place.update(taskDefinition=good(place), deploymentConfiguration=ALARMS | {"bakeTimeInMinutes": 10})
    place.wait(300)
    assert place.deployment()["lifecycleStage"] == "BAKE_TIME"
    place.cloudwatch.states["errors"] = "ALARM"
    place.wait(1200)
    assert place.deployment()["status"] == "ROLLBACK_SUCCESSFUL"
    after = place.describe()
    assert (after["runningCount"], after["taskDefinition"][-5:]) == (2, "web:1")


def test_an_alarm_that_was_already_firing_is_ignored(place: FakePlace) -> None:
    place.cloudwatch.states["errors"] = "ALARM"
    place.update(taskDefinition=good(place), deploymentConfiguration=ALARMS)
    place.wait(300)
    assert place.deployment()["status"] == "SUCCESSFUL"
    assert place.deployment()["alarms"]["status"] == "DISABLED"


def test_an_alarm_that_fires_after_the_end_changes_nothing(place: FakePlace) -> None:
    place.update(taskDefinition=good(place), deploymentConfiguration=ALARMS)
    place.wait(300)
    place.cloudwatch.states["errors"] = "ALARM"
    place.wait(300)
    assert (place.deployment()["status"], place.deployment()["alarms"]["status"]) == (
        "SUCCESSFUL",
        "MONITORING_COMPLETE",
    )


def stop(place: FakePlace, **params: Any) -> None:
    arn = place.deployment()["serviceDeploymentArn"]
    assert place.call("StopServiceDeployment", serviceDeploymentArn=arn, **params)["serviceDeploymentArn"] == arn


def test_a_stopped_deployment_rolls_back(place: FakePlace) -> None:
    place.update(taskDefinition=good(place))
    place.wait(20)
    stop(place, stopType="ROLLBACK")
    assert place.deployment()["status"] == "ROLLBACK_IN_PROGRESS"
    place.wait(300)
    assert place.deployment()["status"] == "ROLLBACK_SUCCESSFUL"
    assert place.describe()["taskDefinition"].endswith("web:1")


def test_an_aborted_deployment_stays_where_it_is(place: FakePlace) -> None:
    place.update(taskDefinition=good(place))
    place.wait(20)
    stop(place, stopType="ABORT")
    place.wait(300)
    assert place.deployment()["status"] == "STOPPED"
    assert len(place.describe()["deployments"]) == 2


def test_a_finished_deployment_cannot_be_stopped(place: FakePlace) -> None:
    with pytest.raises(AwsError) as refusal:
        stop(place)
    assert refusal.value.code == "ConflictException"


def test_a_first_deployment_cannot_be_rolled_back_by_hand(place: FakePlace) -> None:
    place.call("DeleteService", cluster="prod", service="web", force=True)
    place.wait(300)
    place.create("web:1")
    with pytest.raises(AwsError, match="No rollback candidate"):
        stop(place)


@pytest.mark.parametrize("operation", ["StopServiceDeployment", "ContinueServiceDeployment"])
def test_an_unknown_service_deployment_is_not_found(place: FakePlace, operation: str) -> None:
    with pytest.raises(AwsError) as refusal:
        place.call(operation, serviceDeploymentArn="arn:aws:ecs:eu-west-1:1:service-deployment/a/b/c", hookId="h")
    assert refusal.value.code == "ServiceDeploymentNotFoundException"


def test_a_rolling_deployment_waits_for_no_hook(place: FakePlace) -> None:
    arn = place.deployment()["serviceDeploymentArn"]
    with pytest.raises(AwsError, match="not awaiting an action"):
        place.call("ContinueServiceDeployment", serviceDeploymentArn=arn, hookId="h")


def test_the_scheduler_rests_after_a_task_that_failed(place: FakePlace) -> None:
    place.update(taskDefinition="web:2")
    place.wait(34)
    new = place.describe()["deployments"][0]
    assert (new["failedTasks"], new["pendingCount"]) == (2, 0)
    place.wait(10)
    assert place.describe()["deployments"][0]["pendingCount"] == 2


def test_a_rollback_begins_to_count_anew(place: FakePlace) -> None:
    place.update(taskDefinition="web:2", deploymentConfiguration=breaker(resetOnHealthyTask=False))
    place.wait(40)
    place.traffic.broken.clear()
    place.wait(300)
    place.traffic.broken.add("shop/web:3")
    place.update(taskDefinition=good(place))
    place.wait(300)
    after = place.describe()["deployments"][0]
    assert (after["taskDefinition"][-5:], after["failedTasks"]) == ("web:2", 0)


def test_a_rollback_at_the_end_of_the_bake_time_still_waits_for_its_tasks(place: FakePlace) -> None:
    place.update(taskDefinition=good(place), deploymentConfiguration=ALARMS | {"bakeTimeInMinutes": 1})
    while place.deployment().get("lifecycleStage") != "BAKE_TIME":
        place.wait(1)
    place.wait(40)
    place.cloudwatch.states["errors"] = "ALARM"
    while place.deployment()["status"] != "ROLLBACK_SUCCESSFUL":
        place.wait(1)
    assert [each["runningCount"] for each in place.describe()["deployments"]] == [2]
    assert place.describe()["taskDefinition"].endswith("web:1")


def test_failures_of_an_overtaken_deployment_do_not_count_against_the_new_one(place: FakePlace) -> None:
    place.update(taskDefinition="web:2", deploymentConfiguration=breaker())
    place.wait(31)
    place.update(taskDefinition=good(place))
    place.wait(10)
    assert place.deployment()["deploymentCircuitBreaker"]["failureCount"] == 0
