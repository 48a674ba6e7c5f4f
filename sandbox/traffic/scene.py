"""What the world's load balancers look like at one moment: what the proxy, its tasks and its visitors are told.

A scene crosses from the sandbox's process to the one beside it as JSON.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Member:
    """A target: the task behind an address, and how it answers.

    ``key``: address and port in the world; ``serving``: whether its load balancer sends it requests; ``silent``: its
    images answer nothing; ``error_rate``: the share of requests that it fails; ``images``: tags by container.
    """

    key: str
    serving: bool
    silent: bool
    error_rate: float
    service: str
    task: str
    version: str
    images: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Pool:
    """A target group: ``id`` names it in files and counters, ``colour`` is the one in its name, if there is one."""

    id: str
    arn: str
    name: str
    colour: str
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """An action of a listener: ``shares`` by pool (0 to 999, of whatever sum), or a fixed answer.

    ``conditions``: a rule's, as field and values; none for the listener's default action.
    """

    conditions: tuple[tuple[str, tuple[str, ...]], ...] = ()
    shares: tuple[tuple[str, int], ...] = ()
    status: int | None = None
    body: str = ""


@dataclass(frozen=True, slots=True)
class Gate:
    """A listener. ``visits``: how many requests a second the sandbox's own visitors make; ``routes`` in order."""

    id: str
    arn: str
    name: str
    production: bool
    visits: float
    routes: tuple[Route, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """All of it."""

    gates: tuple[Gate, ...] = ()
    pools: tuple[Pool, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def scene_from(told: dict[str, Any]) -> Scene:
    """The scene of ``Scene.to_json`` after JSON has made lists of its tuples."""
    return Scene(
        tuple(_gate(each) for each in told["gates"]),
        tuple(Pool(**{**each, "members": tuple(_member(one) for one in each["members"])}) for each in told["pools"]),
    )


def _gate(told: dict[str, Any]) -> Gate:
    return Gate(**{**told, "routes": tuple(_route(each) for each in told["routes"])})


def _route(told: dict[str, Any]) -> Route:
    conditions = tuple((field, tuple(values)) for field, values in told["conditions"])
    shares = tuple((pool, weight) for pool, weight in told["shares"])
    return Route(conditions, shares, told["status"], told["body"])


def _member(told: dict[str, Any]) -> Member:
    return Member(**{**told, "images": tuple((name, tag) for name, tag in told["images"])})
