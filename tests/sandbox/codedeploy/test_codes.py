"""Which error code a fault carries is not established for some: whoever depends on one finds out here."""

import dataclasses
from typing import Any

import pytest

from sandbox.blueprints import BlueGreen
from sandbox.switches import Switches
from tests.sandbox.stage import CRASHING, NEXT, Stage

CODE = "INTERNAL_ERROR"


def task_set_timeout(stage: Stage) -> str:
    return stage.ship(CRASHING)


def hook_timeout(stage: Stage) -> str:
    return stage.deploy(stage.app_spec(NEXT, hooks={"AfterInstall": "never-answers"}))


def ready_timeout(stage: Stage) -> str:
    return stage.ship()


def listener_error(stage: Stage) -> str:
    deployment = stage.ship()
    stage.until_share(10)
    stage.call("elbv2", "DeleteListener", ListenerArn=stage.built.production_listener_arn)
    return deployment


def missing_alarm(stage: Stage) -> str:
    stage.call("cloudwatch", "DeleteAlarms", AlarmNames=list(stage.built.alarms))
    return stage.ship()


FAULTS = {
    "task_set_timeout_code": task_set_timeout,
    "hook_timeout_code": hook_timeout,
    "ready_timeout_code": ready_timeout,
    "listener_error_code": listener_error,
    "missing_alarm_code": missing_alarm,
}


@pytest.mark.parametrize("switch", FAULTS)
def test_a_fault_carries_the_code_of_its_switch(switch: str) -> None:
    code: dict[str, Any] = {switch: CODE}
    minutes = 10 if switch == "ready_timeout_code" else None
    stage = Stage(BlueGreen(ready_wait_minutes=minutes), switches=dataclasses.replace(Switches(), **code))
    deployment = FAULTS[switch](stage)
    stage.pass_time(2 * 3600)
    assert stage.fault(deployment)[0] == CODE


def test_every_switched_code_is_among_them() -> None:
    assert {one.name for one in dataclasses.fields(Switches) if one.name.endswith("_code")} == set(FAULTS)
