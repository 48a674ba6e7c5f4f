"""Task sets: what CodeDeploy does with them, and what callers may."""

from dataclasses import replace
from typing import Any

import pytest

from sandbox.errors import AwsError
from sandbox.switches import Switches
from sandbox.world.ecs import Pace, Service, TaskSet, TaskSetRequest
from tests.sandbox.ecs.around import BLUE, GREEN, FakePlace, code_deploy, messages, service


def settled(**options: Any) -> FakePlace:
    """A settled service under CODE_DEPLOY, and a second revision to ship."""
    place = FakePlace(**options).with_cluster()
    place.call("CreateService", **code_deploy(place.register()))
    place.wait(300)
    place.register(image="shop/web:2")
    return place


@pytest.fixture
def place() -> FakePlace:
    return settled()


def the_service(place: FakePlace) -> Service:
    found = place.ecs.service("prod", "web")
    assert found is not None
    return found


REQUEST = TaskSetRequest(
    task_definition_arn="arn:aws:ecs:eu-west-1:123456789012:task-definition/web:2",
    external_id="d-ABCDEF123",
    started_by="CODE_DEPLOY",
    target_group_arn=GREEN,
    container_name="app",
    container_port=80,
)


def green(place: FakePlace, **changes: Any) -> TaskSet:
    return place.ecs.create_task_set(the_service(place), replace(REQUEST, **changes))


def test_a_green_task_set_becomes_steady_once_its_targets_are_healthy(place: FakePlace) -> None:
    task_set = green(place)
    assert (task_set.status, task_set.stability, task_set.pending) == ("ACTIVE", "STABILIZING", 2)
    place.wait(40)
    assert (task_set.running, task_set.stability) == (2, "STABILIZING")
    assert task_set.stability_at == task_set.created_at
    assert task_set.target_group_arn == GREEN
    assert len(place.elbv2.groups[GREEN]) == 2
    place.wait(60)
    assert task_set.stability == "STEADY_STATE"


def test_a_green_task_set_takes_between_90_and_110_seconds_with_usual_health_checks() -> None:
    place = settled()
    place.elbv2.seconds = 60.0
    task_set, seconds = green(place), 0
    while task_set.stability != "STEADY_STATE":
        place.wait(1)
        seconds += 1
    assert 90 <= seconds <= 110


def test_a_task_set_reads_back_as_code_deploy_makes_it(place: FakePlace) -> None:
    task_set = green(place)
    answer = place.describe()["taskSets"][1]
    assert answer == task_set.to_answer()
    assert answer["id"] == task_set.id
    assert len(answer["id"].removeprefix("ecs-svc/")) == 19
    assert answer["taskSetArn"] == f"arn:aws:ecs:eu-west-1:123456789012:task-set/prod/web/{task_set.id}"
    assert answer["externalId"] == "d-ABCDEF123"
    assert answer["startedBy"] == "CODE_DEPLOY"
    assert answer["platformVersion"] == "1.4.0"
    assert answer["scale"] == {"value": 100.0, "unit": "PERCENT"}
    assert answer["computedDesiredCount"] == 2
    assert answer["loadBalancers"] == [{"targetGroupArn": GREEN, "containerName": "app", "containerPort": 80}]


def test_tasks_of_an_image_that_does_not_start_never_become_steady(place: FakePlace) -> None:
    place.traffic.broken.add("shop/web:2")
    task_set = green(place)
    place.wait(3600)
    assert (task_set.stability, task_set.running) == ("STABILIZING", 0)
    stopped = place.call("ListTasks", cluster="prod", desiredStatus="STOPPED", startedBy=task_set.id)["taskArns"]
    task = place.call("DescribeTasks", cluster="prod", tasks=stopped[-1:])["tasks"][0]
    assert (task["stopCode"], task["containers"][0]["exitCode"]) == ("EssentialContainerExited", 1)


def test_the_network_is_the_services_unless_the_request_has_its_own(place: FakePlace) -> None:
    own = {"awsvpcConfiguration": {"subnets": ["subnet-z"], "securityGroups": ["sg-1"]}}
    inherited, given = green(place), green(place, network_configuration=own)
    assert set(inherited.to_answer()["networkConfiguration"]["awsvpcConfiguration"]["subnets"]) == {
        "subnet-a",
        "subnet-b",
    }
    assert given.to_answer()["networkConfiguration"]["awsvpcConfiguration"] == {
        "subnets": ["subnet-z"],
        "securityGroups": ["sg-1"],
        "assignPublicIp": "DISABLED",
    }


def test_the_service_follows_its_new_primary_task_set(place: FakePlace) -> None:
    blue = the_service(place).task_sets[0]
    task_set = green(place, platform_version="1.3.0")
    place.wait(300)
    place.ecs.make_primary(the_service(place), task_set)
    assert (task_set.status, blue.status) == ("PRIMARY", "ACTIVE")
    after = place.describe()
    assert after["taskDefinition"] == REQUEST.task_definition_arn
    assert after["loadBalancers"] == task_set.to_answer()["loadBalancers"]
    assert after["networkConfiguration"] == task_set.to_answer()["networkConfiguration"]
    assert after["platformVersion"] == "1.3.0"
    assert after["deployments"] == []


