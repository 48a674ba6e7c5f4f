"""What a call is made of, on its way into the world and out of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Params = Mapping[str, Any]
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and where: what the request's signature says."""

    account: str = "123456789012"
    region: str = "eu-west-1"
    principal: str = "arn:aws:iam::123456789012:user/operator"


Handler = Callable[[Params, Caller], Answer]
