"""Worlds in which every two switches meet in each of their settings; and, when asked, each switch turned alone."""

from collections.abc import Iterator
from dataclasses import fields, replace
from enum import Enum
from itertools import combinations
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
MIXED = 7
TURNED = 4  # more than half of the mixed worlds, so that any two switches are turned together in one of them


def turns() -> tuple[tuple[str, Any], ...]:
    """Every switch that decides about more than who is told to have done it, with its other value."""
    default = Switches()
    return tuple(
        (switch.name, _other(switch.name, getattr(default, switch.name)))
        for switch in fields(Switches)
        if not switch.name.startswith("trail_")  # see test_who_did_it
    )


def mixed() -> Iterator[Switches]:
    """The default world, and seven in which each switch is turned in four, no two switches in the same four: so every
    pair of settings of every pair of switches is in one of them.
    """
    yield Switches()
    places = list(zip(turns(), combinations(range(MIXED), TURNED), strict=False))
    for world in range(MIXED):
        yield replace(Switches(), **{name: value for (name, value), turned in places if world in turned})


def alone() -> Iterator[tuple[str, Switches]]:
    """For each switch, its name and a world in which nothing but it is turned: says which one a failure is about."""
    for name, value in turns():
        yield f"{name}={value}", replace(Switches(), **{name: value})


def _other(name: str, value: Any) -> Any:
    match value:
        case bool():
            return not value
        case Enum():
            (other,) = set(type(value)) - {value}
            return other
        case str():
            return CODES[name]
        case _:
            raise AssertionError(f"Say in {__name__} what else {name} may be.")


everywhere = pytest.mark.parametrize(
    "switches",
    [
        *(pytest.param(each, id=f"mixed-{number}" if number else "default") for number, each in enumerate(mixed())),
        *(pytest.param(each, id=name, marks=pytest.mark.thorough) for name, each in alone()),
    ],
)
