"""Who did something, in the words that everybody shows."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.loop.author import MOST, Author, author_of, name, via
from reconcilers.trail import TrailEvent
from tests.examples import examples


def event(agent: str = "", source: str = "203.0.113.7", *, console: bool = False) -> TrailEvent:
    return TrailEvent("e-1", "UpdateService", "ecs", 1.0, "arn", source, agent, console)


def test_an_author_is_whoever_the_event_names() -> None:
    found = author_of(event("aws-cli/2.9.8"))
    assert found == Author("arn", 1.0, "203.0.113.7", "ecs:UpdateService", "AWS CLI 2.9.8", "e-1")
    assert not found.pending


@pytest.mark.parametrize(
    ("agent", "program"),
    [
        ("aws-cli/2.9.8 Python/3.9.11 Windows/10 exe/AMD64 prompt/off command/ecs.update-service", "AWS CLI 2.9.8"),
        ("[aws-cli/1.46.3 md/Botocore#1.43.62]", "AWS CLI 1.46.3"),
        ("Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux", "Boto3 1.44.5"),
        ("Boto3/1.44.5 md/Botocore#1.44.5 trueup/1.2.0", "Trueup 1.2.0"),
        ("Botocore/1.44.5 ua/2.1 trueup/1.2.0", "Trueup 1.2.0"),
        (
            "APN/1.0 HashiCorp/1.0 Terraform/1.9.2 (+https://www.terraform.io) terraform-provider-aws/5.1",
            "Terraform 1.9.2",
        ),
        ("APN/1.0 Pulumi/1.0 pulumi-aws/6", "Pulumi 1.0"),
        ("aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22", "aws-sdk-go-v2 1.30.3"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36", "console"),
        ("console.amazonaws.com", "console"),
        ("signin.amazonaws.com", "console"),
        ("AWS Internal", "console"),
        ("[console.amazonaws.com]", "console"),
        ("cloudformation.amazonaws.com", "CloudFormation"),
        ("codepipeline.amazonaws.com", "codepipeline"),
        ("deploy-script", "deploy-script"),
        ("", ""),
    ],
)
def test_a_user_agent_is_told_as_people_know_the_program(agent: str, program: str) -> None:
    assert via(event(agent)) == program


@pytest.mark.parametrize(
    ("source", "program"),
    [
        ("cloudformation.amazonaws.com", "CloudFormation"),
        ("ecs.application-autoscaling.amazonaws.com", "Application Auto Scaling"),
        ("codedeploy.amazonaws.com", "CodeDeploy"),
        ("events.amazonaws.com", "events"),
    ],
)
def test_a_service_that_calls_in_somebodys_name_is_the_program(source: str, program: str) -> None:
    assert via(event("aws-sdk-java/1.0", source)) == program


def test_a_session_of_the_console_is_the_console_whatever_it_calls_itself() -> None:
    assert via(event("aws-sdk-js/3.0", console=True)) == "console"


@settings(max_examples=examples(100))
@given(st.text(max_size=2000))
def test_any_user_agent_is_told_in_a_few_words(agent: str) -> None:
    assert len(via(event(agent))) <= MOST


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ("arn:aws:iam::123456789012:user/mallory", "user/mallory"),
        ("arn:aws:sts::123456789012:assumed-role/ci/run-7", "ci/run-7"),
        ("arn:aws:iam::123456789012:root", "root"),
        ("arn:aws:iam::123456789012:role/ci", "role/ci"),
        ("cloudformation.amazonaws.com", "cloudformation.amazonaws.com"),
        ("arn:aws:iam::1:user/erin and arn:aws:sts::1:assumed-role/ci/run-7", "user/erin and ci/run-7"),
    ],
)
def test_a_principal_is_told_as_people_say_it(who: str, said: str) -> None:
    assert name(who) == said
