"""One HTTP request and its response, without the sockets."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Request:
    """``path`` as it was sent (still quoted), ``query`` without the question mark, header names in lower case."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """``headers`` without Content-Length, which belongs to whoever sends the body."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
