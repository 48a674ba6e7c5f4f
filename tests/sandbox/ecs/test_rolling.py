"""Rolling updates that go well, or are overtaken."""

from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.errors import AwsError
from sandbox.world.ecs import rollout
from tests.sandbox.ecs.around import BLUE, FakePlace, messages


@pytest.fixture
def place() -> FakePlace:
    """A settled rolling service of four tasks, and a second revision to ship."""
    place = FakePlace().with_cluster()
    place.create(place.register(), desiredCount=4)
    place.wait(300)
    place.register(image="shop/web:2")
    return place


def counts(place: FakePlace) -> list[int]:
    """Tasks in front of the load balancer, of all versions, every five seconds of the next five minutes."""
    seen = []
    for _ in range(60):
        place.wait(5)
        seen.append(place.describe()["runningCount"])
    return seen


def test_the_first_deployment_has_no_source(place: FakePlace) -> None:
    first = place.deployment()
    assert (first["status"], first["sourceServiceRevisions"]) == ("SUCCESSFUL", [])


def test_a_deployment_is_pending_then_in_progress_then_successful(place: FakePlace) -> None:
    place.update(taskDefinition="web:2")
    seen = [place.deployment()["status"]]
    for _ in range(60):
        place.wait(5)
        if place.deployment()["status"] != seen[-1]:
            seen.append(place.deployment()["status"])
    assert seen == ["PENDING", "IN_PROGRESS", "SUCCESSFUL"]


def test_a_deployments_rollout_state_and_reason_follow_it(place: FakePlace) -> None:
    new = place.update(taskDefinition="web:2")["deployments"][0]
    assert (new["rolloutState"], new["rolloutStateReason"]) == (
        "IN_PROGRESS",
        f"ECS deployment {new['id']} in progress.",
    )
    place.wait(300)
    (new,) = place.describe()["deployments"]
    assert (new["rolloutState"], new["rolloutStateReason"]) == ("COMPLETED", f"ECS deployment {new['id']} completed.")


def test_the_old_tasks_stop_only_when_new_ones_are_healthy(place: FakePlace) -> None:
    place.update(taskDefinition="web:2")
    place.wait(60)
    new, old = place.describe()["deployments"]
    assert (new["runningCount"], old["runningCount"]) == (4, 4)
    place.wait(240)
    (new,) = place.describe()["deployments"]
    assert new["runningCount"] == 4


def test_never_fewer_run_than_the_minimum_nor_more_than_the_maximum(place: FakePlace) -> None:
    place.update(taskDefinition="web:2", deploymentConfiguration={"maximumPercent": 150})
    seen = counts(place)
    assert (min(seen), max(seen)) == (4, 6)
    assert place.deployment()["status"] == "SUCCESSFUL"


def test_with_a_low_minimum_the_old_ones_make_room_first(place: FakePlace) -> None:
    limits = {"maximumPercent": 100, "minimumHealthyPercent": 50}
    place.update(taskDefinition="web:2", deploymentConfiguration=limits)
    seen = counts(place)
    assert (min(seen), max(seen)) == (2, 4)
    place.wait(300)
    assert place.deployment()["status"] == "SUCCESSFUL"


def test_the_service_follows_the_new_deployment_at_once(place: FakePlace) -> None:
    after = place.update(taskDefinition="web:2")
    assert after["taskDefinition"].endswith("web:2")
    assert after["currentServiceDeployment"] == place.deployment()["serviceDeploymentArn"]
    assert len(after["currentServiceRevisions"]) == 2


def test_a_finished_service_shows_no_deployment_in_progress(place: FakePlace) -> None:
    place.update(taskDefinition="web:2")
    place.wait(300)
    assert "currentServiceDeployment" not in place.describe()
    assert len(place.describe()["currentServiceRevisions"]) == 1


def test_a_completed_deployment_is_told_in_the_words_of_aws(place: FakePlace) -> None:
    new = place.update(taskDefinition="web:2")["deployments"][0]
    place.wait(300)
    steady, completed, *_ = messages(place.describe())
    assert steady == "(service web) has reached a steady state."
    assert completed == f"(service web) (deployment {new['id']}) deployment completed."


def test_the_targets_of_old_tasks_leave_the_target_group(place: FakePlace) -> None:
    before = set(place.elbv2.groups[BLUE])
    place.update(taskDefinition="web:2")
    place.wait(300)
    after = set(place.elbv2.groups[BLUE])
    assert len(after) == 4
    assert not before & after


