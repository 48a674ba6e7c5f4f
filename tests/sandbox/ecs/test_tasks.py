"""Single tasks: run, listed, described and stopped."""

from typing import Any

import pytest

from sandbox.errors import AwsError
from tests.sandbox.ecs.around import FakePlace

NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-a"]}}


@pytest.fixture
def place() -> FakePlace:
    place = FakePlace().with_cluster()
    place.register()
    return place


def run(place: FakePlace, **params: Any) -> list[str]:
    request = {"cluster": "prod", "taskDefinition": "web", "launchType": "FARGATE", "networkConfiguration": NETWORK}
    return [task["taskArn"] for task in place.call("RunTask", **(request | params))["tasks"]]


def task(place: FakePlace, arn: str) -> dict[str, Any]:
    answer: dict[str, Any] = place.call("DescribeTasks", cluster="prod", tasks=[arn])["tasks"][0]
    return answer


def listed(place: FakePlace, **params: Any) -> list[str]:
    answer: list[str] = place.call("ListTasks", cluster="prod", **params)["taskArns"]
    return answer


def test_a_task_goes_from_provisioning_to_running(place: FakePlace) -> None:
    (arn,) = run(place)
    seen = [task(place, arn)["lastStatus"]]
    for _ in range(60):
        place.wait(1)
        if task(place, arn)["lastStatus"] != seen[-1]:
            seen.append(task(place, arn)["lastStatus"])
    assert seen == ["PROVISIONING", "PENDING", "RUNNING"]


def test_looking_at_a_task_does_not_move_it(place: FakePlace) -> None:
    (arn,) = run(place)
    place.wait(60)
    assert {task(place, arn)["lastStatus"] for _ in range(20)} == {"RUNNING"}


def test_a_running_task_shows_every_container_and_its_address(place: FakePlace) -> None:
    containers = [{"name": name, "image": f"shop/{name}:1"} for name in ("proxy", "app", "log")]
    place.register("three", containerDefinitions=containers)
    (arn,) = run(place, taskDefinition="three")
    place.wait(60)
    answer = task(place, arn)
    assert {(c["name"], c["lastStatus"]) for c in answer["containers"]} == {
        ("proxy", "RUNNING"),
        ("app", "RUNNING"),
        ("log", "RUNNING"),
    }
    details = {detail["name"]: detail["value"] for detail in answer["attachments"][0]["details"]}
    assert details["privateIPv4Address"] == answer["containers"][0]["networkInterfaces"][0]["privateIpv4Address"]
    assert details["subnetId"] == "subnet-a"


def test_no_two_tasks_have_one_address(place: FakePlace) -> None:
    tasks = [task(place, arn) for _ in range(30) for arn in run(place, count=10)]
    assert len({each["containers"][0]["networkInterfaces"][0]["privateIpv4Address"] for each in tasks}) == 300


def test_a_stopped_task_says_why_and_by_which_code(place: FakePlace) -> None:
    (arn,) = run(place)
    place.wait(60)
    place.call("StopTask", cluster="prod", task=arn, reason="enough")
    assert task(place, arn)["lastStatus"] == "STOPPING"
    place.wait(60)
    stopped = task(place, arn)
    assert (stopped["lastStatus"], stopped["desiredStatus"]) == ("STOPPED", "STOPPED")
    assert (stopped["stopCode"], stopped["stoppedReason"]) == ("UserInitiated", "enough")
    assert stopped["containers"][0]["exitCode"] == 0


def test_a_stopped_task_is_forgotten_after_an_hour(place: FakePlace) -> None:
    (arn,) = run(place)
    place.call("StopTask", cluster="prod", task=arn)
    place.wait(3700)
    assert place.call("DescribeTasks", cluster="prod", tasks=[arn])["failures"] == [{"arn": arn, "reason": "MISSING"}]


def test_an_essential_container_that_exits_stops_its_task(place: FakePlace) -> None:
    place.traffic.broken.add("shop/web:1")
    (arn,) = run(place)
    place.wait(60)
    stopped = task(place, arn)
    assert (stopped["lastStatus"], stopped["stopCode"]) == ("STOPPED", "EssentialContainerExited")
    assert stopped["stoppedReason"] == "Essential container in task exited"
    assert stopped["containers"][0]["exitCode"] == 1


def test_a_container_that_is_not_essential_may_exit(place: FakePlace) -> None:
    containers = [{"name": "app", "image": "shop/web:1"}, {"name": "init", "image": "shop/init:1", "essential": False}]
    place.register("two", containerDefinitions=containers)
    place.traffic.broken.add("shop/init:1")
    (arn,) = run(place, taskDefinition="two")
    place.wait(60)
    answer = task(place, arn)
    assert answer["lastStatus"] == "RUNNING"
    assert {c["name"]: c["lastStatus"] for c in answer["containers"]} == {"app": "RUNNING", "init": "STOPPED"}


