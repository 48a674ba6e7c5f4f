"""What a call is made of, on its way into the world and out of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")
Params = Mapping[str, Any]
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a call came from, as CloudTrail tells it; nothing else depends on it.

    ``invoked_by``: the AWS service that called in somebody's name. ``request_id``: what the door answered with.
    """

    access_key: str = ""
    source_ip: str = "127.0.0.1"
    user_agent: str = ""
    request_id: str = ""
    invoked_by: str = ""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and where: what the request's signature says. The same caller may come from anywhere."""

    account: str = "123456789012"
    region: str = "eu-west-1"
    principal: str = "arn:aws:iam::123456789012:user/operator"
    origin: Origin = field(default=Origin(), compare=False)


Handler = Callable[[Params, Caller], Answer]


def copied(value: T) -> T:
    """A copy of what calls are made of: objects and lists anew, and all else, which nobody can change, as it is."""
    given: Any = value
    copy: T = given
    if type(given) is dict:
        copy = {name: copied(each) for name, each in given.items()}  # type: ignore[assignment]  # T is a dictionary
    elif type(given) is list:
        copy = [copied(each) for each in given]  # type: ignore[assignment]  # T is a list
    return copy