def test_the_load_balancer_learns_which_images_stand_behind_an_address(place: FakePlace) -> None:
    assert set(map(tuple, place.elbv2.images.values())) == {("shop/web:1",)}


def test_a_new_deployment_stops_the_one_that_is_running(place: FakePlace) -> None:
    place.update(taskDefinition="web:2")
    place.wait(20)
    first = place.deployment()["serviceDeploymentArn"]
    place.update(forceNewDeployment=True)
    stopped = place.call("DescribeServiceDeployments", serviceDeploymentArns=[first])["serviceDeployments"][0]
    assert stopped["status"] == "STOPPED"
    assert stopped["stoppedAt"] == stopped["finishedAt"]
    assert len(place.deployment()["sourceServiceRevisions"]) == 2
    place.wait(300)
    assert place.deployment()["status"] == "SUCCESSFUL"
    assert len(place.describe()["deployments"]) == 1


def test_at_most_five_deployments_are_active(place: FakePlace) -> None:
    for _ in range(4):
        place.update(forceNewDeployment=True)
    assert len(place.describe()["deployments"]) == 5
    with pytest.raises(AwsError, match="5 active deployments exist, unable to create new deployment"):
        place.update(forceNewDeployment=True)


def test_a_bake_time_comes_after_the_last_task(place: FakePlace) -> None:
    place.update(taskDefinition="web:2", deploymentConfiguration={"bakeTimeInMinutes": 10})
    place.wait(300)
    baking = place.deployment()
    assert (baking["status"], baking["lifecycleStage"]) == ("IN_PROGRESS", "BAKE_TIME")
    assert place.describe()["deployments"][0]["rolloutState"] == "IN_PROGRESS"
    place.wait(600)
    assert place.deployment()["status"] == "SUCCESSFUL"
    assert "lifecycleStage" not in place.deployment()


def test_a_service_without_tasks_is_deployed_at_once(place: FakePlace) -> None:
    place.update(desiredCount=0)
    place.wait(300)
    place.update(taskDefinition="web:2")
    place.wait(30)
    assert place.deployment()["status"] == "SUCCESSFUL"


def test_a_task_that_somebody_stops_is_replaced_without_a_deployment(place: FakePlace) -> None:
    before = place.deployment()["serviceDeploymentArn"]
    arn = place.call("ListTasks", cluster="prod", serviceName="web")["taskArns"][0]
    place.call("StopTask", cluster="prod", task=arn)
    place.wait(300)
    assert place.describe()["runningCount"] == 4
    assert place.deployment()["serviceDeploymentArn"] == before
    assert messages(place.describe())[0] == "(service web) has reached a steady state."


def test_service_deployments_are_listed_newest_first_and_in_pages(place: FakePlace) -> None:
    for _ in range(3):
        place.update(forceNewDeployment=True)
        place.wait(300)
    first = place.call("ListServiceDeployments", cluster="prod", service="web", maxResults=3)
    rest = place.call("ListServiceDeployments", cluster="prod", service="web", nextToken=first["nextToken"])
    created = [each["createdAt"] for each in first["serviceDeployments"] + rest["serviceDeployments"]]
    assert len(created) == 4
    assert created == sorted(created, reverse=True)


def test_service_deployments_are_listed_by_status_and_time(place: FakePlace) -> None:
    before = datetime.fromtimestamp(place.timeline.now, UTC)
    place.wait(1)
    place.update(taskDefinition="web:2")

    def listed(**params: Any) -> int:
        answer = place.call("ListServiceDeployments", cluster="prod", service="web", **params)
        return len(answer["serviceDeployments"])

    assert listed(status=["SUCCESSFUL"]) == 1
    assert listed(status=["PENDING", "IN_PROGRESS"]) == 1
    assert listed(createdAt={"after": before}) == 1
    assert listed(createdAt={"before": before}) == 1
    assert listed() == 2


def test_at_most_twenty_service_deployments_or_revisions_are_described_at_once(place: FakePlace) -> None:
    many = ["arn:aws:ecs:eu-west-1:123456789012:x/1"] * 21
    with pytest.raises(AwsError):
        place.call("DescribeServiceDeployments", serviceDeploymentArns=many)
    with pytest.raises(AwsError):
        place.call("DescribeServiceRevisions", serviceRevisionArns=many)


