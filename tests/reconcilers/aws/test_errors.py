from typing import Any

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ReadTimeoutError,
)

from reconcilers.aws.calls import ask, ask_or_none
from reconcilers.aws.errors import translation
from reconcilers.outcome import Retry, Stalled
from tests.reconcilers.aws.wire import Refusal, Wire


def answered(code: str, message: str = "", status: int = 400) -> ClientError:
    answer = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "DescribeServices")  # type: ignore[arg-type]


def translated(error: ClientError | BotoCoreError, **more: tuple[str, ...]) -> Retry | Stalled:
    return translation(error, "ecs:DescribeServices", "prod", **more)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (answered("ThrottlingException", "Rate exceeded"), "Throttled"),
        (answered("ClientException", "Too many concurrent attempts to create a new revision of web"), "Throttled"),
        (answered("ExpiredTokenException"), "CredentialsExpired"),
        (answered("UpdateInProgressException"), "Conflict"),
        (answered("ServerException", "", 500), "ServerError"),
        (answered("InternalFailure"), "ServerError"),
        (answered("", "<html>", 503), "ServerError"),
        (ConnectTimeoutError(endpoint_url="https://ecs"), "Timeout"),
        (ReadTimeoutError(endpoint_url="https://ecs"), "Timeout"),
        (EndpointConnectionError(endpoint_url="https://ecs"), "Unreachable"),
        (NoCredentialsError(), "NoCredentials"),
        (ConnectionClosedError(endpoint_url="https://ecs"), "ConnectionFailed"),
        (BotoCoreError(), "NoAnswer"),
    ],
)
def test_what_may_go_well_the_next_time_is_tried_again(error: ClientError | BotoCoreError, reason: str) -> None:
    found = translated(error)

    assert isinstance(found, Retry)
    assert found.reason == reason
    assert "ecs:DescribeServices on prod" in found.message


@pytest.mark.parametrize(
    ("code", "status", "reason"),
    [
        ("AccessDeniedException", 400, "AccessDenied"),
        ("UnauthorizedOperation", 403, "AccessDenied"),
        ("403", 403, "AccessDenied"),
        ("UnrecognizedClientException", 400, "CredentialsRefused"),
        ("ClusterNotFoundException", 400, "ClusterNotFound"),
        ("InvalidParameterException", 400, "Refused"),
    ],
)
def test_what_will_fail_again_stalls(code: str, status: int, reason: str) -> None:
    found = translated(answered(code, "No.", status))

    assert isinstance(found, Stalled)
    assert found.reason == reason


def test_a_denial_names_the_missing_action_its_resource_and_what_to_allow() -> None:
    words = (
        "User: arn:aws:sts::1:assumed-role/t/s is not authorized to perform: iam:PassRole on resource: "
        "arn:aws:iam::1:role/task because no identity-based policy allows the iam:PassRole action"
    )
    found = translation(answered("ClientException", words), "ecs:RegisterTaskDefinition", "web")

    assert isinstance(found, Stalled)
    assert found.reason == "AccessDenied"
    assert found.remedy.startswith("Allow iam:PassRole on arn:aws:iam::1:role/task")
    assert "iam:PassedToService" in found.remedy

    assert found.message.endswith("allows the iam:PassRole action.")
    assert str(found).endswith(f"allows the iam:PassRole action. {found.remedy}")


@pytest.mark.parametrize(
    ("code", "words", "said"),
    [
        ("ClusterNotFoundException", "Cluster not found.", "Cluster not found."),
        ("ClusterNotFoundException", "Which cluster?", "Which cluster?"),
        ("ClusterNotFoundException", "Cluster not found", "Cluster not found."),
        ("InvalidParameterException", "No such role\n", "No such role."),
    ],
)
def test_what_stalls_is_a_sentence_that_what_to_do_may_follow(code: str, words: str, said: str) -> None:
    found = translated(answered(code, words))
    assert isinstance(found, Stalled)
    assert found.message.endswith(f": {said}")


def test_a_denial_without_words_names_the_call() -> None:
    found = translated(answered("AccessDenied"))

    assert isinstance(found, Stalled)
    assert found.message == "ecs:DescribeServices on prod was denied."
    assert found.remedy.startswith("Allow ecs:DescribeServices to the role")


@pytest.mark.parametrize(
    "words",
    [
        "The Deployment Group 'web-dg' already has an active Deployment 'd-ABC123XYZ'",
        "Deployment d-ABC123XYZ is active; cannot start another.",
    ],
)
def test_another_deployment_is_named_however_aws_words_it(words: str) -> None:
    found = translated(answered("DeploymentLimitExceededException", words))

    assert isinstance(found, Retry)
    assert found.reason == "AnotherDeployment"
    assert "d-ABC123XYZ" in found.message


def test_another_deployment_without_a_name_is_still_one() -> None:
    found = translated(answered("DeploymentLimitExceededException", "Too many."))

    assert isinstance(found, Retry)
    assert found.reason == "AnotherDeployment"


def test_values_that_are_to_be_hidden_are_not_in_the_message() -> None:
    found = translated(answered("ClientException", "Invalid value hunter22 in environment"), hide=("hunter22",))

    assert "hunter22" not in str(found)


def test_a_parameter_that_was_not_sent_is_named_without_its_value() -> None:
    wire = Wire({})
    environment = [{"name": "KEY", "value": ["topsecret\nsecond, line"]}]
    definition = {"family": "web", "containerDefinitions": [{"name": "web", "environment": environment}]}

    with pytest.raises(Stalled) as caught:
        ask(wire.client("ecs"), "register_task_definition", definition)

    assert caught.value.reason == "Refused"
    assert "containerDefinitions[0].environment[0].value" in caught.value.message
    assert "topsecret" not in str(caught.value)
    assert "second" not in str(caught.value)


def test_the_error_that_botocore_raised_is_not_carried_along() -> None:
    wire = Wire({"DescribeServices": Refusal("ThrottlingException")})

    with pytest.raises(Retry) as caught:
        ask(wire.client("ecs"), "describe_services", {"services": ["web"]})

    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_an_absence_that_was_expected_is_none() -> None:
    wire = Wire({"DescribeServices": Refusal("ServiceNotFoundException")})
    absent = frozenset({"ServiceNotFoundException"})

    assert ask_or_none(wire.client("ecs"), "describe_services", {"services": ["web"]}, absent) is None


def test_an_absence_that_was_not_expected_is_an_error() -> None:
    wire = Wire({"DescribeServices": Refusal("ClusterNotFoundException")})

    with pytest.raises(Stalled):
        ask_or_none(wire.client("ecs"), "describe_services", {"services": ["web"]}, frozenset())


def test_a_call_that_was_not_answered_is_an_error_where_an_absence_is_expected() -> None:
    wire = Wire({"DescribeServices": ConnectTimeoutError(endpoint_url="https://ecs")})

    with pytest.raises(Retry, match="Timeout"):
        ask_or_none(wire.client("ecs"), "describe_services", {"services": ["web"]}, frozenset())


class Unmade:
    """A client that cannot be made: any use of it says so."""

    def __getattr__(self, name: str) -> Any:
        raise NoRegionError


def test_a_client_that_cannot_be_made_is_an_error_of_the_call() -> None:
    with pytest.raises(Retry, match="describe_services"):
        ask(Unmade(), "describe_services", {})


def test_a_call_is_named_as_iam_names_it() -> None:
    wire = Wire({"DescribeAlarms": Refusal("AccessDenied")})

    with pytest.raises(Stalled, match="cloudwatch:DescribeAlarms was denied"):
        ask(wire.client("cloudwatch"), "describe_alarms", {})
