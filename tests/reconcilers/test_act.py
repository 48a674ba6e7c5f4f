import json

import pytest

from reconcilers.act import act
from reconcilers.actions import (
    Action,
    CreateDeployment,
    Done,
    EndTerminationWait,
    RegisterTaskDefinition,
    StartRolling,
    StopDeployment,
    StopServiceDeployment,
    TagRevision,
    UpdateService,
)
from reconcilers.attempts import Cause, Mark
from reconcilers.digest import Digest
from reconcilers.live_service import LoadBalancer
from reconcilers.outcome import Stalled
from tests.reconcilers.aws.wire import Refusal, Reply, Wire
from tests.reconcilers.builders import BLUE, arn, definition
from tests.reconcilers.gateways import SERVICE, described, over

MARK = Mark(Digest("v1-r"), "abc", Cause.COMMIT)
REGISTER = RegisterTaskDefinition(definition("v2"), {"trueup:commit": "abc"})


def create(named: str | None = None) -> CreateDeployment:
    return CreateDeployment("notes", "notes-dg", named, LoadBalancer(BLUE, "proxy", 80), MARK)


def done(answers: dict[str, Reply], *actions: Action) -> tuple[list[Done], Wire]:
    gateways, wire = over(answers)
    return list(act(gateways, actions)), wire


def shipped(wire: Wire) -> str:
    content = wire.asked("CreateDeployment")[0]["revision"]["appSpecContent"]["content"]
    return str(json.loads(content)["Resources"][0]["TargetService"]["Properties"]["TaskDefinition"])


ANSWERS: dict[str, Reply] = {
    "RegisterTaskDefinition": described(2, "v2"),
    "CreateDeployment": {"deploymentId": "d-1"},
    "UpdateService": {"service": {**SERVICE, "deployments": [{"id": "ecs-svc/9", "status": "PRIMARY"}]}},
}


def test_a_registered_revision_is_what_the_next_deployment_ships() -> None:
    found, wire = done(ANSWERS, REGISTER, create())

    assert found == [Done(REGISTER, arn(2)), Done(create(), "d-1")]
    assert shipped(wire) == arn(2)


def test_a_deployment_that_names_its_revision_ships_that() -> None:
    _, wire = done(ANSWERS, REGISTER, create(arn(5)))

    assert shipped(wire) == arn(5)


def test_a_registered_revision_is_what_the_next_rolling_update_runs() -> None:
    rolling = StartRolling("prod", "notes", None, MARK, {"desiredCount": 3})
    found, wire = done(ANSWERS, REGISTER, rolling)

    assert found[1].result == "ecs-svc/9"
    assert wire.asked("UpdateService") == [
        {"cluster": "prod", "service": "notes", "desiredCount": 3, "taskDefinition": arn(2)}
    ]


def test_a_deployment_without_a_revision_is_a_defect() -> None:
    with pytest.raises(ValueError, match="names no revision"):
        done(ANSWERS, create())


@pytest.mark.parametrize(
    ("action", "operation", "result"),
    [
        (TagRevision("arn", {"trueup:held": "x"}), "TagResource", "arn"),
        (TagRevision("arn", {"trueup:held": None}), "UntagResource", "arn"),
        (StopDeployment("d-1", "late"), "StopDeployment", "d-1"),
        (EndTerminationWait("d-1"), "ContinueDeployment", "d-1"),
        (UpdateService("prod", "notes", {"desiredCount": 2}), "UpdateService", SERVICE["serviceArn"]),
        (StopServiceDeployment("arn", "late"), "StopServiceDeployment", "arn"),
    ],
)
def test_each_action_is_one_call(action: Action, operation: str, result: str) -> None:
    answer: Reply = {"service": SERVICE} if operation == "UpdateService" else {}
    found, wire = done({operation: answer}, action)

    assert wire.operations == [operation]
    assert found == [Done(action, result)]


def test_what_was_done_is_known_where_a_later_action_fails() -> None:
    gateways, wire = over({**ANSWERS, "CreateDeployment": Refusal("InvalidRevisionException")})
    steps = act(gateways, (REGISTER, create(), StopDeployment("d-0", "never")))

    assert next(steps) == Done(REGISTER, arn(2))
    with pytest.raises(Stalled):
        next(steps)
    assert wire.operations == ["RegisterTaskDefinition", "CreateDeployment"]


def test_nothing_is_done_before_it_is_asked_for() -> None:
    gateways, wire = over(ANSWERS)

    act(gateways, (REGISTER,))

    assert wire.calls == []