def test_a_drained_task_set_is_draining_for_a_while_and_then_gone(place: FakePlace) -> None:
    blue = the_service(place).task_sets[0]
    task_set = green(place)
    place.wait(300)
    place.ecs.make_primary(the_service(place), task_set)
    place.ecs.drain(the_service(place), blue)
    answer = place.describe()["taskSets"][0]
    assert (answer["status"], answer["scale"]["value"], answer["computedDesiredCount"]) == ("DRAINING", 0.0, 0)
    assert place.elbv2.groups[BLUE] == {}
    place.wait(20)
    assert len(place.describe()["taskSets"]) == 2
    place.wait(100)
    assert [each["id"] for each in place.describe()["taskSets"]] == [task_set.id]
    assert place.describe()["runningCount"] == 2


def test_draining_twice_is_draining_once(place: FakePlace) -> None:
    task_set = green(place)
    place.wait(300)
    place.ecs.drain(the_service(place), task_set)
    said = len(place.describe()["events"])
    place.ecs.drain(the_service(place), task_set)
    assert len(place.describe()["events"]) == said


def test_a_task_set_that_is_drained_as_it_settles_does_not_settle(place: FakePlace) -> None:
    task_set = green(place)
    place.wait(77)
    place.ecs.drain(the_service(place), task_set)
    place.wait(60)
    assert not any(f"taskSet {task_set.id}) has reached" in message for message in messages(place.describe()))


def test_the_order_of_subnets_is_not_kept(place: FakePlace) -> None:
    subnets = [f"subnet-{number}" for number in range(6)]
    task_set = green(place, network_configuration={"awsvpcConfiguration": {"subnets": subnets}})
    told = task_set.to_answer()["networkConfiguration"]["awsvpcConfiguration"]["subnets"]
    assert told != subnets
    assert sorted(told) == subnets


def test_a_task_set_that_never_ran_is_gone_too(place: FakePlace) -> None:
    task_set = green(place)
    place.ecs.drain(the_service(place), task_set)
    place.wait(60)
    assert len(place.describe()["taskSets"]) == 1


def test_a_task_set_is_told_of_in_the_words_of_aws(place: FakePlace) -> None:
    task_set = green(place)
    place.wait(300)
    told = messages(place.describe())
    assert told[0] == "(service web) has reached a steady state."
    assert told[1] == f"(service web, taskSet {task_set.id}) has reached a steady state."
    assert f"(service web, taskSet {task_set.id}) registered 1 targets in (target-group {GREEN})" in told


def test_at_most_five_task_sets_exist(place: FakePlace) -> None:
    for _ in range(4):
        green(place)
    with pytest.raises(AwsError) as refusal:
        green(place)
    assert refusal.value.message == (
        "5 deployments exist on the service. Unable to create new TaskSet since this exceeds the maximum limit."
    )


def test_an_inactive_revision_makes_no_task_set(place: FakePlace) -> None:
    place.call("DeregisterTaskDefinition", taskDefinition="web:2")
    with pytest.raises(AwsError, match="TaskDefinition is inactive"):
        green(place)


@pytest.mark.parametrize(
    "changes", [{"container_name": "proxy"}, {"container_port": 8080}, {"target_group_arn": "arn:x"}]
)
def test_a_task_set_needs_a_container_a_port_and_a_target_group_that_exist(
    place: FakePlace, changes: dict[str, Any]
) -> None:
    with pytest.raises(AwsError):
        green(place, **changes)
    assert len(place.describe()["taskSets"]) == 1


@pytest.mark.parametrize(("switch", "stability"), [(True, "STEADY_STATE"), (False, "STABILIZING")])
def test_an_empty_task_set_is_as_stable_as_the_switch_says(switch: bool, stability: str) -> None:
    place = settled(switches=Switches(empty_task_set_is_stable=switch))
    place.call("UpdateService", cluster="prod", service="web", desiredCount=0)
    task_set = green(place)
    place.wait(600)
    assert (task_set.computed_desired, task_set.stability) == (0, stability)


def test_a_lost_task_is_replaced_and_unsettles_its_task_set(place: FakePlace) -> None:
    task_set = the_service(place).task_sets[0]
    place.call("StopTask", cluster="prod", task=task_set.replicas.tasks[0].arn)
    assert task_set.stability == "STABILIZING"
    place.wait(300)
    assert (task_set.running, task_set.stability) == (2, "STEADY_STATE")


def test_a_scenario_sets_its_own_pace() -> None:
    place = settled(pace=Pace(provisioning=1.0, pulling=1.0, steady=0.0))
    place.elbv2.seconds = 0.0
    task_set = green(place)
    place.wait(5)
    assert task_set.stability == "STEADY_STATE"
    place.ecs.pace = Pace(provisioning=1000.0)
    assert place.ecs.pace.provisioning == 1000.0


