"""An AWS of any number of services that are alike: ``python -m tests.bench.copies REPOSITORY TAG``.

The sandbox builds one of them. What it answers about that one, it answers about each, under each one's number, straight
from what it said before: a fleet of 10,000 takes no longer to stand there than a fleet of one. What changes something
is answered and forgotten, but for one thing: a service is deployed once, and refused as AWS refuses it the second time.
"""

import json
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Lock, Thread
from typing import Any

from controller.source.rendering import ChildRenderer
from controller.source.snapshot import Snapshot
from sandbox.clock import ManualClock
from sandbox.server.front import Front
from sandbox.server.http import Listener
from sandbox.wire.messages import Request, Response
from sandbox.world.world import World
from tests.bench.aws import MINUTES, child, deployable
from tests.bench.fleet import compiled, fleet_of

# As ``plan_of`` calls them, also where a form quotes what stands before.
_NUMBERED = re.compile(rb"(?:(?<![0-9A-Za-z])|(?<=%[0-9A-F]{2}))(e|notes-)(\d{4})(?![0-9A-Za-z])")
_JSON = (("Content-Type", "application/x-amz-json-1.1"),)
_ONE = b"0000"


@contextmanager
def copies_of(tag: str) -> Iterator[str]:
    """The URL of an AWS in which a fleet runs what its first commit says; the images of ``tag`` are there besides."""
    with child("tests.bench.copies", tag) as url:
        yield url


class Copies:
    """Answers about a service of any number what ``front`` answers about the one that it knows, whose number is 0."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._said: dict[tuple[str, bytes], Response] = {}
        self._deployed: set[str] = set()
        self._lock = Lock()

    def handle(self, request: Request) -> Response:
        """The response, as AWS would give it."""
        match request.headers.get("x-amz-target", "").rpartition(".")[2]:
            case "DescribeServices":
                return self._services(request)
            case "RegisterTaskDefinition":
                return _registered(json.loads(request.body))
            case "CreateDeployment":
                return self._created(json.loads(request.body))
            case _:
                return self._copy(request)

    def _copy(self, request: Request) -> Response:
        found = _NUMBERED.search(request.body)
        said = self._of_one(replace(request, body=_NUMBERED.sub(rb"\g<1>" + _ONE, request.body)))
        return said if found is None else replace(said, body=_renumbered(said.body, found[2]))

    def _of_one(self, request: Request) -> Response:
        asked = (request.headers.get("x-amz-target", ""), request.body)
        with self._lock:
            if asked not in self._said:
                self._said[asked] = self._front.handle(request)
            return self._said[asked]

    def _services(self, request: Request) -> Response:
        asked = json.loads(request.body)
        one = json.dumps({**asked, "services": asked["services"][:1]}).encode()
        said = json.loads(self._of_one(replace(request, body=_NUMBERED.sub(rb"\g<1>" + _ONE, one))).body)
        first = json.dumps(said["services"][0]).encode()
        numbers = (_NUMBERED.search(name.encode()) for name in asked["services"])
        found = b",".join(_renumbered(first, number[2]) for number in numbers if number)
        return Response(200, b'{"services":[' + found + b'],"failures":[]}', _JSON)

    def _created(self, asked: dict[str, Any]) -> Response:
        group = str(asked["deploymentGroupName"])
        with self._lock:
            if group in self._deployed:
                said = {"__type": "DeploymentLimitExceededException", "message": f"{group} is deployed already."}
                return Response(400, json.dumps(said).encode(), _JSON)
            self._deployed.add(group)
            number = len(self._deployed)
        return _ok({"deploymentId": f"d-{number:09d}"})


def _renumbered(body: bytes, number: bytes) -> bytes:
    return _NUMBERED.sub(rb"\g<1>" + number, body)


def _registered(asked: dict[str, Any]) -> Response:
    arn = f"arn:aws:ecs:eu-west-1:123456789012:task-definition/{asked['family']}:2"
    tags = asked.pop("tags", [])
    return _ok({"taskDefinition": {**asked, "taskDefinitionArn": arn, "revision": 2, "status": "ACTIVE"}, "tags": tags})


def _ok(said: dict[str, Any]) -> Response:
    return Response(200, json.dumps(said).encode(), _JSON)


def _first() -> Snapshot:
    with fleet_of(1) as fleet:
        return compiled(fleet.url, ChildRenderer())


def _serve(tag: str) -> None:
    clock = ManualClock(time.time() - MINUTES)
    world = World(clock)
    deployable(world, _first(), (tag,))
    clock.advance(MINUTES)
    world.run()
    listener = Listener(("127.0.0.1", 0), Copies(Front(world)).handle)
    Thread(target=listener.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{listener.server_port}", flush=True)  # noqa: T201 - read by whoever started this process
    sys.stdin.read()
    listener.shutdown()
    listener.server_close()


if __name__ == "__main__":
    _serve(sys.argv[1])
