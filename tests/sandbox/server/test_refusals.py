"""What nobody answers: an AWS error in the protocol of the request, and never a page."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from botocore.exceptions import ClientError

from sandbox.errors import AwsError
from sandbox.server.front import Front
from sandbox.wire import cbor
from sandbox.wire.messages import Request, Response
from tests.sandbox.scripted import ScriptedWorld
from tests.sandbox.spoken import operation, request, signed

Boto = Callable[..., Any]
FORM = {"content-type": "application/x-www-form-urlencoded"}


def handled(headers: dict[str, str], body: bytes = b"", path: str = "/", method: str = "POST") -> Response:
    world = ScriptedWorld({"ecs:DescribeServices": {}, "elbv2:DescribeListeners": {}, "codedeploy:GetDeployment": {}})
    return Front(world).handle(Request(method, path, "", headers, body))


def ecs(body: bytes = b"{}", name: str = "AmazonEC2ContainerServiceV20141113.DescribeServices") -> Response:
    return handled(signed("ecs") | {"x-amz-target": name}, body)


@pytest.mark.parametrize(
    ("service", "name", "params"),
    [
        ("ecs", "list_clusters", {}),
        ("ecs", "put_account_setting", {"name": "taskLongArnFormat", "value": "enabled"}),
        ("codedeploy", "list_git_hub_account_token_names", {}),
        ("elbv2", "describe_account_limits", {}),
        ("cloudwatch", "list_dashboards", {}),
        ("cloudtrail", "lookup_events", {}),
        ("guardduty", "list_findings", {"DetectorId": "d"}),
        (
            "iam",
            "simulate_principal_policy",
            {"PolicySourceArn": "arn:aws:iam::123456789012:user/a", "ActionNames": ["a:b"]},
        ),
        ("servicediscovery", "get_operation", {"OperationId": "x"}),
        ("elb", "describe_account_limits", {}),
        ("ec2", "describe_fast_snapshot_restores", {}),
        ("bcm-dashboards", "list_dashboards", {}),
        ("gamelift", "list_builds", {}),
        ("chime", "list_accounts", {}),
    ],
)
def test_a_client_hears_at_once_that_nobody_knows(boto: Boto, service: str, name: str, params: dict[str, Any]) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(boto(service), name)(**params)
    response = caught.value.response
    assert response["Error"]["Code"] in {"UnknownOperationException", "InvalidAction", "OperationNotFound"}
    assert response["ResponseMetadata"]["HTTPStatusCode"] in {400, 404}
    assert response["ResponseMetadata"]["RetryAttempts"] == 0


@pytest.mark.parametrize(
    "service",
    ["ecs", "codedeploy", "elasticloadbalancing", "monitoring", "ecr", "sts", "s3", "ec2", "lambda", "no-such"],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("marks", [{}, FORM, {"x-amz-target": "No.Such"}, {"smithy-protocol": "rpc-v2-cbor"}])
@pytest.mark.parametrize("path", ["/no/such/path", "/service/No/operation/Such"])
def test_no_nonsense_gets_a_page(service: str, method: str, marks: dict[str, str], path: str) -> None:
    said = handled(signed(service) | marks | {"host": "localhost"}, b"Action=NoSuch&Version=1", path, method)
    assert b"<html" not in said.body.lower()
    assert b"<!doctype" not in said.body.lower()
    # moto itself stumbles over a POST of nonsense to S3, and then that is what AWS would say too.
    assert said.status < 500 or (service, method) == ("s3", "POST")


@pytest.mark.parametrize(
    ("marks", "code", "where"),
    [
        (
            {"x-amz-target": "AmazonEC2ContainerServiceV20141113.ListServices"},
            "MissingAuthenticationTokenException",
            "json",
        ),
        (FORM, "MissingAuthenticationToken", "xml"),
        ({"smithy-protocol": "rpc-v2-cbor"}, "MissingAuthenticationTokenException", "cbor"),
        ({}, "MissingAuthenticationToken", "json"),
        ({"authorization": "Basic eDp5"}, "MissingAuthenticationToken", "json"),
        ({"authorization": "AWS4-HMAC-SHA256 Credential=nonsense"}, "MissingAuthenticationToken", "json"),
    ],
)
def test_a_request_without_a_signature_is_refused(marks: dict[str, str], code: str, where: str) -> None:
    said = handled(marks, b"")
    readers: dict[str, Callable[[bytes], Any]] = {
        "json": json.loads,
        "cbor": cbor.decode,
        "xml": lambda body: {"__type": fromstring(body).findtext("Error/Code")},
    }
    assert said.status == 403
    assert readers[where](said.body)["__type"] == code


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b'{"services": "web"}',
        b'{"services": [1]}',
        b'{"services": [NaN]}',
        b"[" * 100_000,
    ],
)
def test_a_malformed_json_body_is_a_serialization_exception(body: bytes) -> None:
    said = ecs(body)
    assert (said.status, json.loads(said.body)["__type"]) == (400, "SerializationException")


def test_a_malformed_cbor_body_is_a_serialization_exception() -> None:
    path = "/service/CodeDeploy_20141006/operation/GetDeployment"
    said = handled(signed("codedeploy") | {"smithy-protocol": "rpc-v2-cbor"}, b"\xa1", path)
    assert (said.status, cbor.decode(said.body)["__type"]) == (400, "SerializationException")
    assert ("smithy-protocol", "rpc-v2-cbor") in said.headers


def test_a_malformed_form_is_refused_in_xml() -> None:
    said = handled(signed("elasticloadbalancing") | FORM, b"Action=DescribeListeners&PageSize=many")
    assert (said.status, fromstring(said.body).findtext("Error/Code")) == (400, "MalformedInput")


def test_a_form_that_is_no_text_is_refused() -> None:
    said = handled(signed("elasticloadbalancing") | FORM, b"Action=DescribeListeners&A=\xff")
    assert said.status == 400


def test_a_required_member_that_is_missing_is_named() -> None:
    said = ecs(b"{}")
    assert (said.status, json.loads(said.body)["__type"]) == (400, "ValidationException")
    assert "'services'" in json.loads(said.body)["message"]


def test_a_required_member_has_the_exception_that_the_service_has_for_it() -> None:
    target = {"x-amz-target": "CodeDeploy_20141006.GetDeployment"}
    said = handled(signed("codedeploy") | target, b"{}")
    assert json.loads(said.body)["__type"] == "DeploymentIdRequiredException"


def test_a_member_that_is_missing_deep_inside_is_named_with_its_path() -> None:
    model = operation("ecs", "CreateService")
    asked = request(model, "json", {"serviceName": "web", "tags": [], "placementStrategy": []})
    body = b'{"serviceName": "web", "networkConfiguration": {"awsvpcConfiguration": {}}}'
    world = ScriptedWorld({"ecs:CreateService": {}})
    said = Front(world).handle(Request("POST", "/", "", asked.headers, body))
    assert "'networkConfiguration.awsvpcConfiguration.subnets'" in json.loads(said.body)["message"]


def test_another_service_s_target_is_an_unknown_operation() -> None:
    said = ecs(name="CodeDeploy_20141006.GetDeployment")
    assert (said.status, json.loads(said.body)["__type"]) == (400, "UnknownOperationException")


def test_an_operation_that_no_model_knows_is_refused_even_where_the_world_would_answer() -> None:
    headers = signed("ecs") | {"x-amz-target": "AmazonEC2ContainerServiceV20141113.Levitate"}
    said = Front(ScriptedWorld({"ecs:Levitate": {}})).handle(Request("POST", "/", "", headers, b"{}"))
    assert (said.status, json.loads(said.body)["__type"]) == (400, "UnknownOperationException")


@pytest.mark.parametrize("scope", ["a/b/c", "a/20260101/eu-west-1/ecs/other", "aws4_request", "x/aws4_request"])
def test_a_scope_that_makes_no_sense_is_none(scope: str) -> None:
    said = handled({"authorization": f"AWS4-HMAC-SHA256 Credential={scope}"})
    assert said.status == 403


def test_a_protocol_that_the_service_does_not_speak_is_refused() -> None:
    said = handled(
        signed("ecs") | {"smithy-protocol": "rpc-v2-cbor"}, b"\xa0", "/service/ecs/operation/DescribeServices"
    )
    assert (said.status, cbor.decode(said.body)["__type"]) == (400, "UnknownOperationException")


def test_a_query_error_tells_whose_fault_it_is() -> None:
    world = ScriptedWorld({"elbv2:DescribeListeners": AwsError("ListenerNotFound", "none <here>")})
    said = Front(world).handle(request(operation("elbv2", "DescribeListeners"), "query", {"ListenerArns": ["a"]}))
    error = fromstring(said.body).find("Error")
    assert error is not None
    assert [error.findtext(name) for name in ("Type", "Code", "Message")] == [
        "Sender",
        "ListenerNotFound",
        "none <here>",
    ]


@pytest.mark.parametrize("protocol", ["json", "smithy-rpc-v2-cbor"])
def test_cloudwatch_names_the_code_of_its_query_days_in_a_header(protocol: str) -> None:
    world = ScriptedWorld({"cloudwatch:DescribeAlarms": AwsError("ValidationError", "no")})
    said = Front(world).handle(request(operation("cloudwatch", "DescribeAlarms"), protocol, {}))
    assert ("x-amzn-query-error", "ValidationError;Sender") in said.headers


def test_a_failure_of_the_world_does_not_tell_why(caplog: pytest.LogCaptureFixture) -> None:
    world = ScriptedWorld({"elbv2:DescribeListeners": KeyError("private")})
    said = Front(world).handle(request(operation("elbv2", "DescribeListeners"), "query", {}))
    assert said.status == 500
    assert b"private" not in said.body
    assert "KeyError" in caplog.text


def test_a_failure_elsewhere_is_an_internal_failure(caplog: pytest.LogCaptureFixture) -> None:
    said = handled(
        signed("secretsmanager") | {"x-amz-target": "secretsmanager.CreateSecret", "host": "localhost"}, b"not json"
    )
    assert (said.status, json.loads(said.body)["__type"]) == (500, "InternalFailure")
    assert "moto could not answer" in caplog.text


def test_without_moto_the_world_still_answers_and_the_rest_is_refused() -> None:
    program = """