def test_task_sets_can_be_described(place: FakePlace) -> None:
    first = place.describe()["taskSets"][0]
    params: dict[str, Any] = {"cluster": "prod", "service": "web"}
    assert place.call("DescribeTaskSets", **params)["taskSets"] == [first]
    asked = place.call("DescribeTaskSets", **params, taskSets=[first["taskSetArn"], "ecs-svc/1"], include=["TAGS"])
    assert asked["taskSets"] == [first | {"tags": []}]
    assert asked["failures"] == [{"arn": "ecs-svc/1", "reason": "MISSING"}]


def test_a_rolling_service_has_no_task_sets_to_describe(place: FakePlace) -> None:
    place.create("web:1", serviceName="rolling")
    with pytest.raises(AwsError, match="CODE_DEPLOY or EXTERNAL"):
        place.call("DescribeTaskSets", cluster="prod", service="rolling")


CHANGES: dict[str, dict[str, Any]] = {
    "CreateTaskSet": {"taskDefinition": "web:1"},
    "UpdateTaskSet": {"taskSet": "ecs-svc/1", "scale": {"value": 50.0, "unit": "PERCENT"}},
    "UpdateServicePrimaryTaskSet": {"primaryTaskSet": "ecs-svc/1"},
    "DeleteTaskSet": {"taskSet": "ecs-svc/1"},
}


@pytest.mark.parametrize("operation", CHANGES)
def test_callers_cannot_change_the_task_sets_of_code_deploy(place: FakePlace, operation: str) -> None:
    with pytest.raises(AwsError) as refusal:
        place.call(operation, cluster="prod", service="web", **CHANGES[operation])
    assert refusal.value.code == "InvalidParameterException"
    assert "CODE_DEPLOY deployment controller" in refusal.value.message


# The EXTERNAL deployment controller: the caller does what CodeDeploy does above.

OWN: dict[str, Any] = {"cluster": "prod", "service": "own"}
TASK_SET = {name: part for name, part in service("web:1").items() if name in {"networkConfiguration", "loadBalancers"}}


@pytest.fixture
def external() -> FakePlace:
    place = FakePlace().with_cluster()
    place.register()
    request: dict[str, Any] = {"serviceName": "own", "desiredCount": 4, "deploymentController": {"type": "EXTERNAL"}}
    place.call("CreateService", cluster="prod", **request)
    return place


def create(place: FakePlace, percent: float = 50.0, **params: Any) -> dict[str, Any]:
    scale = {"value": percent, "unit": "PERCENT"}
    request = OWN | TASK_SET | {"taskDefinition": "web:1", "launchType": "FARGATE", "scale": scale} | params
    answer: dict[str, Any] = place.call("CreateTaskSet", **request)["taskSet"]
    return answer


def test_an_external_service_begins_without_a_task_definition(external: FakePlace) -> None:
    answer = external.describe("own")
    assert "taskDefinition" not in answer
    assert answer["taskSets"] == []


def test_a_task_set_runs_its_share_of_the_desired_count_rounded_up(external: FakePlace) -> None:
    assert create(external, 60.0)["computedDesiredCount"] == 3
    external.wait(300)
    assert external.describe("own")["taskSets"][0]["runningCount"] == 3


def test_a_task_set_can_be_rescaled_made_primary_and_deleted(external: FakePlace) -> None:
    first, second = create(external), create(external, tags=[{"key": "k", "value": "v"}])
    assert (first["status"], second["status"]) == ("PRIMARY", "ACTIVE")
    scale = {"value": 100.0, "unit": "PERCENT"}
    external.call("UpdateTaskSet", **OWN, taskSet=second["id"], scale=scale)
    assert (
        external.call("UpdateServicePrimaryTaskSet", **OWN, primaryTaskSet=second["id"])["taskSet"]["status"]
        == "PRIMARY"
    )
    external.call("DeleteTaskSet", **OWN, taskSet=first["id"], force=True)
    external.wait(300)
    (left,) = external.describe("own")["taskSets"]
    assert (left["id"], left["runningCount"]) == (second["id"], 4)


@pytest.mark.parametrize("force", [False, None])
def test_a_task_set_with_tasks_is_deleted_only_by_force(external: FakePlace, force: bool | None) -> None:
    first, second = create(external), create(external)
    for task_set in (first, second):
        with pytest.raises(AwsError, match="force"):
            external.call("DeleteTaskSet", **OWN, taskSet=task_set["id"], force=force)


def test_an_unknown_task_set_is_not_found(external: FakePlace) -> None:
    with pytest.raises(AwsError) as refusal:
        external.call("DeleteTaskSet", **OWN, taskSet="ecs-svc/1")
    assert refusal.value.code == "TaskSetNotFoundException"


def test_a_scale_is_a_percentage(external: FakePlace) -> None:
    with pytest.raises(AwsError, match="between 0 and 100"):
        create(external, 101.0)


def test_an_external_service_with_task_sets_is_deleted_only_by_force(external: FakePlace) -> None:
    create(external)
    external.call("UpdateService", **OWN, desiredCount=0)
    with pytest.raises(AwsError, match="task sets"):
        external.call("DeleteService", **OWN)
    external.call("DeleteService", **OWN, force=True)
    external.wait(300)
    assert external.describe("own")["status"] == "INACTIVE"
