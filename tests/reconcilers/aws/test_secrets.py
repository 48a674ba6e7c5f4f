"""What a secret and a parameter are now, and that no error repeats them."""

import pytest

from reconcilers.aws.secretsmanager import SecretsManagerGateway
from reconcilers.aws.ssm import SsmGateway
from reconcilers.outcome import Stalled
from tests.reconcilers.aws.wire import Refusal, Wire


def test_a_secret_is_asked_for_as_it_is_now() -> None:
    wire = Wire({"GetSecretValue": {"SecretString": "s3cret"}})
    assert SecretsManagerGateway(wire.client("secretsmanager")).value("git") == "s3cret"
    assert wire.asked("GetSecretValue") == [{"SecretId": "git"}]


def test_a_secret_is_asked_for_by_stage_and_version() -> None:
    wire = Wire({"GetSecretValue": {"SecretString": "s3cret"}})
    SecretsManagerGateway(wire.client("secretsmanager")).value("git", stage="AWSPREVIOUS", version="v" * 32)
    assert wire.asked("GetSecretValue") == [{"SecretId": "git", "VersionStage": "AWSPREVIOUS", "VersionId": "v" * 32}]


@pytest.mark.parametrize(("raw", "text"), [(b"s3cret", "s3cret"), (b"\xff", ""), (b"", "")])
def test_a_secret_of_bytes_is_text_where_it_can_be(raw: bytes, text: str) -> None:
    wire = Wire({"GetSecretValue": {"SecretBinary": raw}})
    assert SecretsManagerGateway(wire.client("secretsmanager")).value("git") == text


def test_a_parameter_is_decrypted() -> None:
    wire = Wire({"GetParameter": {"Parameter": {"Value": "s3cret"}}})
    assert SsmGateway(wire.client("ssm")).value("/git") == "s3cret"
    assert wire.asked("GetParameter") == [{"Name": "/git", "WithDecryption": True}]


def test_a_denial_names_what_to_allow() -> None:
    wire = Wire({"GetSecretValue": Refusal("AccessDeniedException", "no")})
    with pytest.raises(Stalled) as caught:
        SecretsManagerGateway(wire.client("secretsmanager")).value("git")
    assert caught.value.reason == "AccessDenied"
    assert "secretsmanager:GetSecretValue" in caught.value.remedy


def test_a_parameter_that_is_not_there_is_said() -> None:
    wire = Wire({"GetParameter": Refusal("ParameterNotFound", "")})
    with pytest.raises(Stalled, match="ssm:GetParameter on /git"):
        SsmGateway(wire.client("ssm")).value("/git")
