"""UpdateService under each deployment controller."""

from typing import Any

import pytest

from sandbox.errors import AwsError
from sandbox.world.ecs import TaskSetRequest
from tests.sandbox.ecs.around import BLUE, GREEN, FakePlace, breaker, code_deploy, service

NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-a", "subnet-b"]}}
BALANCERS = [{"targetGroupArn": BLUE, "containerName": "app", "containerPort": 80}]


@pytest.fixture
def place() -> FakePlace:
    """A settled service of each kind: ``web`` rolling, ``shop`` under CODE_DEPLOY."""
    place = FakePlace().with_cluster()
    definition = place.register()
    place.create(definition)
    place.call("CreateService", **(code_deploy(definition) | {"serviceName": "shop"}))
    place.wait(300)
    return place


def update_shop(place: FakePlace, **params: Any) -> dict[str, Any]:
    answer: dict[str, Any] = place.call("UpdateService", cluster="prod", service="shop", **params)["service"]
    return answer


FORBIDDEN = {
    "taskDefinition": ("web:1", "Unable to update task definition on"),
    "networkConfiguration": (NETWORK, "Unable to update network parameters on"),
    "loadBalancers": (BALANCERS, "Unable to update load balancers on"),
    "forceNewDeployment": (False, "Cannot force a new deployment on"),
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_code_deploy_services_refuse_the_mere_presence_of_what_a_deployment_ships(place: FakePlace, name: str) -> None:
    value, sentence = FORBIDDEN[name]
    with pytest.raises(AwsError) as refusal:
        update_shop(place, **{name: value})
    assert refusal.value.code == "InvalidParameterException"
    assert refusal.value.message == (
        f"{sentence} services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment."
    )


def test_a_refused_update_changes_nothing_else(place: FakePlace) -> None:
    with pytest.raises(AwsError):
        update_shop(place, desiredCount=5, taskDefinition="web:1")
    assert place.describe("shop")["desiredCount"] == 2


def test_the_desired_count_of_a_code_deploy_service_goes_to_its_primary_task_set_without_a_deployment(
    place: FakePlace,
) -> None:
    identity = place.describe("shop")["taskSets"][0]["id"]
    (task_set,) = update_shop(place, desiredCount=4)["taskSets"]
    assert (task_set["id"], task_set["computedDesiredCount"], task_set["stabilityStatus"]) == (
        identity,
        4,
        "STABILIZING",
    )
    place.wait(300)
    (task_set,) = place.describe("shop")["taskSets"]
    assert (task_set["runningCount"], task_set["stabilityStatus"]) == (4, "STEADY_STATE")


def test_a_code_deploy_service_may_change_what_no_deployment_ships(place: FakePlace) -> None:
    allowed = {"healthCheckGracePeriodSeconds": 60, "propagateTags": "SERVICE", "enableECSManagedTags": True}
    assert update_shop(place, **allowed).items() >= allowed.items()


def test_an_unknown_service_is_not_found(place: FakePlace) -> None:
    with pytest.raises(AwsError) as refusal:
        place.call("UpdateService", cluster="prod", service="gone", desiredCount=1)
    assert refusal.value.code == "ServiceNotFoundException"


def test_a_service_of_another_cluster_is_not_found_by_its_arn(place: FakePlace) -> None:
    with pytest.raises(AwsError) as refusal:
        place.call("UpdateService", cluster="prod", service="arn:aws:ecs:eu-west-1:123456789012:service/stage/web")
    assert refusal.value.code == "ServiceNotFoundException"


def test_a_service_is_found_by_an_arn_of_the_older_form(place: FakePlace) -> None:
    arn = "arn:aws:ecs:eu-west-1:123456789012:service/web"
    assert place.call("UpdateService", cluster="prod", service=arn, desiredCount=1)["service"]["desiredCount"] == 1


def test_a_negative_count_is_refused(place: FakePlace) -> None:
    with pytest.raises(AwsError, match="cannot be negative"):
        place.update(desiredCount=-1)


@pytest.mark.parametrize("seconds", [0, 300])
def test_a_draining_or_inactive_service_is_not_active(place: FakePlace, seconds: int) -> None:
    place.call("DeleteService", cluster="prod", service="web", force=True)
    place.wait(seconds)
    with pytest.raises(AwsError) as refusal:
        place.update(desiredCount=1)
    assert refusal.value.code == "ServiceNotActiveException"


QUIET: list[dict[str, Any]] = [
    {"desiredCount": 3},
    {"deploymentConfiguration": {"maximumPercent": 150}},
    {"placementStrategy": [{"type": "random"}]},
    {"healthCheckGracePeriodSeconds": 10},
    {"enableExecuteCommand": True},
    {"taskDefinition": "web:1"},
]


@pytest.mark.parametrize("params", QUIET, ids=lambda params: next(iter(params)))
def test_what_changes_nothing_that_is_shipped_starts_no_deployment(place: FakePlace, params: dict[str, Any]) -> None:
    before = place.describe()["deployments"][0]["id"]
    after = place.update(**params)
    assert [deployment["id"] for deployment in after["deployments"]] == [before]
    assert "currentServiceDeployment" not in after


SHIPPING: list[dict[str, Any]] = [
    {"taskDefinition": "web:2"},
    {"taskDefinition": "web"},
    {"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-c"]}}},
    {"platformVersion": "1.3.0"},
    {"loadBalancers": [{"targetGroupArn": GREEN, "containerName": "app", "containerPort": 80}]},
    {"capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]},
    {"serviceRegistries": [{"registryArn": "arn:aws:servicediscovery:eu-west-1:123456789012:service/srv-1"}]},
    {"forceNewDeployment": True},
]