def test_unknown_service_deployments_and_revisions_are_failures(place: FakePlace) -> None:
    arn = "arn:aws:ecs:eu-west-1:123456789012:service-deployment/prod/web/x"
    missing = [{"arn": arn, "reason": "MISSING"}]
    assert place.call("DescribeServiceDeployments", serviceDeploymentArns=[arn])["failures"] == missing
    assert place.call("DescribeServiceRevisions", serviceRevisionArns=[arn])["failures"] == missing


def test_a_service_revision_pins_every_image_to_a_digest(place: FakePlace) -> None:
    digest = f"sha256:{'ab' * 32}"
    place.update(taskDefinition=place.register(image=f"shop/web@{digest}"))
    arns = [revision["arn"] for revision in place.describe()["currentServiceRevisions"]]
    revisions = place.call("DescribeServiceRevisions", serviceRevisionArns=arns)["serviceRevisions"]
    new, old = [revision["containerImages"][0] for revision in revisions]
    assert new == {"containerName": "app", "image": f"shop/web@{digest}", "imageDigest": digest}
    assert old["imageDigest"].startswith("sha256:")
    assert revisions[0]["platformVersion"] == "1.4.0"


@pytest.mark.parametrize(
    ("kind", "value", "desired", "threshold"),
    [
        ("BOUNDED_PERCENT", 50, 1, 3),
        ("BOUNDED_PERCENT", 50, 7, 4),
        ("BOUNDED_PERCENT", 50, 1000, 200),
        ("UNBOUNDED_PERCENT", 50, 1000, 500),
        ("UNBOUNDED_PERCENT", 50, 1, 1),
        ("COUNT", 2, 1000, 2),
    ],
)
def test_the_failure_threshold_follows_its_kind(kind: str, value: int, desired: int, threshold: int) -> None:
    breaker = {"thresholdConfiguration": {"type": kind, "value": value}}
    assert rollout.failure_threshold(breaker, desired) == threshold


def test_percentages_are_rounded_to_the_safe_side() -> None:
    limits = {"maximumPercent": 150, "minimumHealthyPercent": 50}
    assert rollout.may_start(limits, desired=3, wanted=3) == 1
    assert rollout.may_stop(limits, desired=3, ready=3) == 1
    assert rollout.may_start(limits, desired=2, wanted=9) == rollout.may_stop(limits, desired=4, ready=1) == 0


def test_a_deployment_is_successful_only_when_the_old_one_is_gone(place: FakePlace) -> None:
    place.update(taskDefinition="web:2")
    while place.deployment()["status"] != "SUCCESSFUL":
        place.wait(1)
    assert len(place.describe()["deployments"]) == 1


def test_a_pending_deployment_starts_nothing_yet(place: FakePlace) -> None:
    place.update(taskDefinition="web:2")
    arn = place.call("ListTasks", cluster="prod", serviceName="web")["taskArns"][0]
    place.call("StopTask", cluster="prod", task=arn)
    assert place.describe()["deployments"][0]["pendingCount"] == 0


def test_tasks_of_an_overtaken_deployment_that_never_were_healthy_stop_at_once(place: FakePlace) -> None:
    place.update(taskDefinition="web:2")
    place.wait(10)
    place.update(taskDefinition=place.register(image="shop/web:3"))
    place.wait(5)
    after = place.describe()["deployments"]
    assert {each["taskDefinition"][-5:]: each["pendingCount"] for each in after if each["pendingCount"]} == {"web:3": 4}


def test_scaling_in_takes_the_youngest_first(place: FakePlace) -> None:
    before = place.call("ListTasks", cluster="prod", serviceName="web")["taskArns"]
    place.update(desiredCount=6)
    place.wait(300)
    place.update(desiredCount=4)
    assert place.call("ListTasks", cluster="prod", serviceName="web")["taskArns"] == before


def test_scaling_in_takes_what_is_not_healthy_yet_before_what_is(place: FakePlace) -> None:
    before = place.call("ListTasks", cluster="prod", serviceName="web")["taskArns"]
    place.update(desiredCount=6)
    place.wait(40)
    place.update(desiredCount=4)
    assert place.call("ListTasks", cluster="prod", serviceName="web")["taskArns"] == before
