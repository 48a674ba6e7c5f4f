"""Door two over real sockets, with boto3 and without."""

import gzip
import http.client
import json
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError, WaiterError

from sandbox import clients
from sandbox.errors import AwsError
from sandbox.server import Server, serve
from sandbox.server.http import LARGEST_BODY
from sandbox.server.tally import Tally
from tests.sandbox.scripted import ScriptedWorld
from tests.sandbox.spoken import signed

Boto = Callable[..., Any]
DESCRIBE = "ecs:DescribeServices"
SERVICE = {"serviceName": "web", "status": "ACTIVE", "desiredCount": 1, "runningCount": 1}
TARGET = {"x-amz-target": "AmazonEC2ContainerServiceV20141113.DescribeServices"}


def connection(server: Server) -> http.client.HTTPConnection:
    where = urlsplit(server.url)
    return http.client.HTTPConnection(str(where.hostname), where.port, timeout=10)


def post(server: Server, body: bytes, headers: dict[str, str], path: str = "/") -> tuple[int, dict[str, str], bytes]:
    line = connection(server)
    line.request("POST", path, body, headers)
    response = line.getresponse()
    said = response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    line.close()
    return said


def test_boto3_asks_and_is_answered(world: ScriptedWorld, boto: Boto) -> None:
    world.script[DESCRIBE] = {"services": [SERVICE | {"createdAt": datetime(2026, 5, 1, tzinfo=UTC)}], "failures": []}
    answer = boto("ecs").describe_services(cluster="prod", services=["web"])
    assert answer["services"][0]["createdAt"] == datetime(2026, 5, 1, tzinfo=UTC)
    assert world.heard[0][1] == {"cluster": "prod", "services": ["web"]}


@pytest.mark.parametrize(
    ("key", "account", "principal"),
    [
        ("alice", "123456789012", "arn:aws:iam::123456789012:user/alice"),
        ("222233334444", "222233334444", "arn:aws:iam::222233334444:user/222233334444"),
    ],
)
def test_the_access_key_says_who_asks(world: ScriptedWorld, boto: Boto, key: str, account: str, principal: str) -> None:
    world.script[DESCRIBE] = {"services": []}
    boto("ecs", key=key, region="ap-south-1").describe_services(services=["web"])
    caller = world.heard[0][2]
    assert (caller.account, caller.region, caller.principal) == (account, "ap-south-1", principal)
    identity = boto("sts", key=key).get_caller_identity()
    assert (identity["Account"], identity["Arn"]) == (account, principal)


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("ecs", "describe_clusters", "ClusterNotFoundException"),
        ("elbv2", "describe_rules", "RuleNotFound"),
        ("cloudwatch", "describe_alarms", "LimitExceeded"),
        ("codedeploy", "list_deployments", "InvalidTimeRangeException"),
        ("ecs", "list_services", "NoSuchExceptionAtAll"),
    ],
)
def test_a_refusal_is_the_same_to_boto3_as_in_process(
    world: ScriptedWorld, boto: Boto, service: str, operation: str, code: str
) -> None:
    name = "".join(word.title() for word in operation.split("_"))
    world.script[f"{service}:{name}"] = AwsError(code, "no & never")
    said = []
    for client in (boto(service), clients.client(world, service)):
        with pytest.raises(ClientError) as caught:
            getattr(client, operation)()
        response: dict[str, Any] = dict(caught.value.response)
        status = response.pop("ResponseMetadata")["HTTPStatusCode"]
        said.append((type(caught.value).__name__, str(caught.value), status, response))
    assert said[0] == said[1]
    assert said[0][3]["Error"]["Code"] == code


def test_an_assumed_role_is_its_session_in_its_own_account(world: ScriptedWorld, boto: Boto) -> None:
    world.script[DESCRIBE] = {"services": []}
    taken = boto("sts").assume_role(RoleArn="arn:aws:iam::555566667777:role/deploy", RoleSessionName="me")[
        "Credentials"
    ]
    boto("ecs", key=taken["AccessKeyId"], token=taken["SessionToken"]).describe_services(services=["web"])
    caller = world.heard[0][2]
    assert (caller.account, caller.principal) == ("555566667777", "arn:aws:sts::555566667777:assumed-role/deploy/me")


def test_a_user_with_a_key_is_that_user(boto: Boto) -> None:
    iam = boto("iam", key="999988887777")
    iam.create_user(UserName="carol")
    key = iam.create_access_key(UserName="carol")["AccessKey"]["AccessKeyId"]
    assert boto("sts", key=key).get_caller_identity()["Arn"] == "arn:aws:iam::999988887777:user/carol"


