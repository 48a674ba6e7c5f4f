"""The template as ``aws cloudformation deploy`` deploys it: by change sets, and what is not given stays as it was."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError

from sandbox.clock import ManualClock
from sandbox.world.world import World
from tests.installation.stack import STACK, Ground, ground, told, understood

pytestmark = pytest.mark.timeout(600)  # moto's networks take seconds of a processor, which may be busy


def deploy(there: Ground, body: str | None = None, **overrides: str) -> None:
    """The calls of ``aws cloudformation deploy``, in their order: what is not overridden keeps its value."""
    cloudformation = there.boto("cloudformation")
    kind, known = "UPDATE", {"UsePreviousValue": True}
    try:
        (stack,) = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
        kept = [each["ParameterKey"] for each in stack["Parameters"] if each["ParameterKey"] not in overrides]
    except ClientError:
        kind, kept = "CREATE", []
    given: list[Any] = [{"ParameterKey": name, "ParameterValue": value} for name, value in overrides.items()]
    made = cloudformation.create_change_set(
        StackName=STACK,
        ChangeSetName="awscli-cloudformation-package-deploy",
        ChangeSetType=kind,
        TemplateBody=body or understood(),
        Parameters=[*given, *({"ParameterKey": name, **known} for name in kept)],
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    waiter = cloudformation.get_waiter("change_set_create_complete")
    waiter.wait(ChangeSetName=made["Id"], WaiterConfig={"Delay": 0, "MaxAttempts": 2})
    cloudformation.execute_change_set(ChangeSetName=made["Id"], StackName=STACK)
    cloudformation.get_waiter(f"stack_{kind.lower()}_complete").wait(StackName=made["StackId"])


@contextmanager
def installed(account: str) -> Iterator[Ground]:
    """A stack of the least that the template takes, made by a change set."""
    there = ground(World(ManualClock()), account)
    try:
        deploy(there, **{each["ParameterKey"]: each["ParameterValue"] for each in there.parameters()})
        yield there
    finally:
        there.boto("cloudformation").delete_stack(StackName=STACK)


def test_a_stack_that_a_change_set_makes_tells_its_outputs() -> None:
    with installed("777777777701") as there:
        stack = told(there.boto)
        assert stack.outputs.keys() >= {"PageUrl", "ApiTokenArn", "MetricsName"}
        assert stack.service()["status"] == "ACTIVE"


def test_an_upgrade_names_the_new_tag_and_keeps_everything_else() -> None:
    with installed("777777777702") as there:
        before = told(there.boto)
        deploy(there, Tag="0.2.0")
        after = told(there.boto)
        (container,) = after.task_definition()["containerDefinitions"]
        assert container["image"].endswith(":0.2.0")
        assert after.service()["networkConfiguration"] == before.service()["networkConfiguration"]
        assert after.outputs["PageUrl"] == before.outputs["PageUrl"]


def test_a_condition_that_comes_to_hold_makes_what_it_is_for() -> None:
    with installed("777777777703") as there:
        before = told(there.boto).statements("TaskRole")
        deploy(there, KeepsItself="yes")
        assert told(there.boto).statements("TaskRole").keys() - before.keys()


def test_an_update_tells_the_outputs_of_now() -> None:
    with installed("777777777704") as there:
        deploy(there, WebhookSecret="generate")
        assert "WebhookSecretArn" in told(there.boto).outputs


def test_a_deployment_that_changes_nothing_is_refused_in_the_words_of_aws() -> None:
    with installed("777777777705") as there, pytest.raises(WaiterError) as refused:
        deploy(there)
    last: dict[str, Any] = dict(refused.value.last_response)
    assert (last["Status"], last["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert "didn't contain changes" in last["StatusReason"]  # by this the CLI knows that there is nothing to deploy
