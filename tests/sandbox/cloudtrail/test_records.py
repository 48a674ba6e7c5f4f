"""What CloudTrail writes down of a call."""

import json
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox.server import serve
from sandbox.server.front import Front
from sandbox.wire.messages import Request
from sandbox.world.calls import Caller, Origin
from sandbox.world.cloudtrail import KEPT
from sandbox.world.cloudtrail.records import LARGEST
from sandbox.world.cloudtrail.shown import HIDDEN
from tests.sandbox.cloudtrail.trailed import ALICE, LATE, RUN, Trailed


def test_a_change_is_recorded_with_who_where_what_and_what_came_of_it() -> None:
    around = Trailed()
    around.cluster("prod", Caller(principal=ALICE.principal, origin=Origin("AKIAX", "203.0.113.7", "aws-cli/2.9.8")))
    record = around.records("CreateCluster")[0]
    told = {name: record[name] for name in ("eventSource", "eventName", "awsRegion", "sourceIPAddress", "userAgent")}
    assert told == {
        "eventSource": "ecs.amazonaws.com",
        "eventName": "CreateCluster",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "203.0.113.7",
        "userAgent": "aws-cli/2.9.8",
    }
    assert record["requestParameters"] == {"clusterName": "prod"}
    assert record["responseElements"]["cluster"]["clusterArn"].endswith(":cluster/prod")
    assert record["userIdentity"]["accessKeyId"] == "AKIAX"


def test_a_user_and_a_role_session_are_told_apart() -> None:
    around = Trailed()
    around.cluster("one", ALICE)
    around.cluster("two", RUN)
    session, user = (each["userIdentity"] for each in around.records("CreateCluster"))
    assert (user["type"], user["userName"], user["arn"]) == ("IAMUser", "alice", ALICE.principal)
    assert (session["type"], session["arn"]) == ("AssumedRole", RUN.principal)
    assert session["sessionContext"]["sessionIssuer"]["arn"] == "arn:aws:iam::123456789012:role/ci"
    assert session["principalId"].endswith(":run-7")


def test_an_account_itself_is_root() -> None:
    around = Trailed()
    around.cluster("prod", Caller(principal="arn:aws:iam::123456789012:root"))
    assert around.records("CreateCluster")[0]["userIdentity"]["type"] == "Root"


def test_a_refused_call_is_recorded_with_its_error() -> None:
    around = Trailed()
    with pytest.raises(ClientError):
        around.client("ecs").update_service(cluster="nowhere", service="web", desiredCount=1)
    record = around.records("UpdateService")[0]
    assert record["errorCode"] == "ClusterNotFoundException"
    assert record["responseElements"] is None


def test_what_only_reads_and_what_is_data_is_not_recorded() -> None:
    around = Trailed()
    around.client("ecs").list_clusters()
    around.client("cloudwatch").put_metric_data(Namespace="N", MetricData=[{"MetricName": "m", "Value": 1.0}])
    around.client("ecr").get_authorization_token()
    assert around.events() == []


def test_values_of_environment_variables_are_hidden() -> None:
    around = Trailed()
    container = {"name": "app", "image": "web:1", "environment": [{"name": "PASSWORD", "value": "hunter2"}]}
    around.client("ecs").register_task_definition(
        family="web", networkMode="awsvpc", cpu="256", memory="512", containerDefinitions=[container]
    )
    record = around.records("RegisterTaskDefinition")[0]
    assert record["requestParameters"]["containerDefinitions"][0]["environment"] == HIDDEN
    assert "hunter2" not in json.dumps(record)


def test_names_begin_small_whatever_the_service_calls_them() -> None:
    around = Trailed()
    service = around.service()
    asked = around.records("CreateListener")[0]["requestParameters"]
    assert asked["loadBalancerArn"]
    assert service.production_listener_arn in json.dumps(around.records("CreateListener"))


def test_moments_are_written_as_people_in_america_do() -> None:
    around = Trailed()
    around.service()
    created = around.records("CreateService")[0]["responseElements"]["service"]["createdAt"]
    assert created == "Sep 21, 2026 2:13:20 PM"


def test_the_hundred_events_of_a_service_are_left_out() -> None:
    around = Trailed()
    around.service()
    assert "events" not in around.records("CreateService")[0]["responseElements"]["service"]


