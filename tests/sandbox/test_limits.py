"""How much can be asked for at once: what a client would notice on AWS only, and late."""

from typing import Any

import pytest

from sandbox.errors import AwsError
from tests.sandbox.answers import CheckedWorld

IDS = [{"imageTag": str(number)} for number in range(101)]
TOO_MUCH: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "alarms by name": (
        "cloudwatch",
        "DescribeAlarms",
        {"AlarmNames": [f"a{n}" for n in range(101)]},
        "ValidationError",
    ),
    "alarms on a page": ("cloudwatch", "DescribeAlarms", {"MaxRecords": 101}, "ValidationError"),
    "target groups on a page": ("elbv2", "DescribeTargetGroups", {"PageSize": 401}, "ValidationError"),
    "load balancers on a page": ("elbv2", "DescribeLoadBalancers", {"PageSize": 401}, "ValidationError"),
    "clusters": ("ecs", "DescribeClusters", {"clusters": [f"c{n}" for n in range(101)]}, "InvalidParameterException"),
    "services": ("ecs", "DescribeServices", {"services": [f"s{n}" for n in range(11)]}, "InvalidParameterException"),
    "tasks": ("ecs", "DescribeTasks", {"tasks": [f"t{n}" for n in range(101)]}, "InvalidParameterException"),
    "images": ("ecr", "DescribeImages", {"repositoryName": "web", "imageIds": IDS}, "InvalidParameterException"),
    "manifests": ("ecr", "BatchGetImage", {"repositoryName": "web", "imageIds": IDS}, "InvalidParameterException"),
    "images on a page that were named": (
        "ecr",
        "DescribeImages",
        {"repositoryName": "web", "imageIds": IDS[:1], "maxResults": 5},
        "InvalidParameterException",
    ),
    "deployments": (
        "codedeploy",
        "BatchGetDeployments",
        {"deploymentIds": [f"d-{n:09}" for n in range(26)]},
        "BatchLimitExceededException",
    ),
}


@pytest.mark.parametrize("what", TOO_MUCH)
def test_too_much_at_once_is_refused(what: str) -> None:
    service, operation, params, code = TOO_MUCH[what]
    world = CheckedWorld()
    world.call("ecs", "CreateCluster", clusterName="default")
    world.call("ecr", "CreateRepository", repositoryName="web")
    with pytest.raises(AwsError) as refusal:
        world.call(service, operation, **params)
    assert refusal.value.code == code


def test_as_much_as_may_be_is_answered() -> None:
    world = CheckedWorld()
    world.call("ecr", "CreateRepository", repositoryName="web")
    assert world.call("cloudwatch", "DescribeAlarms", AlarmNames=[f"a{n}" for n in range(100)])["MetricAlarms"] == []
    assert world.call("elbv2", "DescribeTargetGroups", PageSize=400)["TargetGroups"] == []
    assert len(world.call("ecr", "BatchGetImage", repositoryName="web", imageIds=IDS[:100])["failures"]) == 100
    assert len(world.call("ecs", "DescribeClusters", clusters=[f"c{n}" for n in range(100)])["failures"]) == 100
