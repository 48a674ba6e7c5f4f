"""From one task without a lease table to two with one, by updates of the stack: in order, and not otherwise."""

from collections.abc import Iterator

import pytest

from sandbox.clock import ManualClock
from sandbox.world.world import World
from tests.installation.accepted import refusals
from tests.installation.stack import STACK, Ground, Stack, deployed, ground, told, understood

pytestmark = pytest.mark.timeout(600)  # moto's networks take seconds of a processor, which may be busy
# In the order of docs/install.md, "More than one": each is given with those before it.
STEPS = ({"LeaseTable": "yes"}, {"StartsBeforeItStops": "yes"}, {"Replicas": "2"})


def so_far(number: int) -> dict[str, str]:
    """What is given once so many steps were taken."""
    return {name: value for step in STEPS[:number] for name, value in step.items()}


def stands(stack: Stack) -> tuple[bool, int, int, int]:
    """Whether the task that is to run knows of the table, how many may be there, and how many are to be."""
    service = stack.service()
    variables = {each["name"] for each in stack.task_definition()["containerDefinitions"][0]["environment"]}
    figures = service["deploymentConfiguration"]
    room = (figures["minimumHealthyPercent"], figures["maximumPercent"])
    return ("TRUEUP_LEASE_TABLE" in variables, *room, service["desiredCount"])


def updated(there: Ground, number: int) -> Stack:
    # moto changes only what names a changed parameter itself, not by a condition: the address and the branch are named.
    named = {"AssignPublicIp": ("DISABLED", "ENABLED")[number % 2], "Branch": f"main{number}"}
    there.boto("cloudformation").update_stack(
        StackName=STACK,
        TemplateBody=understood(),
        Parameters=there.parameters(**so_far(number), **named),
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    return told(there.boto)


@pytest.fixture(scope="module")
def story() -> Iterator[list[tuple[bool, int, int, int]]]:
    """How it stands before the first step, and after each."""
    there = ground(World(ManualClock()), "999999999999")
    with deployed(there) as stack:
        yield [stands(stack), *(stands(updated(there, number)) for number in range(1, len(STEPS) + 1))]


def test_each_step_in_order_is_accepted() -> None:
    assert [refusals(**so_far(number)) for number in range(len(STEPS) + 1)] == [[]] * (len(STEPS) + 1)


def test_at_each_step_no_more_may_act_than_know_of_the_table(story: list[tuple[bool, int, int, int]]) -> None:
    assert story == [(False, 0, 100, 1), (True, 0, 100, 1), (True, 100, 200, 1), (True, 100, 200, 2)]


@pytest.mark.parametrize("step", STEPS[1:], ids=str)
def test_no_later_step_is_accepted_before_the_first(step: dict[str, str]) -> None:
    assert refusals(**step) != []
