"""The real world behind door two: what boto3 and the aws CLI do with a deployment."""

import json
import os
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.clock import HostClock
from sandbox.server import Server, serve
from sandbox.world.world import World
from tests.sandbox.server.around import app_spec, set_up, task_definition

Boto = Callable[..., Any]
AWS = shutil.which("aws")
# Fast enough that a deployment of a quarter of an hour is over when a waiter looks for the second time.
SOON = {"Delay": 0.05, "MaxAttempts": 400}


@pytest.fixture
def world() -> World:
    return World(HostClock(), speed=3000)


@pytest.fixture
def server(world: World) -> Iterator[Server]:
    with serve(world) as running:
        yield running


def say(server: Server, path: str, **body: Any) -> dict[str, Any]:
    request = urllib.request.Request(f"{server.url}/_sandbox/{path}", json.dumps(body).encode(), method="POST")
    with urllib.request.urlopen(request) as said:
        told: dict[str, Any] = json.load(said)
    return told


def test_a_release_ships_through_the_wire(boto: Boto) -> None:
    listener = set_up(boto)
    ecs, codedeploy, elb = boto("ecs"), boto("codedeploy"), boto("elbv2")
    revision = ecs.register_task_definition(**task_definition("2"))["taskDefinition"]["taskDefinitionArn"]
    content = {"revisionType": "AppSpecContent", "appSpecContent": {"content": app_spec(revision)}}
    made = codedeploy.create_deployment(applicationName="app", deploymentGroupName="dg", revision=content)
    codedeploy.get_waiter("deployment_successful").wait(deploymentId=made["deploymentId"], WaiterConfig=SOON)
    (service,) = ecs.describe_services(cluster="prod", services=["web"])["services"]
    assert service["taskDefinition"] == revision
    (shown,) = elb.describe_listeners(ListenerArns=[listener])["Listeners"]
    weights = [group["Weight"] for group in shown["DefaultActions"][0]["ForwardConfig"]["TargetGroups"]]
    assert sorted(weights) == [0, 100]
    info = codedeploy.get_deployment(deploymentId=made["deploymentId"])["deploymentInfo"]
    assert info["completeTime"] > info["createTime"]


def test_a_rolling_service_settles(boto: Boto) -> None:
    ecs = boto("ecs")
    ecs.create_cluster(clusterName="prod")
    ecs.register_task_definition(**task_definition("1"))
    network = {"awsvpcConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"]}}
    ecs.create_service(
        cluster="prod",
        serviceName="web",
        taskDefinition="web",
        desiredCount=2,
        launchType="FARGATE",
        networkConfiguration=network,
    )
    ecs.get_waiter("services_stable").wait(cluster="prod", services=["web"], WaiterConfig=SOON)
    tasks = ecs.list_tasks(cluster="prod", serviceName="web")["taskArns"]
    assert len(tasks) == 2
    ecs.get_waiter("tasks_running").wait(cluster="prod", tasks=tasks, WaiterConfig=SOON)


def test_pages_of_task_definitions_are_followed(boto: Boto) -> None:
    ecs = boto("ecs")
    for number in range(5):
        ecs.register_task_definition(**task_definition(str(number)))
    pages = ecs.get_paginator("list_task_definitions").paginate(PaginationConfig={"PageSize": 2})
    assert [len(page["taskDefinitionArns"]) for page in pages] == [2, 2, 1]


def test_images_are_declared_at_the_operator_s_door(server: Server, boto: Boto) -> None:
    digest = say(server, "images", image="web:1", findings={"HIGH": 2})["digest"]
    (detail,) = boto("ecr").describe_images(repositoryName="web", imageIds=[{"imageTag": "1"}])["imageDetails"]
    assert detail["imageDigest"] == digest
    assert detail["imageScanFindingsSummary"]["findingSeverityCounts"] == {"HIGH": 2}
    say(server, "images", image="web:2", digest="sha256:" + "0" * 64, account="111122223333", region="us-east-1")
    far = boto("ecr", key="111122223333", region="us-east-1").describe_images(repositoryName="web")["imageDetails"]
    assert [(image["imageTags"], image["imageDigest"]) for image in far] == [(["2"], "sha256:" + "0" * 64)]


