"""Each setting of every switch: the default world, and one for each other value of each unknown."""

from collections.abc import Iterator
from dataclasses import fields, replace
from enum import Enum
from typing import Any

import pytest

from sandbox.switches import Switches

# What else a code may be, as AWS's enumeration of error codes has it.
CODES = {
    "task_set_timeout_code": "HEALTH_CONSTRAINTS",
    "hook_timeout_code": "TIMEOUT",
    "ready_timeout_code": "MANUAL_STOP",
    "listener_error_code": "ECS_UPDATE_ERROR",
    "missing_alarm_code": "CUSTOMER_APPLICATION_UNHEALTHY",
}


def settings() -> Iterator[tuple[str, Switches]]:
    """A name and the switches, for the defaults and for every other value of each."""
    default = Switches()
    yield "default", default
    for switch in fields(Switches):
        if switch.name.startswith("trail_"):
            continue  # decides about nothing but who is told to have done it: see test_who_did_it
        for value in _others(switch.name, getattr(default, switch.name)):
            yield f"{switch.name}={value}", replace(default, **{switch.name: value})


def _others(name: str, value: Any) -> tuple[Any, ...]:
    match value:
        case bool():
            return (not value,)
        case Enum():
            return tuple(each for each in type(value) if each is not value)
        case str():
            return (CODES[name],)
        case _:
            raise AssertionError(f"Say in {__name__} what else {name} may be.")


everywhere = pytest.mark.parametrize("switches", [pytest.param(each, id=name) for name, each in settings()])
