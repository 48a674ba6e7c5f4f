"""Clients as they are made for AWS, against a server on loopback that answers what it is told to."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reconcilers.aws.calls import ask
from reconcilers.aws.session import AwsClients, Call, LazyClient, number_or_datetime
from reconcilers.model import Scope
from reconcilers.outcome import Retry, Stalled
from tests.reconcilers.aws.answering import Answering, answering, assumed, refused

SERVICE = {
    "serviceName": "web",
    "serviceArn": "arn:web",
    "createdAt": 1790000000.5,
    "events": [{"id": str(number), "createdAt": 1790000000.5, "message": "steady"} for number in range(100)],
}


@pytest.fixture
def aws() -> Iterator[Answering]:
    yield from answering()


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def clients(aws: Answering, calls: list[Call]) -> AwsClients:
    return AwsClients("1.2.3", calls.append, endpoint_url=aws.url)


def test_a_service_is_parsed_without_its_events_and_with_numbers_for_times(aws: Answering) -> None:
    aws.answers["DescribeServices"] = 200, json.dumps({"services": [SERVICE], "failures": []})
    client = clients(aws, [])("ecs", Scope("eu-west-1"))

    (service,) = client.describe_services(services=["web"])["services"]

    assert "events" not in service
    assert service["createdAt"] == 1790000000.5


def test_as_many_threads_as_share_a_client_keep_their_connections(
    aws: Answering, caplog: pytest.LogCaptureFixture
) -> None:
    aws.answers["DescribeServices"] = 200, json.dumps({"services": []})
    asked = threading.Barrier(12)

    def wait_for_all(_: Call) -> None:
        asked.wait(10.0)

    client = AwsClients("1", wait_for_all, endpoint_url=aws.url, sharers=12)("ecs", Scope("eu-west-1"))
    with caplog.at_level("WARNING", "urllib3"), ThreadPoolExecutor(12) as threads:
        list(threads.map(lambda _: client.describe_services(services=["web"]), range(12)))
    assert caplog.messages == []


def test_a_call_is_counted_and_timed(aws: Answering) -> None:
    aws.answers["DescribeServices"] = 200, json.dumps({"services": []})
    calls: list[Call] = []

    clients(aws, calls)("ecs", Scope("eu-west-1")).describe_services(services=["web"])

    (call,) = calls
    assert (call.service, call.operation, call.result) == ("ecs", "DescribeServices", "ok")
    assert call.seconds > 0


def test_services_are_counted_under_the_names_of_their_gateways(aws: Answering) -> None:
    aws.answers["DescribeScalableTargets"] = 200, json.dumps({"ScalableTargets": []})
    calls: list[Call] = []

    client = clients(aws, calls)("application-autoscaling", Scope("eu-west-1"))
    client.describe_scalable_targets(ServiceNamespace="ecs")

    assert calls[0].service == "autoscaling"


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (refused("ThrottlingException"), "throttled"),
        (refused("AccessDeniedException"), "denied"),
        (refused("InvalidParameterException"), "error"),
        ((500, "<html>"), "error"),
    ],
)
def test_every_attempt_is_counted_by_its_result(aws: Answering, answer: tuple[int, str], result: str) -> None:
    aws.answers["RegisterTaskDefinition"] = answer
    calls: list[Call] = []
    client = clients(aws, calls)("ecs", Scope("eu-west-1"))

    with pytest.raises(client.exceptions.ClientError):
        client.register_task_definition(family="web", containerDefinitions=[])

    assert [call.result for call in calls] == [result]


def test_a_read_is_tried_again(aws: Answering) -> None:
    aws.answers["DescribeServices"] = refused("ServerException", 500)
    calls: list[Call] = []
    client = clients(aws, calls)("ecs", Scope("eu-west-1"))

    with pytest.raises(Retry):
        ask(client, "describe_services", {"services": ["web"]})

    assert aws.operations() == ["DescribeServices"] * 3
    assert len(calls) == 3


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("ecs", "register_task_definition", {"family": "web", "containerDefinitions": []}),
        ("ecs", "update_service", {"service": "web"}),
        ("codedeploy", "create_deployment", {"applicationName": "web"}),
    ],
)
@pytest.mark.parametrize("status", [400, 500])
def test_what_has_no_token_is_never_sent_twice(
    aws: Answering, service: str, operation: str, parameters: dict[str, Any], status: int
) -> None:
    name = operation.title().replace("_", "")
    aws.answers[name] = refused("ThrottlingException" if status == 400 else "ServerException", status)
    client = clients(aws, [])(service, Scope("eu-west-1"))

    with pytest.raises(Retry):
        ask(client, operation, parameters)

    assert aws.operations() == [name]


def test_an_unreachable_endpoint_is_tried_again_later(aws: Answering) -> None:
    url = aws.url
    aws.server_close()
    calls: list[Call] = []
    client = AwsClients("1", calls.append, endpoint_url=url)("codedeploy", Scope("eu-west-1"))

    with pytest.raises(Retry) as caught:
        ask(client, "create_deployment", {"applicationName": "web"})

    assert caught.value.reason == "Unreachable"
    assert [call.result for call in calls] == ["error"]


def test_requests_say_who_we_are(aws: Answering) -> None:
    aws.answers["DescribeServices"] = 200, json.dumps({"services": []})

    clients(aws, [])("ecs", Scope("eu-west-1")).describe_services(services=["web"])

    assert "trueup/1.2.3" in aws.heard[0][1]["User-Agent"]


def test_a_role_is_assumed_once_with_its_external_id(aws: Answering) -> None:
    aws.answers["AssumeRole"] = assumed("ASIAROLE", timedelta(hours=1))
    aws.answers["DescribeServices"] = 200, json.dumps({"services": []})
    calls: list[Call] = []
    factory = clients(aws, calls)
    scope = Scope("eu-west-1", "arn:aws:iam::210987654321:role/deploy", "a-shared-secret")

    for _ in range(2):
        factory("ecs", scope).describe_services(services=["web"])

    assert aws.operations() == ["AssumeRole", "DescribeServices", "DescribeServices"]
    assert "ExternalId=a-shared-secret" in aws.heard[0][2]
    assert "RoleSessionName=trueup" in aws.heard[0][2]
    assert "Credential=ASIAROLE/" in aws.heard[1][1]["Authorization"]
    assert [call.service for call in calls] == ["sts", "ecs", "ecs"]


def test_a_roles_credentials_are_renewed_before_they_expire(aws: Answering) -> None:
    aws.answers["AssumeRole"] = assumed("ASIAOLD", timedelta(minutes=9))
    aws.answers["DescribeServices"] = 200, json.dumps({"services": []})
    client = clients(aws, [])("ecs", Scope("eu-west-1", "arn:aws:iam::210987654321:role/deploy"))
    client.describe_services(services=["web"])
    aws.answers["AssumeRole"] = assumed("ASIANEW", timedelta(hours=1))

    client.describe_services(services=["web"])

    assert "Credential=ASIANEW/" in aws.heard[-1][1]["Authorization"]
    assert "ExternalId" not in aws.heard[0][2]


def test_a_role_without_credentials_to_assume_it_with_is_an_error_of_the_call(
    aws: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    client = clients(aws, [])("ecs", Scope("eu-west-1", "arn:aws:iam::210987654321:role/deploy"))

    with pytest.raises(Retry, match="NoCredentials"):
        ask(client, "describe_services", {"services": ["web"]})


def test_making_a_client_asks_nothing_of_the_network(aws: Answering) -> None:
    clients(aws, [])("ecs", Scope("eu-west-1", "arn:aws:iam::210987654321:role/deploy"))

    assert aws.heard == []


def test_a_lazy_client_is_made_when_it_is_first_used() -> None:
    made: list[str] = []

    def factory(service: str, scope: Scope) -> Any:
        made.append(service)
        return "client"

    lazy = LazyClient(factory, "ecr", Scope("eu-west-1"))
    assert made == []
    assert lazy.upper() == "CLIENT"
    assert lazy.lower() == "client"
    assert made == ["ecr"]


def test_times_in_words_become_datetimes() -> None:
    assert number_or_datetime("2026-01-01T00:00:00Z") == datetime(2026, 1, 1, tzinfo=UTC)


def test_what_changes_something_is_not_sent_where_nothing_may_be_changed(aws: Answering) -> None:
    calls: list[Call] = []
    clients = AwsClients("1.2.3", calls.append, endpoint_url=aws.url)
    clients.may_change = lambda scope: scope.region != "eu-west-1"
    client = clients("ecs", Scope("eu-west-1"))
    for operation, parameters in (
        ("stop_service_deployment", {"serviceDeploymentArn": "arn"}),
        ("update_service", {"service": "web"}),
    ):
        with pytest.raises(Retry, match="LeaseLost"):
            ask(client, operation, parameters)
    assert aws.operations() == []
    assert calls == [], "what was not sent is not counted"


def test_what_only_reads_is_sent_all_the_same(aws: Answering) -> None:
    aws.answers["DescribeServices"] = (200, json.dumps({"services": [SERVICE]}))
    clients = AwsClients("1.2.3", lambda _: None, endpoint_url=aws.url)
    clients.may_change = lambda _: False
    ask(clients("ecs", Scope("eu-west-1")), "describe_services", {"services": ["web"]})
    assert aws.operations() == ["DescribeServices"]


def test_a_call_that_is_repeated_is_asked_about_each_time(aws: Answering) -> None:
    aws.answers["StopServiceDeployment"] = (500, "{}")
    asked: list[Scope] = []

    def once(scope: Scope) -> bool:
        asked.append(scope)
        return len(asked) == 1

    clients = AwsClients("1.2.3", lambda _: None, endpoint_url=aws.url)
    clients.may_change = once
    with pytest.raises(Retry, match="LeaseLost"):
        ask(clients("ecs", Scope("eu-west-1")), "stop_service_deployment", {"serviceDeploymentArn": "arn"})
    assert aws.operations() == ["StopServiceDeployment"]
    assert len(asked) == 2


def test_an_impatient_client_repeats_nothing(aws: Answering) -> None:
    aws.answers["Scan"] = (500, "{}")
    client = AwsClients("1.2.3", lambda _: None, endpoint_url=aws.url).impatient("dynamodb", "eu-west-1", 1.0)
    with pytest.raises(Retry):
        ask(client, "scan", {"TableName": "leases"})
    assert aws.operations() == ["Scan"]


def test_a_region_is_the_environments_where_none_is_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.setenv("AWS_REGION", "ap-south-1")
    assert AwsClients("1", lambda _: None).impatient("dynamodb", None, 1.0).meta.region_name == "ap-south-1"
    monkeypatch.delenv("AWS_REGION")
    with pytest.raises(Stalled, match="AWS_REGION"):
        AwsClients("1", lambda _: None).impatient("dynamodb", None, 1.0)
