"""Whether an answer has the shape that botocore's model of ECS promises."""

from datetime import datetime
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ServiceModel, Shape

_SCALARS = {"string": str, "integer": int, "long": int, "boolean": bool, "double": float}


@cache
def _model() -> ServiceModel:
    return botocore.session.get_session().get_service_model("ecs")


def check_answer(operation: str, answer: dict[str, Any]) -> None:
    """Raise AssertionError with the path of the first member that AWS would not send."""
    shape = _model().operation_model(operation).output_shape
    assert shape is not None
    _check(shape, answer, operation)


def _check(shape: Any, value: Any, path: str) -> None:
    kind = shape.type_name
    if kind == "structure":
        assert isinstance(value, dict), path
        for name, part in value.items():
            assert name in shape.members, f"{path}.{name} is not in the model"
            _check(shape.members[name], part, f"{path}.{name}")
    elif kind == "list":
        assert isinstance(value, list), path
        for position, part in enumerate(value):
            _check(shape.member, part, f"{path}[{position}]")
    elif kind == "map":
        assert isinstance(value, dict), path
    elif kind == "timestamp":
        assert isinstance(value, datetime), path
        assert value.utcoffset() is not None, path
    else:
        _check_scalar(shape, value, path)


def _check_scalar(shape: Shape, value: Any, path: str) -> None:
    assert isinstance(value, _SCALARS[shape.type_name]), f"{path} is {type(value).__name__}"
    enum: list[str] = getattr(shape, "enum", [])
    assert not enum or value in enum, f"{path} is {value}"
