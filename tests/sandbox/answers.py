"""A world whose every call is checked against botocore's models: the request as boto3 would.

The answer as AWS promises.
"""

from datetime import datetime
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ServiceModel
from botocore.validate import validate_parameters

from sandbox.clock import ManualClock
from sandbox.switches import Switches
from sandbox.world.world import Place, World

_SCALARS: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "long": int,
    "boolean": bool,
    "double": float,
    "float": float,
}


@cache
def _model(service: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(service)


class CheckedWorld:
    """A world on a clock that stands still, in one account and region."""

    def __init__(self, *, speed: float = 1.0, switches: Switches | None = None, seed: int = 0) -> None:
        self.clock = ManualClock()
        self.speed = speed
        self.world = World(self.clock, speed=speed, switches=switches, seed=seed)

    @property
    def place(self) -> Place:
        return self.world.place("123456789012", "eu-west-1")

    def call(self, service: str, operation: str, /, **params: Any) -> dict[str, Any]:
        model = _model(service).operation_model(operation)
        if model.input_shape is not None:
            validate_parameters(params, model.input_shape)
        answer = self.world.call(service, operation, params)
        if model.output_shape is None:
            assert answer == {}, operation
        else:
            check(model.output_shape, answer, operation)
        return answer

    def pass_time(self, seconds: float) -> None:
        """Let so many seconds of AWS's time go by."""
        self.clock.advance(seconds / self.speed)
        self.world.run()


def check(shape: Any, value: Any, path: str) -> None:
    """Raise AssertionError with the path of the first member that AWS would not send."""
    kind = shape.type_name
    if kind == "structure":
        assert isinstance(value, dict), path
        for name, part in value.items():
            assert name in shape.members, f"{path}.{name} is not in the model"
            check(shape.members[name], part, f"{path}.{name}")
    elif kind == "list":
        assert isinstance(value, list), path
        for position, part in enumerate(value):
            check(shape.member, part, f"{path}[{position}]")
    elif kind == "timestamp":
        assert isinstance(value, datetime), path
        assert value.utcoffset() is not None, path
    elif kind != "map":
        assert isinstance(value, _SCALARS[kind]), f"{path} is {type(value).__name__}"
        enum: list[str] = getattr(shape, "enum", [])
        assert not enum or value in enum, f"{path} is {value}"