@pytest.mark.parametrize(("length", "request_kept"), [(LARGEST // 2, True), (LARGEST, False)])
def test_a_record_that_would_be_too_large_is_not_cut_but_left_out(length: int, request_kept: bool) -> None:
    around = Trailed()
    around.world.call("ecs", "CreateCluster", {"clusterName": "x" * length}, ALICE)
    record = around.records("CreateCluster")[0]
    assert record["responseElements"] is None
    assert (record["requestParameters"] is not None) is request_kept


def test_codedeploy_acts_as_the_groups_role_and_in_its_own_name() -> None:
    around = Trailed()
    service = around.service()
    start(around, service)
    around.clock.advance(3600)
    around.world.run()
    for name in ("CreateTaskSet", "UpdateServicePrimaryTaskSet", "ModifyListener", "DeleteTaskSet"):
        record = next(each for each in around.records(name) if each["userIdentity"].get("invokedBy"))
        assert record["userIdentity"]["invokedBy"] == record["sourceIPAddress"] == "codedeploy.amazonaws.com"
        assert record["userIdentity"]["sessionContext"]["sessionIssuer"]["userName"] == "codedeploy-ecs"


def test_a_shift_is_a_call_per_step() -> None:
    around = Trailed()
    service = around.service()
    start(around, service, config="CodeDeployDefault.ECSCanary10Percent5Minutes")
    around.clock.advance(3600)
    around.world.run()
    moved = [
        each["requestParameters"]["defaultActions"][0]["forwardConfig"]["targetGroups"]
        for each in around.records("ModifyListener")
        if each["requestParameters"]["listenerArn"] == service.production_listener_arn
    ]
    assert [groups[1]["weight"] for groups in moved] == [100, 10]


def test_a_rollback_is_recorded_too() -> None:
    around = Trailed()
    service = around.service()
    deployment = start(around, service)
    around.clock.advance(400)
    around.world.run()
    around.client("codedeploy").stop_deployment(deploymentId=deployment, autoRollbackEnabled=True)
    around.clock.advance(3600)
    around.world.run()
    assert around.records("StopDeployment")[0]["userIdentity"]["userName"] == "alice"
    assert around.records("DeleteTaskSet")


def start(around: Trailed, service: Any, config: str = "CodeDeployDefault.ECSAllAtOnce") -> str:
    """A deployment of what runs already, by ``alice``."""
    arn = around.client("ecs").describe_services(cluster=service.cluster, services=[service.service])["services"][0]
    properties = {
        "TaskDefinition": arn["taskDefinition"],
        "LoadBalancerInfo": {"ContainerName": "proxy", "ContainerPort": 80},
    }
    target = {"TargetService": {"Type": "AWS::ECS::Service", "Properties": properties}}
    content = json.dumps({"version": 0.0, "Resources": [target]})
    made = around.client("codedeploy").create_deployment(
        applicationName=service.application,
        deploymentGroupName=service.deployment_group,
        deploymentConfigName=config,
        revision={"revisionType": "AppSpecContent", "appSpecContent": {"content": content}},
    )
    return str(made["deploymentId"])


def test_only_the_latest_events_are_kept() -> None:
    around = Trailed()
    for number in range(KEPT + 3):
        around.world.call("ecr", "CreateRepository", {"repositoryName": f"r{number}"}, ALICE)
    newest = around.events(MaxResults=1)[0]
    assert json.loads(newest["CloudTrailEvent"])["requestParameters"] == {"repositoryName": f"r{KEPT + 2}"}
    oldest = [{"AttributeKey": "ResourceName", "AttributeValue": "r2"}]
    assert around.events(LookupAttributes=oldest) == []


def test_writing_down_changes_nothing_that_the_world_draws() -> None:
    """Ids and shuffles come from the world's own seed, whatever was recorded before."""
    quiet, busy = Trailed(), Trailed()
    for _ in range(3):
        with pytest.raises(ClientError):
            busy.client("ecs").update_service(cluster="nowhere", service="web", desiredCount=1)
    assert quiet.world.random.random() == busy.world.random.random()


def test_door_two_tells_address_program_key_and_request() -> None:
    around = Trailed()
    with serve(around.world) as server:
        connect: Any = boto3.client
        keys = {"aws_access_key_id": "mallory", "aws_secret_access_key": "secret"}
        ecs = connect(
            "ecs", endpoint_url=server.url, region_name="eu-west-1", config=Config(user_agent="aws-cli/2.9.8"), **keys
        )
        answer = ecs.create_cluster(clusterName="prod")
        ecs.close()
    record = around.records("CreateCluster")[0]
    assert record["sourceIPAddress"] == "127.0.0.1"
    assert record["userAgent"].startswith("aws-cli/2.9.8")
    assert record["userIdentity"]["userName"] == record["userIdentity"]["accessKeyId"] == "mallory"
    assert record["requestID"] == answer["ResponseMetadata"]["RequestId"]


def test_the_address_is_the_one_that_the_request_came_from() -> None:
    around = Trailed()
    scope = "AWS4-HMAC-SHA256 Credential=mallory/20260501/eu-west-1/ecs/aws4_request"
    target = "AmazonEC2ContainerServiceV20141113.CreateCluster"
    headers = {"authorization": scope, "x-amz-target": target, "content-type": "application/x-amz-json-1.1"}
    Front(around.world).handle(Request("POST", "/", "", headers, b'{"clusterName": "prod"}', "198.51.100.9"))
    assert around.records("CreateCluster")[0]["sourceIPAddress"] == "198.51.100.9"


def test_door_one_tells_the_program_too() -> None:
    around = Trailed()
    around.cluster("prod")
    assert "otocore" in around.records("CreateCluster")[0]["userAgent"]
    assert around.clock.now() > LATE