import sys
sys.modules["moto"] = None
from sandbox.server.front import Front
from tests.sandbox.scripted import ScriptedWorld
from tests.sandbox.spoken import operation, request
front = Front(ScriptedWorld({"ecs:ListClusters": {}}))
for service, name in (("ecs", "ListClusters"), ("logs", "DescribeLogGroups")):
    print(front.handle(request(operation(service, name), "json", {})).status)
"""
    here = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=here, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == ["200", "400"]
    assert "install moto[server]" in done.stderr


def test_a_presigned_request_is_signed() -> None:
    world = ScriptedWorld({})
    query = (
        "Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Credential=alice%2F20260101%2Feu-west-1%2Fsts%2Faws4_request"
    )
    said = Front(world).handle(Request("GET", "/", query))
    assert b"user/alice" in said.body


def test_a_signature_for_many_regions_is_read() -> None:
    asked = request(operation("sts", "GetCallerIdentity"), "query", {})
    headers = dict(asked.headers) | {
        "authorization": "AWS4-ECDSA-P256-SHA256 Credential=bob/20260101/sts/aws4_request",
        "x-amz-region-set": "*",
    }
    assert b"user/bob" in Front(ScriptedWorld({})).handle(Request("POST", "/", "", headers, asked.body)).body


def test_who_brings_another_s_proof_needs_no_signature() -> None:
    role = b"RoleArn=arn:aws:iam::123456789012:role/a&RoleSessionName=me&WebIdentityToken=t"
    body = b"Version=2011-06-15&Action=AssumeRoleWithWebIdentity&" + role
    said = handled(FORM | {"host": "localhost"}, body)
    assert b"<AssumedRoleUser>" in said.body
