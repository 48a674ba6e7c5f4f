"""Creating, describing, listing and deleting services."""

from itertools import pairwise
from typing import Any

import pytest

from sandbox.errors import AwsError
from sandbox.world.calls import Caller
from tests.sandbox.ecs.around import BLUE, GROUP, FakePlace, breaker, code_deploy, messages, service


@pytest.fixture
def place() -> FakePlace:
    return FakePlace().with_cluster()


@pytest.fixture
def definition(place: FakePlace) -> str:
    return place.register()


def test_a_new_service_reads_back_with_the_defaults_of_aws(place: FakePlace, definition: str) -> None:
    answer = place.create(definition)
    defaults = {
        "status": "ACTIVE",
        "schedulingStrategy": "REPLICA",
        "healthCheckGracePeriodSeconds": 0,
        "enableExecuteCommand": False,
        "enableECSManagedTags": False,
        "propagateTags": "NONE",
        "deploymentController": {"type": "ECS"},
        "placementConstraints": [],
        "placementStrategy": [],
        "platformVersion": "LATEST",
        "availabilityZoneRebalancing": "ENABLED",
        "launchType": "FARGATE",
        "roleArn": "arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
    }
    assert answer.items() >= defaults.items()
    network = answer["networkConfiguration"]["awsvpcConfiguration"]
    assert (network["assignPublicIp"], network["securityGroups"]) == ("DISABLED", [])


def test_the_deployment_configuration_reads_back_whole(place: FakePlace, definition: str) -> None:
    given = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
    assert place.create(definition, deploymentConfiguration=given)["deploymentConfiguration"] == {
        "strategy": "ROLLING",
        "bakeTimeInMinutes": 0,
        "maximumPercent": 200,
        "minimumHealthyPercent": 100,
        "deploymentCircuitBreaker": {
            "enable": True,
            "rollback": True,
            "resetOnHealthyTask": True,
            "thresholdConfiguration": {"type": "BOUNDED_PERCENT", "value": 50},
        },
        "alarms": {"alarmNames": [], "enable": False, "rollback": False},
    }


def test_a_daemon_service_has_other_defaults(place: FakePlace) -> None:
    definition = place.register("agent", networkMode="bridge", requiresCompatibilities=["EC2"])
    answer = place.call(
        "CreateService", cluster="prod", serviceName="agent", taskDefinition=definition, schedulingStrategy="DAEMON"
    )["service"]
    configuration = answer["deploymentConfiguration"]
    assert (configuration["maximumPercent"], configuration["minimumHealthyPercent"]) == (100, 0)
    assert answer["availabilityZoneRebalancing"] == "DISABLED"


