"""What a channel is handed, and how it says that it could not be told."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from controller.loop.facts import Fact


@dataclass(frozen=True, slots=True)
class Place:
    """Where a service is, in AWS and in Git. ``synced``: whether it stood as ``commit`` says when that was noticed."""

    region: str
    cluster: str
    service: str
    branch: str = ""
    commit: str = ""
    synced: bool = False


@dataclass(frozen=True, slots=True)
class Telling:
    """One fact, to be told once. ``id`` is its name for ever, ``page`` the address where one may read on."""

    id: str
    fact: Fact
    place: Place | None = None
    page: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. Its address and headers may hold secrets, so neither is printed."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False, default=b"")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: headers by their names in small letters, the body cut to a bound."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""


class Later(Exception):
    """It was not taken, or nobody knows: to be tried again, after so many seconds if the receiver named them."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after = after


class Refused(Exception):
    """It will never be taken as it is: to try again would be the same for ever."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