def test_a_container_health_check_shows_in_the_tasks_health(place: FakePlace) -> None:
    check = {"command": ["CMD", "true"]}
    place.register("checked", containerDefinitions=[{"name": "app", "image": "a", "healthCheck": check}])
    (arn,) = run(place, taskDefinition="checked")
    place.wait(31)
    assert task(place, arn)["healthStatus"] == "UNKNOWN"
    place.wait(30)
    assert task(place, arn)["healthStatus"] == "HEALTHY"


def test_a_client_token_runs_its_tasks_once(place: FakePlace) -> None:
    assert run(place, clientToken="one", count=2) == run(place, clientToken="one", count=2)
    assert len(listed(place)) == 2


@pytest.mark.parametrize("count", [0, 11])
def test_between_one_and_ten_tasks_are_run_at_once(place: FakePlace, count: int) -> None:
    with pytest.raises(AwsError) as refusal:
        run(place, count=count)
    assert refusal.value.code == "InvalidParameterException"


def test_tasks_are_listed_by_what_they_belong_to(place: FakePlace) -> None:
    place.create("web:1")
    place.wait(5)
    place.register("job")
    (job,) = run(place, taskDefinition="job", startedBy="nightly")
    assert len(listed(place, serviceName="web")) == 2
    assert listed(place, family="job") == listed(place, startedBy="nightly") == [job]
    assert listed(place, launchType="EC2") == []
    assert listed(place, serviceName="web", family="job") == []
    assert len(listed(place)) == 3


def test_tasks_are_listed_by_desired_status(place: FakePlace) -> None:
    (arn,) = run(place)
    place.call("StopTask", cluster="prod", task=arn)
    assert (listed(place), listed(place, desiredStatus="STOPPED")) == ([], [arn])


def test_tasks_are_listed_in_pages(place: FakePlace) -> None:
    run(place, count=3)
    first = place.call("ListTasks", cluster="prod", maxResults=2)
    second = place.call("ListTasks", cluster="prod", nextToken=first["nextToken"])
    assert (len(first["taskArns"]), len(second["taskArns"])) == (2, 1)


def test_tasks_of_an_unknown_service_are_not_found(place: FakePlace) -> None:
    with pytest.raises(AwsError) as refusal:
        listed(place, serviceName="gone")
    assert refusal.value.code == "ServiceNotFoundException"


def test_at_most_a_hundred_tasks_are_described_at_once(place: FakePlace) -> None:
    with pytest.raises(AwsError, match="at most 100"):
        place.call("DescribeTasks", cluster="prod", tasks=["x"] * 101)


def test_an_unknown_task_cannot_be_stopped(place: FakePlace) -> None:
    with pytest.raises(AwsError, match="The referenced task was not found"):
        place.call("StopTask", cluster="prod", task="0" * 32)


def test_tasks_carry_their_tags(place: FakePlace) -> None:
    (arn,) = run(place, tags=[{"key": "job", "value": "7"}])
    described = place.call("DescribeTasks", cluster="prod", tasks=[arn], include=["TAGS"])["tasks"][0]
    assert described["tags"] == [{"key": "job", "value": "7"}]


def test_a_services_tasks_say_which_deployment_started_them(place: FakePlace) -> None:
    identity = place.create("web:1")["deployments"][0]["id"]
    place.wait(5)
    answers = place.call("DescribeTasks", cluster="prod", tasks=listed(place, serviceName="web"))["tasks"]
    assert {(each["group"], each["startedBy"]) for each in answers} == {("service:web", identity)}


def test_a_task_that_is_stopped_while_it_starts_never_runs(place: FakePlace) -> None:
    (arn,) = run(place)
    place.wait(5)
    place.call("StopTask", cluster="prod", task=arn)
    seen = set()
    for _ in range(60):
        place.wait(1)
        seen.add(task(place, arn)["lastStatus"])
    assert seen == {"STOPPING", "STOPPED"}


def test_a_last_page_has_no_token(place: FakePlace) -> None:
    run(place, count=3)
    assert "nextToken" not in place.call("ListTasks", cluster="prod", maxResults=3)


@pytest.mark.parametrize(("task_name", "container"), [("none", None), (None, "none")])
def test_a_command_needs_a_task_and_a_container_that_are_there(
    place: FakePlace, task_name: str | None, container: str | None
) -> None:
    (arn,) = run(place)
    place.wait(60)
    asked: dict[str, Any] = {"container": container} if container else {}
    with pytest.raises(AwsError, match="InvalidParameterException"):
        place.call("ExecuteCommand", cluster="prod", task=task_name or arn, command="sh", interactive=True, **asked)


def test_no_container_has_an_agent_that_would_run_a_command(place: FakePlace) -> None:
    (arn,) = run(place, enableExecuteCommand=True)
    place.wait(60)
    with pytest.raises(AwsError, match="TargetNotConnectedException"):
        place.call("ExecuteCommand", cluster="prod", task=arn, command="sh", interactive=True)


def test_a_task_that_was_not_started_for_commands_runs_none(place: FakePlace) -> None:
    (arn,) = run(place)
    place.wait(60)
    with pytest.raises(AwsError, match="execute command was not enabled"):
        place.call("ExecuteCommand", cluster="prod", task=arn, command="sh", interactive=True)
