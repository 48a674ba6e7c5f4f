"""ECS's two everyday ways to say no, and what is asked of every request."""

from typing import Any

from sandbox.errors import AwsError
from sandbox.world.calls import Params


def invalid(message: str) -> AwsError:
    """The request names something that cannot be."""
    return AwsError("InvalidParameterException", message)


def refused(message: str) -> AwsError:
    """ECS's ``ClientException``: the request was understood, and will not be done."""
    return AwsError("ClientException", message)


def required(params: Params, name: str) -> Any:
    """The member ``name``, or ECS's refusal where it is missing or empty."""
    value = params.get(name)
    if value is None or value in ("", []):
        raise invalid(f"{name[0].upper()}{name[1:]} cannot be empty.")
    return value


def at_most(params: Params, name: str, limit: int) -> list[Any]:
    """The required list ``name`` of at most ``limit`` items."""
    items: list[Any] = required(params, name)
    if len(items) > limit:
        raise invalid(f"{name} can have at most {limit} items.")
    return items