def test_a_capacity_provider_strategy_takes_the_place_of_the_launch_type(place: FakePlace, definition: str) -> None:
    strategy = [{"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}]
    answer = place.create(definition, launchType=None, capacityProviderStrategy=strategy)
    assert answer["capacityProviderStrategy"] == strategy
    assert answer["platformVersion"] == "LATEST"
    assert "launchType" not in answer


def test_a_new_service_tells_who_made_it(place: FakePlace, definition: str) -> None:
    caller = Caller(principal="arn:aws:iam::123456789012:user/ada")
    assert place.call("CreateService", caller, **service(definition))["service"]["createdBy"] == caller.principal


def test_creating_the_same_again_answers_with_the_service_that_is_there(place: FakePlace, definition: str) -> None:
    assert place.create(definition)["serviceArn"] == place.create(definition)["serviceArn"]
    assert len(place.describe()["deployments"]) == 1


def test_creating_it_again_with_other_parameters_is_not_idempotent(place: FakePlace, definition: str) -> None:
    place.create(definition)
    with pytest.raises(AwsError) as refusal:
        place.create(definition, desiredCount=3)
    assert refusal.value.code == "InvalidParameterException"
    assert refusal.value.message == "Creation of service was not idempotent."


def test_a_code_deploy_service_begins_with_one_primary_task_set_that_nobody_named(
    place: FakePlace, definition: str
) -> None:
    answer = place.call("CreateService", **code_deploy(definition))["service"]
    (task_set,) = answer["taskSets"]
    assert (task_set["status"], task_set["startedBy"]) == ("PRIMARY", "CODE_DEPLOY")
    assert "externalId" not in task_set
    assert answer["deployments"] == []


def test_a_rolling_service_begins_with_a_service_deployment_and_a_revision(place: FakePlace, definition: str) -> None:
    answer = place.create(definition)
    assert answer["currentServiceDeployment"] == place.deployment()["serviceDeploymentArn"]
    (revision,) = answer["currentServiceRevisions"]
    assert revision["requestedTaskCount"] == 2
    assert "taskSets" not in answer


EIGHTEEN = [f"subnet-{number}" for number in range(18)]
REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "a target group that is not there": (
        {"loadBalancers": [{"targetGroupArn": GROUP.format("gone"), "containerName": "app", "containerPort": 80}]},
        "does not exist",
    ),
    "a container that is not there": (
        {"loadBalancers": [{"targetGroupArn": BLUE, "containerName": "proxy", "containerPort": 80}]},
        "The container proxy does not exist in the task definition.",
    ),
    "a port that is not there": (
        {"loadBalancers": [{"targetGroupArn": BLUE, "containerName": "app", "containerPort": 8080}]},
        "The container app did not have a container port 8080 defined.",
    ),
    "no network": (
        {"networkConfiguration": None},
        "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
    ),
    "too many subnets": (
        {"networkConfiguration": {"awsvpcConfiguration": {"subnets": EIGHTEEN}}},
        "subnets can have at most 16 items.",
    ),
    "no subnets": ({"networkConfiguration": {"awsvpcConfiguration": {"subnets": []}}}, "subnets cannot be empty."),
    "two ways to launch": (
        {"capacityProviderStrategy": [{"capacityProvider": "FARGATE"}]},
        "Specifying both a launch type and capacity provider strategy is not supported.",
    ),
    "a negative count": ({"desiredCount": -1}, "cannot be negative"),
    "a name that is no name": ({"serviceName": "my service"}, "Invalid service name."),
    "a grace period for no load balancer": (
        {"loadBalancers": [], "healthCheckGracePeriodSeconds": 30},
        "Health check grace period is only valid for services configured to use load balancers",
    ),
    "CODE_DEPLOY without a load balancer": (
        {"deploymentController": {"type": "CODE_DEPLOY"}, "loadBalancers": []},
        "A load balancer is required",
    ),
    "a circuit breaker under CODE_DEPLOY": (
        {"deploymentController": {"type": "CODE_DEPLOY"}, "deploymentConfiguration": breaker()},
        "DeploymentCircuitBreaker feature can be configured only with ECS deployment controller.",
    ),
    "alarms under CODE_DEPLOY": (
        {
            "deploymentController": {"type": "CODE_DEPLOY"},
            "deploymentConfiguration": {"alarms": {"alarmNames": ["a"], "enable": True, "rollback": True}},
        },
        "DeploymentAlarms feature can be configured only with ECS deployment controller.",
    ),
    "alarms without a name": (
        {"deploymentConfiguration": {"alarms": {"alarmNames": [], "enable": True, "rollback": True}}},
        "Alarm names cannot be empty",
    ),
    "a daemon under CODE_DEPLOY": (
        {"deploymentController": {"type": "CODE_DEPLOY"}, "schedulingStrategy": "DAEMON"},
        "DAEMON scheduling strategy is not supported",
    ),
    "percentages that block": (
        {"deploymentConfiguration": {"maximumPercent": 100, "minimumHealthyPercent": 100}},
        "Both maximumPercent and minimumHealthyPercent cannot be 100",
    ),
    "a strategy that is not to be had": (
        {"deploymentConfiguration": {"strategy": "CANARY"}},
        "CANARY is not supported",
    ),
    "a launch type that does not fit": ({"launchType": "EXTERNAL"}, "does not support launch_type EXTERNAL"),
    "no task definition": ({"taskDefinition": ""}, "TaskDefinition cannot be empty."),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_aws_refuses_to_create_is_refused_and_leaves_nothing(place: FakePlace, definition: str, case: str) -> None:
    changes, words = REFUSALS[case]
    with pytest.raises(AwsError) as refusal:
        place.create(definition, **changes)
    assert refusal.value.code == "InvalidParameterException"
    assert words in refusal.value.message
    assert place.call("ListServices", cluster="prod")["serviceArns"] == []


def test_a_network_is_refused_where_the_task_definition_has_none(place: FakePlace) -> None:
    bridge = place.register("old", networkMode="bridge", requiresCompatibilities=["EC2"])
    with pytest.raises(AwsError, match="Network Configuration is not valid for the given networkMode"):
        place.create(bridge, launchType="EC2")


def test_a_task_definition_that_is_not_there_cannot_be_run(place: FakePlace) -> None:
    with pytest.raises(AwsError) as refusal:
        place.create("gone:1")
    assert (refusal.value.code, refusal.value.message) == ("ClientException", "TaskDefinition not found.")


def test_an_inactive_task_definition_cannot_be_run(place: FakePlace, definition: str) -> None:
    place.call("DeregisterTaskDefinition", taskDefinition=definition)
    with pytest.raises(AwsError) as refusal:
        place.create(definition)
    assert (refusal.value.code, refusal.value.message) == ("ClientException", "TaskDefinition is inactive")


@pytest.mark.parametrize("operation", ["DescribeServices", "ListServices", "ListTasks", "CreateService"])
def test_an_unknown_cluster_is_not_found(place: FakePlace, operation: str) -> None:
    with pytest.raises(AwsError) as refusal:
        place.call(operation, cluster="stage", services=["web"], serviceName="web")
    assert refusal.value.code == "ClusterNotFoundException"


def test_at_most_ten_services_are_described_at_once(place: FakePlace) -> None:
    with pytest.raises(AwsError) as refusal:
        place.call("DescribeServices", cluster="prod", services=[f"s{number}" for number in range(11)])
    assert refusal.value.code == "InvalidParameterException"


def test_an_unknown_service_is_a_failure_and_spoils_nothing(place: FakePlace, definition: str) -> None:
    place.create(definition)
    foreign = "arn:aws:ecs:eu-west-1:123456789012:service/stage/web"
    answer = place.call("DescribeServices", cluster="prod", services=["web", "gone", foreign])
    assert [found["serviceName"] for found in answer["services"]] == ["web"]
    assert answer["failures"] == [
        {"arn": "arn:aws:ecs:eu-west-1:123456789012:service/prod/gone", "reason": "MISSING"},
        {"arn": foreign, "reason": "MISSING"},
    ]


def test_a_service_is_found_by_its_arn_too(place: FakePlace, definition: str) -> None:
    arn = place.create(definition)["serviceArn"]
    cluster = "arn:aws:ecs:eu-west-1:123456789012:cluster/prod"
    assert place.call("DescribeServices", cluster=cluster, services=[arn])["services"][0]["serviceArn"] == arn


def test_tags_of_a_service_are_told_only_when_asked_for(place: FakePlace, definition: str) -> None:
    tags = [{"key": "team", "value": "shop"}]
    assert place.create(definition, tags=tags)["tags"] == tags
    assert "tags" not in place.describe()
    asked = place.call("DescribeServices", cluster="prod", services=["web"], include=["TAGS"])
    assert asked["services"][0]["tags"] == tags


def test_services_are_listed_ten_a_page(place: FakePlace, definition: str) -> None:
    for number in range(12):
        place.create(definition, serviceName=f"web-{number}")
    first = place.call("ListServices", cluster="prod")
    second = place.call("ListServices", cluster="prod", nextToken=first["nextToken"])
    assert (len(first["serviceArns"]), len(second["serviceArns"])) == (10, 2)
    assert len(place.call("ListServices", cluster="prod", maxResults=100)["serviceArns"]) == 12


def test_services_are_listed_by_launch_type(place: FakePlace, definition: str) -> None:
    place.create(definition)
    assert place.call("ListServices", cluster="prod", launchType="EC2")["serviceArns"] == []
    assert len(place.call("ListServices", cluster="prod", launchType="FARGATE")["serviceArns"]) == 1


def test_services_are_listed_by_the_namespace_they_connect_through(place: FakePlace, definition: str) -> None:
    connect = {"enabled": True, "namespace": "shop"}
    arn = place.create(definition, serviceConnectConfiguration=connect)["serviceArn"]
    place.create(definition, serviceName="other")
    by_arn = "arn:aws:servicediscovery:eu-west-1:123456789012:namespace/shop"
    for name, found in (("shop", [arn]), (by_arn, [arn]), ("nobody", [])):
        assert place.call("ListServicesByNamespace", namespace=name)["serviceArns"] == found


def test_a_service_scaled_above_0_is_not_deleted_without_force(place: FakePlace, definition: str) -> None:
    place.create(definition)
    with pytest.raises(AwsError) as refusal:
        place.call("DeleteService", cluster="prod", service="web")
    assert refusal.value.message == "The service cannot be stopped while it is scaled above 0."


@pytest.mark.parametrize("controller", ["ECS", "CODE_DEPLOY"])
def test_a_deleted_service_drains_before_it_is_inactive(place: FakePlace, definition: str, controller: str) -> None:
    place.create(definition, deploymentController={"type": controller})
    place.wait(300)
    deleted = place.call("DeleteService", cluster="prod", service="web", force=True)["service"]
    assert deleted["status"] == "DRAINING"
    assert place.call("ListServices", cluster="prod")["serviceArns"] == []
    with pytest.raises(AwsError, match="Unable to Start a service that is still Draining"):
        place.create(definition, deploymentController={"type": controller})
    place.wait(300)
    gone = place.describe()
    assert (gone["status"], gone["runningCount"], gone["deployments"]) == ("INACTIVE", 0, [])
    assert place.elbv2.groups[BLUE] == {}


def test_an_inactive_service_can_be_made_again(place: FakePlace, definition: str) -> None:
    place.create(definition)
    place.call("DeleteService", cluster="prod", service="web", force=True)
    place.wait(300)
    place.create(definition, desiredCount=1)
    place.wait(300)
    assert place.describe()["runningCount"] == 1


def test_deleting_a_service_in_mid_deployment_ends_the_deployment(place: FakePlace, definition: str) -> None:
    place.create(definition)
    place.wait(10)
    place.call("DeleteService", cluster="prod", service="web", force=True)
    place.wait(300)
    assert place.deployment()["status"] == "STOPPED"
    assert place.describe()["status"] == "INACTIVE"


def test_a_services_life_is_told_in_the_words_of_aws(place: FakePlace, definition: str) -> None:
    place.create(definition, desiredCount=1)
    place.wait(300)
    newest_first = messages(place.describe())
    identity = place.describe()["deployments"][0]["id"]
    task = place.call("ListTasks", cluster="prod", serviceName="web")["taskArns"][0].rpartition("/")[2]
    assert newest_first == [
        "(service web) has reached a steady state.",
        f"(service web) (deployment {identity}) deployment completed.",
        f"(service web) registered 1 targets in (target-group {BLUE})",
        f"(service web) has started 1 tasks: (task {task}).",
    ]


def test_a_service_at_rest_says_so_every_six_hours_and_keeps_a_hundred_events(
    place: FakePlace, definition: str
) -> None:
    place.create(definition)
    place.wait(100 * 24 * 3600)
    events = place.describe()["events"]
    assert len(events) == 100
    assert {event["message"] for event in events} == {"(service web) has reached a steady state."}
    apart = {(newer["createdAt"] - older["createdAt"]).total_seconds() for newer, older in pairwise(events)}
    assert apart == {6 * 3600.0}
    assert len({event["id"] for event in events}) == 100


def test_an_event_that_was_told_once_is_told_again(place: FakePlace, definition: str) -> None:
    place.create(definition)
    place.wait(8 * 3600)
    before = place.describe()["events"]
    place.wait(3600)
    assert place.describe()["events"] == before
