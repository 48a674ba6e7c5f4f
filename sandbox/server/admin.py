"""The door for whoever runs the sandbox, under a path that AWS does not have."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from sandbox.answering import Answering
from sandbox.server.permissions.guard import Guard
from sandbox.server.tally import Tally
from sandbox.wire.messages import Request, Response
from sandbox.world.calls import Caller
from sandbox.world.ecr import Scan
from sandbox.world.traffic import Behaviour

PREFIX = "/_sandbox/"


class Admin:
    """Counts, clock and behaviours, as JSON. Errors are ``{"error": "what is wrong, and what to send"}``."""

    def __init__(self, world: Answering, calls: Tally, guard: Guard, traffic: Callable[[], Any] | None = None) -> None:
        self._world = world
        self._guard = guard
        self._traffic = traffic
        self._calls = calls
        self._routes: Mapping[tuple[str, str], Callable[[Request], Any]] = {
            ("GET", "calls"): self._counts,
            ("DELETE", "calls"): self._reset,
            ("GET", "refused"): self._denied,
            ("GET", "clock"): self._clock,
            ("GET", "traffic"): self._touched,
            ("POST", "behaviours"): self._behave,
            ("POST", "images"): self._declare,
        }

    def handle(self, request: Request) -> Response:
        """The response; 404 for a path that is not there, 400 for a body that makes no sense."""
        route = self._routes.get((request.method, request.path.removeprefix(PREFIX)))
        if route is None:
            known = ", ".join(f"{method} {PREFIX}{name}" for method, name in self._routes)
            return _json({"error": f"There is no {request.method} {request.path}. There are: {known}."}, 404)
        try:
            return _json(route(request), 200)
        except ValueError as error:
            return _json({"error": str(error)}, 400)

    def _counts(self, _: Request) -> dict[str, dict[str, int]]:
        nested: dict[str, dict[str, int]] = {}
        for (service, operation), count in sorted(self._calls.counts().items()):
            nested.setdefault(service, {})[operation] = count
        return nested

    def _reset(self, _: Request) -> dict[str, Any]:
        self._calls.clear()
        return {}

    def _denied(self, _: Request) -> list[dict[str, str]]:
        return [dict(zip(("principal", "action", "resource"), each, strict=True)) for each in self._guard.refused]

    def _clock(self, _: Request) -> dict[str, float]:
        return {"now": self._world.clock.now(), "speed": self._world.timeline.speed}

    def _touched(self, _: Request) -> Any:
        return {"on": False} if self._traffic is None else self._traffic()

    def _behave(self, request: Request) -> dict[str, Any]:
        said = Behave.model_validate_json(request.body)
        behaviour = Behaviour(starts=said.starts, healthy=said.healthy, error_rate=said.error_rate)
        self._world.place(said.account, said.region).traffic.behave(said.pattern, behaviour)
        return {}

    def _declare(self, request: Request) -> dict[str, Any]:
        said = Declare.model_validate_json(request.body)
        scan = None if said.findings is None else Scan(said.findings)
        ecr = self._world.place(said.account, said.region).ecr
        return {"digest": ecr.declare(said.image, digest=said.digest, scan=scan)}


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=to_camel)

    account: str = Field(default=Caller().account, pattern=r"^\d{12}$")
    region: str = Caller().region


class Behave(_Said):
    """What a POST to behaviours says: of images that match ``pattern``, what they do from now on."""

    pattern: str = Field(min_length=1)
    starts: bool = True
    healthy: bool = True
    error_rate: float = Field(default=0.0, ge=0, le=1)


class Declare(_Said):
    """What a POST to images says: that ``repository:tag`` is there, and what its scan found, by severity."""

    image: str
    digest: str | None = Field(default=None, pattern="^sha256:[0-9a-f]{64}$")
    findings: dict[str, int] | None = None


def _json(value: Any, status: int) -> Response:
    return Response(status, json.dumps(value).encode() + b"\n", (("Content-Type", "application/json"),))