def test_behaviours_are_told_at_the_operator_s_door(server: Server, world: World) -> None:
    say(server, "behaviours", pattern="*:3", errorRate=0.5, healthy=False)
    behaviour = world.place("123456789012", "eu-west-1").traffic.behaviour("web:3")
    assert (behaviour.starts, behaviour.healthy, behaviour.error_rate) == (True, False, 0.5)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("behaviours", {}),
        ("behaviours", {"pattern": "x", "errorRate": 2}),
        ("images", {"image": "web"}),
        ("images", {"x": 1}),
    ],
)
def test_what_makes_no_sense_there_is_refused(server: Server, path: str, body: dict[str, Any]) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        say(server, path, **body)
    with caught.value as said:
        assert said.code == 400
        assert json.load(said)["error"]


@pytest.fixture
def aws(server: Server, tmp_path: Path) -> Callable[..., Any]:
    """``aws("ecs", "list-clusters")`` runs the CLI with nothing but the endpoint, and reads its JSON."""
    if AWS is None:
        pytest.skip("the aws CLI is not installed")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "AWS_ENDPOINT_URL": server.url,
        "AWS_ACCESS_KEY_ID": "alice",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_PAGER": "",
    }

    def run(*command: str) -> Any:
        done = subprocess.run(
            [AWS, *command], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=90, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.startswith(("{", "[")) else done.stdout

    return run


def test_the_cli_sees_the_world(aws: Callable[..., Any], boto: Boto, server: Server) -> None:
    listener = set_up(boto)
    say(server, "images", image="web:1")
    assert aws("sts", "get-caller-identity")["Arn"] == "arn:aws:iam::123456789012:user/alice"
    assert aws("elbv2", "describe-listeners", "--listener-arns", listener)["Listeners"][0]["Port"] == 80
    assert aws("cloudwatch", "describe-alarms")["MetricAlarms"] == []
    assert aws("ecr", "describe-images", "--repository-name", "web")["imageDetails"][0]["imageTags"] == ["1"]


def test_the_cli_turns_pages(aws: Callable[..., Any], boto: Boto) -> None:
    for number in range(3):
        boto("ecs").register_task_definition(**task_definition(str(number)))
    first = aws("ecs", "list-task-definitions", "--max-items", "2")
    rest = aws("ecs", "list-task-definitions", "--max-items", "2", "--starting-token", first["NextToken"])
    assert [len(page["taskDefinitionArns"]) for page in (first, rest)] == [2, 1]


def test_the_cli_deploys_and_waits(aws: Callable[..., Any], boto: Boto, tmp_path: Path) -> None:
    set_up(boto)
    (tmp_path / "task.json").write_text(json.dumps(task_definition("2")))
    (tmp_path / "appspec.json").write_text(app_spec("placeholder"))
    said = aws(
        *("ecs", "deploy", "--cluster", "prod", "--service", "web", "--task-definition", "task.json"),
        *("--codedeploy-appspec", "appspec.json"),
        *("--codedeploy-application", "app", "--codedeploy-deployment-group", "dg"),
    )
    assert "Successfully deployed" in said
    revision = boto("ecs").describe_services(cluster="prod", services=["web"])["services"][0]["taskDefinition"]
    assert revision.endswith("task-definition/web:2")
    content = {"revisionType": "AppSpecContent", "appSpecContent": {"content": app_spec(revision)}}
    asked = {"applicationName": "app", "deploymentGroupName": "dg", "revision": content}
    (tmp_path / "deployment.json").write_text(json.dumps(asked))
    made = aws("deploy", "create-deployment", "--cli-input-json", "file://deployment.json")
    boto("codedeploy").get_waiter("deployment_successful").wait(deploymentId=made["deploymentId"], WaiterConfig=SOON)
    aws("deploy", "wait", "deployment-successful", "--deployment-id", made["deploymentId"])
