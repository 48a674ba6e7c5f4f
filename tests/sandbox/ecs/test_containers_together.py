"""What RegisterTaskDefinition refuses because the parts of a task definition do not go together."""

from typing import Any

import pytest

from sandbox.errors import AwsError
from tests.sandbox.ecs.around import FakePlace, task_definition


def app(name: str = "app", **changes: Any) -> dict[str, Any]:
    return {"name": name, "image": "shop/web:1"} | changes


def after(name: str, other: str) -> dict[str, Any]:
    return app(name, dependsOn=[{"containerName": other, "condition": "START"}])


REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "a port mapping without a port": (
        {"containerDefinitions": [app(portMappings=[{"protocol": "tcp"}])]},
        "containerPort",
    ),
    "a network mode that there is not": ({"networkMode": "overlay", "requiresCompatibilities": ["EC2"]}, "overlay"),
    "two that wait for each other": (
        {"containerDefinitions": [after("app", "log"), after("log", "app")]},
        "dependsOn",
    ),
    "three in a ring beside one that is well": (
        {"containerDefinitions": [app("x"), after("a", "b"), after("b", "c"), after("c", "a")]},
        "dependsOn",
    ),
    "more memory for a container than for the task": (
        {"containerDefinitions": [app(memory=1024)]},
        "'memory'",
    ),
    "more reserved by the containers together than the task has": (
        {"containerDefinitions": [app("a", memoryReservation=300), app("b", memoryReservation=300)]},
        "'memory'",
    ),
    "more cpu for the containers together than for the task": (
        {"containerDefinitions": [app("a", cpu=200), app("b", cpu=100)]},
        "'cpu'",
    ),
    "a privileged container on Fargate": ({"containerDefinitions": [app(privileged=True)]}, "privileged"),
    "a variable without a name": ({"containerDefinitions": [app(environment=[{"value": "x"}])]}, "environment"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_does_not_go_together_is_refused(case: str) -> None:
    changes, word = REFUSALS[case]
    with pytest.raises(AwsError) as refusal:
        FakePlace().call("RegisterTaskDefinition", **(task_definition() | changes))
    assert refusal.value.code == "ClientException"
    assert word in refusal.value.message


WELL: dict[str, dict[str, Any]] = {
    "two that wait for one": {"containerDefinitions": [app("db"), after("a", "db"), after("b", "db")]},
    "exactly what the task has": {
        "containerDefinitions": [app("a", cpu=128, memory=512), app("b", cpu=128, memoryReservation=512)]
    },
    "a range of ports": {
        "networkMode": "bridge",
        "requiresCompatibilities": ["EC2"],
        "containerDefinitions": [app(memory=64, portMappings=[{"containerPortRange": "80-90"}])],
    },
    "a privileged container on EC2": {
        "requiresCompatibilities": ["EC2"],
        "containerDefinitions": [app(privileged=True)],
    },
    "no network at all": {
        "networkMode": "none",
        "requiresCompatibilities": ["EC2"],
        "containerDefinitions": [app(memory=64)],
    },
}


@pytest.mark.parametrize("case", WELL)
def test_what_goes_together_is_taken(case: str) -> None:
    answer = FakePlace().call("RegisterTaskDefinition", **(task_definition() | WELL[case]))
    assert answer["taskDefinition"]["revision"] == 1
