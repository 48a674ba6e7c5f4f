"""How an operator names a secret."""

from pathlib import Path

import pytest

from controller.credentials.reference import File, Parameter, Reference, Secret, parse_reference

ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:git/token-AbCdEf"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("/run/secrets/token", File(Path("/run/secrets/token"))),
        ("file:token", File(Path("token"))),
        (ARN, Secret(ARN, "eu-west-1")),
        (f"{ARN}:token", Secret(ARN, "eu-west-1", "token")),
        (f"{ARN}:token::", Secret(ARN, "eu-west-1", "token")),
        (f"{ARN}:::v1", Secret(ARN, "eu-west-1", version="v1")),
        (f"{ARN}:token:AWSPREVIOUS:", Secret(ARN, "eu-west-1", "token", "AWSPREVIOUS")),
        (ARN.replace(":aws:", ":aws-cn:"), Secret(ARN.replace(":aws:", ":aws-cn:"), "eu-west-1")),
        ("secretsmanager:git/token", Secret("git/token")),
        ("secretsmanager:git/token:token", Secret("git/token", key="token")),
        (
            "arn:aws:ssm:eu-west-1:123456789012:parameter/git/token",
            Parameter("arn:aws:ssm:eu-west-1:123456789012:parameter/git/token", "eu-west-1"),
        ),
        ("ssm:/git/token", Parameter("/git/token")),
        ("ssm:token", Parameter("token")),
    ],
)
def test_a_reference_is_read(said: str, meant: Reference) -> None:
    assert parse_reference(said) == meant


@pytest.mark.parametrize(
    "said",
    ["", "ghp_s3cret", "file:", "ssm:", "secretsmanager:", "secretsmanager:a:b:c", "arn:aws:s3:::bucket", f"{ARN}\n"],
)
def test_what_names_no_secret_is_refused_and_never_repeated(said: str) -> None:
    with pytest.raises(ValueError, match="names no secret") as caught:
        parse_reference(said)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        (File(Path("/token")), "the file /token"),
        (Secret("git"), "the secret git"),
        (Secret("git", key="token"), "the secret git, key token"),
        (Parameter("/git"), "the parameter /git"),
    ],
)
def test_a_reference_is_told_by_its_place(reference: Reference, told: str) -> None:
    assert str(reference) == told
