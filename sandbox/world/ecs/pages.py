"""Lists, a page at a time."""

import base64
import binascii
from typing import TypeVar

from sandbox.world.calls import Params
from sandbox.world.ecs.refusals import invalid

Item = TypeVar("Item")


def page(items: list[Item], params: Params, default: int = 100, limit: int = 100) -> tuple[list[Item], str | None]:
    """The page that ``maxResults`` and ``nextToken`` ask for, and the token of the next one."""
    size = params.get("maxResults") or default
    if not 1 <= size <= limit:
        raise invalid(f"maxResults must be between 1 and {limit}.")
    start = _position(params.get("nextToken"))
    rest = start + size
    return items[start:rest], _token(rest) if rest < len(items) else None


def _token(position: int) -> str:
    return base64.urlsafe_b64encode(f"after:{position}".encode()).decode()


def _position(token: str | None) -> int:
    if not token:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token).decode().removeprefix("after:"))
    except (binascii.Error, ValueError):
        raise invalid("Invalid nextToken.") from None
