"""Clusters, and the tags of everything."""

from typing import Any

import pytest

from sandbox.errors import AwsError
from tests.sandbox.ecs.around import FakePlace, code_deploy

ARN = "arn:aws:ecs:eu-west-1:123456789012:cluster/prod"


@pytest.fixture
def place() -> FakePlace:
    return FakePlace().with_cluster()


def test_creating_a_cluster_again_answers_with_the_one_that_is_there(place: FakePlace) -> None:
    again = place.call("CreateCluster", clusterName="prod", tags=[{"key": "a", "value": "b"}])["cluster"]
    assert (again["clusterArn"], again["status"], again["tags"]) == (ARN, "ACTIVE", [])


def test_a_cluster_without_a_name_is_called_default(place: FakePlace) -> None:
    assert place.call("CreateCluster")["cluster"]["clusterName"] == "default"
    assert place.call("DescribeClusters")["clusters"][0]["clusterName"] == "default"


def test_a_cluster_counts_its_services_and_tasks(place: FakePlace) -> None:
    place.create(place.register(), desiredCount=3)
    before = place.call("DescribeClusters", clusters=[ARN])["clusters"][0]
    assert (before["activeServicesCount"], before["pendingTasksCount"], before["runningTasksCount"]) == (1, 0, 0)
    place.wait(300)
    assert place.call("DescribeClusters", clusters=["prod"])["clusters"][0]["runningTasksCount"] == 3


def test_unknown_clusters_are_failures(place: FakePlace) -> None:
    foreign = "arn:aws:ecs:eu-west-1:999999999999:cluster/prod"
    answer = place.call("DescribeClusters", clusters=["prod", "stage", foreign], include=["TAGS"])
    assert [cluster["clusterName"] for cluster in answer["clusters"]] == ["prod"]
    assert [failure["reason"] for failure in answer["failures"]] == ["MISSING", "MISSING"]


def test_clusters_are_listed_in_pages(place: FakePlace) -> None:
    for number in range(4):
        place.call("CreateCluster", clusterName=f"c{number}")
    first = place.call("ListClusters", maxResults=3)
    rest = place.call("ListClusters", nextToken=first["nextToken"])
    assert len(first["clusterArns"] + rest["clusterArns"]) == 5


def test_a_cluster_can_be_changed(place: FakePlace) -> None:
    settings = [{"name": "containerInsights", "value": "enabled"}]
    assert place.call("UpdateClusterSettings", cluster="prod", settings=settings)["cluster"]["settings"] == settings
    providers = ["FARGATE", "FARGATE_SPOT"]
    params: dict[str, Any] = {"capacityProviders": providers, "defaultCapacityProviderStrategy": []}
    assert (
        place.call("PutClusterCapacityProviders", cluster="prod", **params)["cluster"]["capacityProviders"] == providers
    )


def test_a_cluster_with_services_cannot_be_deleted(place: FakePlace) -> None:
    place.create(place.register())
    with pytest.raises(AwsError) as refusal:
        place.call("DeleteCluster", cluster="prod")
    assert refusal.value.code == "ClusterContainsServicesException"


def test_a_cluster_with_tasks_cannot_be_deleted(place: FakePlace) -> None:
    network = {"awsvpcConfiguration": {"subnets": ["subnet-a"]}}
    place.call("RunTask", cluster="prod", taskDefinition=place.register(), networkConfiguration=network)
    with pytest.raises(AwsError) as refusal:
        place.call("DeleteCluster", cluster="prod")
    assert refusal.value.code == "ClusterContainsTasksException"


def test_a_deleted_cluster_is_inactive_and_can_be_made_again(place: FakePlace) -> None:
    assert place.call("DeleteCluster", cluster="prod")["cluster"]["status"] == "INACTIVE"
    with pytest.raises(AwsError):
        place.call("ListServices", cluster="prod")
    assert place.call("CreateCluster", clusterName="prod")["cluster"]["status"] == "ACTIVE"


def resources(place: FakePlace) -> dict[str, str]:
    """The ARN of one resource of each kind that can be tagged."""
    definition = place.register()
    created = place.call("CreateService", **code_deploy(definition))["service"]
    task = place.call("ListTasks", cluster="prod")["taskArns"][0]
    return {
        "cluster": ARN,
        "task-definition": definition,
        "service": created["serviceArn"],
        "task-set": created["taskSets"][0]["taskSetArn"],
        "task": task,
    }


@pytest.mark.parametrize("kind", ["cluster", "task-definition", "service", "task-set", "task"])
def test_whatever_has_an_arn_can_be_tagged(place: FakePlace, kind: str) -> None:
    arn = resources(place)[kind]
    place.call("TagResource", resourceArn=arn, tags=[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])
    place.call("TagResource", resourceArn=arn, tags=[{"key": "b", "value": "3"}])
    place.call("UntagResource", resourceArn=arn, tagKeys=["a", "absent"])
    assert place.call("ListTagsForResource", resourceArn=arn)["tags"] == [{"key": "b", "value": "3"}]


@pytest.mark.parametrize(
    ("arn", "code"),
    [
        ("arn:aws:ecs:eu-west-1:123456789012:cluster/stage", "ClusterNotFoundException"),
        ("arn:aws:ecs:eu-west-1:123456789012:task-definition/web:9", "ResourceNotFoundException"),
        ("arn:aws:ecs:eu-west-1:123456789012:service/prod/gone", "ResourceNotFoundException"),
        ("arn:aws:ecs:eu-west-1:123456789012:planet/prod/x", "InvalidParameterException"),
        ("prod", "InvalidParameterException"),
    ],
)
def test_what_is_not_there_cannot_be_tagged(place: FakePlace, arn: str, code: str) -> None:
    with pytest.raises(AwsError) as refusal:
        place.call("TagResource", resourceArn=arn, tags=[{"key": "a", "value": "1"}])
    assert refusal.value.code == code


REFUSED: list[list[dict[str, Any]]] = [
    [{"key": "aws:cloudformation:stack-name", "value": "x"}],
    [{"key": "", "value": "x"}],
    [{"key": f"k{number}", "value": "x"} for number in range(51)],
]


@pytest.mark.parametrize("tags", REFUSED, ids=["reserved", "empty", "fifty-one"])
def test_reserved_empty_and_too_many_tags_are_refused(place: FakePlace, tags: list[dict[str, Any]]) -> None:
    with pytest.raises(AwsError):
        place.call("TagResource", resourceArn=ARN, tags=tags)


def test_fifty_tags_are_all_that_fit_over_several_calls(place: FakePlace) -> None:
    for start in (0, 25):
        tags = [{"key": f"k{start + number}", "value": "x"} for number in range(25)]
        place.call("TagResource", resourceArn=ARN, tags=tags)
    with pytest.raises(AwsError, match="exceeds the maximum of 50"):
        place.call("TagResource", resourceArn=ARN, tags=[{"key": "one-more", "value": "x"}])