@pytest.mark.parametrize("params", SHIPPING, ids=lambda params: f"{params}"[:30])
def test_what_a_deployment_ships_starts_one(place: FakePlace, params: dict[str, Any]) -> None:
    place.register(image="shop/web:2")
    before = place.describe()["deployments"][0]["id"]
    after = place.update(**params)
    assert [deployment["status"] for deployment in after["deployments"]] == ["PRIMARY", "ACTIVE"]
    assert after["deployments"][1]["id"] == before
    assert place.deployment()["status"] == "PENDING"


def test_a_family_alone_is_resolved_to_the_arn_of_its_latest_revision(place: FakePlace) -> None:
    newest = place.register(image="shop/web:2")
    assert place.update(taskDefinition="web")["taskDefinition"] == newest


def test_an_inactive_task_definition_cannot_be_shipped(place: FakePlace) -> None:
    newest = place.register(image="shop/web:2")
    place.call("DeregisterTaskDefinition", taskDefinition=newest)
    with pytest.raises(AwsError, match="TaskDefinition is inactive"):
        place.update(taskDefinition=newest)


def test_part_of_a_deployment_configuration_leaves_the_rest_as_it_was(place: FakePlace) -> None:
    place.update(deploymentConfiguration=breaker())
    after = place.update(deploymentConfiguration={"maximumPercent": 150})["deploymentConfiguration"]
    assert after["deploymentCircuitBreaker"]["enable"] is True
    assert after["maximumPercent"] == 150


def test_a_scaled_service_starts_and_stops_the_difference(place: FakePlace) -> None:
    place.update(desiredCount=5)
    place.wait(300)
    assert place.describe()["runningCount"] == 5
    place.update(desiredCount=1)
    place.wait(300)
    assert place.describe()["runningCount"] == 1


def test_the_deployment_controller_may_move_from_code_deploy_to_ecs_without_a_restart(place: FakePlace) -> None:
    before = place.call("ListTasks", cluster="prod", serviceName="shop")["taskArns"]
    after = update_shop(place, deploymentController={"type": "ECS"}, deploymentConfiguration=breaker())
    assert after["deploymentController"] == {"type": "ECS"}
    assert [(each["status"], each["rolloutState"]) for each in after["deployments"]] == [("PRIMARY", "COMPLETED")]
    place.wait(300)
    assert place.call("ListTasks", cluster="prod", serviceName="shop")["taskArns"] == before
    place.call("UpdateService", cluster="prod", service="shop", taskDefinition=place.register(image="shop/web:2"))
    place.wait(300)
    assert place.describe("shop")["deployments"][0]["taskDefinition"].endswith("web:2")


def test_the_deployment_controller_does_not_move_during_a_deployment(place: FakePlace) -> None:
    shop = place.ecs.service("prod", "shop")
    assert shop is not None
    request = TaskSetRequest("web:1", "d-1", "CODE_DEPLOY", GREEN, "app", 80)
    place.ecs.create_task_set(shop, request)
    with pytest.raises(AwsError, match="while a deployment is in progress"):
        update_shop(place, deploymentController={"type": "ECS"})


def test_the_deployment_controller_cannot_move_to_code_deploy(place: FakePlace) -> None:
    with pytest.raises(AwsError, match="Unable to update the deployment controller"):
        place.update(deploymentController={"type": "CODE_DEPLOY"})


def test_external_services_refuse_what_their_task_sets_ship(place: FakePlace) -> None:
    request = service("web:1") | {"serviceName": "own", "deploymentController": {"type": "EXTERNAL"}}
    place.call("CreateService", **request)
    with pytest.raises(AwsError) as refusal:
        place.call("UpdateService", cluster="prod", service="own", taskDefinition="web:1")
    assert refusal.value.message == (
        "Unable to update task definition on services with an EXTERNAL deployment controller. "
        "Create a new task set instead."
    )


@pytest.mark.parametrize("minutes", [-1, 1441])
def test_a_bake_time_is_a_day_at_most(place: FakePlace, minutes: int) -> None:
    with pytest.raises(AwsError, match="InvalidParameterException"):
        place.update(deploymentConfiguration={"bakeTimeInMinutes": minutes})