def test_accounts_are_apart_elsewhere_too(boto: Boto) -> None:
    boto("dynamodb", key="333344445555").create_table(
        TableName="locks",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    assert boto("dynamodb", key="333344445555").list_tables()["TableNames"] == ["locks"]
    assert boto("dynamodb", key="444455556666").list_tables()["TableNames"] == []


def test_a_conditional_write_is_refused_in_its_own_words(boto: Boto) -> None:
    table = boto("dynamodb", key="333344445556")
    table.create_table(
        TableName="locks",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    lock: dict[str, Any] = {
        "TableName": "locks",
        "Item": {"id": {"S": "a"}},
        "ConditionExpression": "attribute_not_exists(id)",
    }
    table.put_item(**lock)
    with pytest.raises(table.exceptions.ConditionalCheckFailedException):
        table.put_item(**lock)


def test_waiters_and_pages_work(world: ScriptedWorld, boto: Boto) -> None:
    world.script[DESCRIBE] = {"services": [SERVICE | {"deployments": [{}]}]}
    world.script["codedeploy:GetDeployment"] = {"deploymentInfo": {"status": "Stopped"}}
    pages = {None: (["d-1"], "t"), "t": (["d-2"], None)}
    world.script["codedeploy:ListDeployments"] = lambda params: dict(
        zip(("deployments", "nextToken"), pages[params.get("nextToken")], strict=True)
    )
    boto("ecs").get_waiter("services_stable").wait(services=["web"])
    with pytest.raises(WaiterError, match="terminal failure"):
        boto("codedeploy").get_waiter("deployment_successful").wait(deploymentId="d-1")
    listed = boto("codedeploy").get_paginator("list_deployments").paginate().build_full_result()
    assert listed["deployments"] == ["d-1", "d-2"]


def test_calls_are_counted_until_the_count_is_taken_back(world: ScriptedWorld, server: Server, boto: Boto) -> None:
    world.script[DESCRIBE] = {"services": []}
    ecs = boto("ecs")
    ecs.describe_services(services=["a"])
    ecs.describe_services(services=["b"])
    assert server.calls.counts() == {("ecs", "DescribeServices"): 2}
    with urllib.request.urlopen(f"{server.url}/_sandbox/calls") as said:
        assert json.load(said) == {"ecs": {"DescribeServices": 2}}
    with urllib.request.urlopen(urllib.request.Request(f"{server.url}/_sandbox/calls", method="DELETE")) as said:
        assert json.load(said) == {}
    assert server.calls.counts() == {}


def test_counts_do_not_move_any_more() -> None:
    tally = Tally()
    tally.add("ecs", "ListClusters")
    counts = tally.counts()
    tally.add("ecs", "ListClusters")
    tally.clear()
    assert counts == {("ecs", "ListClusters"): 1}


def test_sixteen_threads_lose_nothing(world: ScriptedWorld, server: Server, boto: Boto) -> None:
    world.script[DESCRIBE] = lambda params: {"services": [{"serviceName": params["services"][0]}]}
    ecs = boto("ecs")

    def ask(number: int) -> bool:
        answer = ecs.describe_services(services=[f"s{number}"])
        return bool(answer["services"] == [{"serviceName": f"s{number}"}])

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(ask, range(320)))
    assert server.calls.counts() == {("ecs", "DescribeServices"): 320}


def test_a_connection_serves_many_requests(world: ScriptedWorld, server: Server) -> None:
    world.script[DESCRIBE] = {"services": []}
    line = connection(server)
    line.connect()
    first = line.sock
    for _ in range(3):
        line.request("POST", "/", b'{"services": []}', signed("ecs") | TARGET)
        assert line.getresponse().read() == b'{"services": []}'
    assert line.sock is first
    line.close()


def test_a_body_in_chunks_is_read(world: ScriptedWorld, server: Server) -> None:
    world.script[DESCRIBE] = {"services": []}
    line = connection(server)
    line.request("POST", "/", iter([b'{"services":', b' ["web"]}']), signed("ecs") | TARGET, encode_chunked=True)
    assert line.getresponse().status == 200
    assert world.heard[0][1] == {"services": ["web"]}
    line.close()


def test_a_compressed_body_is_read(world: ScriptedWorld, boto: Boto) -> None:
    world.script["cloudwatch:PutMetricData"] = {}
    data = [{"MetricName": f"requests-{number}", "Value": 1.0} for number in range(400)]
    boto("cloudwatch").put_metric_data(Namespace="web", MetricData=data)
    assert world.heard[0][1]["MetricData"] == data


def test_what_only_claims_to_be_compressed_is_refused(world: ScriptedWorld, server: Server) -> None:
    world.script[DESCRIBE] = {}
    for body in (b"plain", gzip.compress(b"{}")[:-4]):
        status, _, said = post(server, body, signed("ecs") | TARGET | {"content-encoding": "gzip"})
        assert (status, json.loads(said)["__type"]) == (400, "SerializationException")


def test_objects_can_be_put_headed_and_got(boto: Boto) -> None:
    s3 = boto("s3", region="us-east-1")
    s3.create_bucket(Bucket="door-two")
    s3.put_object(Bucket="door-two", Key="a/b c", Body=b"hello")
    assert s3.head_object(Bucket="door-two", Key="a/b c")["ContentLength"] == 5
    assert s3.get_object(Bucket="door-two", Key="a/b c")["Body"].read() == b"hello"


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_it_listens_on_ipv6_too(world: ScriptedWorld) -> None:
    try:
        server = serve(world, host="::1")
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    with server, urllib.request.urlopen(f"{server.url}/_sandbox/calls") as said:
        assert json.load(said) == {}


@pytest.mark.parametrize("headers", [{"Content-Length": "many"}, {"Transfer-Encoding": "chunked"}])
def test_a_body_without_a_length_is_refused(server: Server, headers: dict[str, str]) -> None:
    line = connection(server)
    line.putrequest("POST", "/")
    for name, value in (signed("ecs") | TARGET | headers).items():
        line.putheader(name, value)
    line.endheaders(b"zz\r\n")
    response = line.getresponse()
    assert (response.status, json.loads(response.read())["__type"]) == (400, "MalformedInput")
    line.close()


def test_a_body_that_is_too_large_is_refused(server: Server) -> None:
    status, headers, said = post(server, b" " * (LARGEST_BODY + 1), signed("ecs") | TARGET)
    assert (status, json.loads(said)["__type"]) == (413, "RequestEntityTooLargeException")
    assert headers["connection"] == "close"


def test_chunks_that_are_too_large_are_refused_before_they_are_read(server: Server) -> None:
    line = connection(server)
    line.putrequest("POST", "/")
    for name, value in (signed("ecs") | TARGET | {"Transfer-Encoding": "chunked"}).items():
        line.putheader(name, value)
    line.endheaders(b"ffffffff\r\n")
    response = line.getresponse()
    assert (response.status, json.loads(response.read())["__type"]) == (413, "RequestEntityTooLargeException")
    line.close()


@pytest.mark.parametrize(
    "nonsense", [b"\x16\x03\x01\x02\x00\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"BREW / HTTP/1.1\r\n\r\n"]
)
def test_what_is_not_http_is_never_answered_with_a_page(server: Server, nonsense: bytes) -> None:
    where = urlsplit(server.url)
    with socket.create_connection((str(where.hostname), where.port or 0), timeout=10) as line:
        line.sendall(nonsense)
        said = b"".join(iter(lambda: line.recv(4096), b""))
    assert b"<html" not in said.lower()
    assert b"<!doctype" not in said.lower()


def test_the_world_moves_on_without_a_call(world: ScriptedWorld, server: Server) -> None:
    assert world.ran.wait(10)


def test_a_world_that_fails_is_an_internal_failure(
    world: ScriptedWorld, boto: Boto, caplog: pytest.LogCaptureFixture
) -> None:
    world.script[DESCRIBE] = ZeroDivisionError("private")
    with pytest.raises(ClientError) as caught:
        boto("ecs").describe_services(services=["web"])
    assert caught.value.response["Error"]["Code"] == "InternalFailure"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert "private" not in str(caught.value)
    assert "ZeroDivisionError" in caplog.text


def test_a_world_that_cannot_move_on_still_answers(caplog: pytest.LogCaptureFixture) -> None:
    class Stuck(ScriptedWorld):
        def run(self) -> None:
            super().run()
            raise ZeroDivisionError

    world = Stuck({DESCRIBE: {"services": []}})
    with serve(world) as server:
        assert world.ran.wait(10)
        assert post(server, b'{"services": []}', signed("ecs") | TARGET)[0] == 200
    assert "could not move on" in caplog.text


def test_stopping_ends_every_thread_and_frees_the_port(world: ScriptedWorld) -> None:
    before = set(threading.enumerate())
    server = serve(world)
    world.script[DESCRIBE] = {"services": []}
    line = connection(server)
    line.request("POST", "/", b"{}", signed("ecs") | TARGET)
    line.getresponse().read()
    server.stop()
    server.stop()
    for thread in set(threading.enumerate()) - before:
        thread.join(10)
    assert set(threading.enumerate()) <= before
    line.close()
    with serve(world, port=urlsplit(server.url).port or 0) as again:
        assert again.url == server.url


def test_an_address_that_is_taken_is_an_os_error(server: Server, world: ScriptedWorld) -> None:
    with pytest.raises(OSError, match="in use"):
        serve(world, port=urlsplit(server.url).port or 0)


def test_the_clock_can_be_read(world: ScriptedWorld, server: Server) -> None:
    with urllib.request.urlopen(f"{server.url}/_sandbox/clock") as said:
        assert json.load(said) == {"now": world.clock.now(), "speed": 1.0}


def test_a_path_that_the_operator_s_door_lacks_names_those_it_has(server: Server) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{server.url}/_sandbox/nowhere")
    with caught.value as said:
        assert said.code == 404
        assert "GET /_sandbox/calls" in json.load(said)["error"]


def test_throttling_is_tried_again_by_the_client(world: ScriptedWorld, boto: Boto) -> None:
    world.script[DESCRIBE] = AwsError("ThrottlingException", "Rate exceeded")
    with pytest.raises(ClientError):
        boto("ecs").describe_services(services=["web"])
    assert len(world.heard) == 2
