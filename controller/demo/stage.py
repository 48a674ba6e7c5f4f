"""What the story happens on: an AWS in which the services of ``desired/`` run already, a repository, a daemon."""

import json
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from controller.bundle import bundled
from controller.demo.building import build, entry
from controller.demo.daemon import DaemonProcess
from controller.demo.repository import DemoRepository
from controller.demo.somebody import Somebody
from controller.demo.visitors import Visitors
from controller.demo.witness import Names, Witness
from controller.permissions.documents import documents
from controller.permissions.needed import Using, needed
from controller.source.git import GitSource
from controller.source.remote import GitSettings
from controller.source.repository import Repository
from controller.web.views import ServiceView
from reconcilers.model import Service, ServiceKey
from sandbox.blueprints import BlueGreen
from sandbox.clock import HostClock
from sandbox.server import Server, serve
from sandbox.traffic import Traffic, TrafficError, alarm_threshold, gate_id, real_traffic
from sandbox.world.world import World

MANIFEST = "desired/prod/notes-app.yaml"
KEY = ServiceKey("prod", "notes-app")
REGION = "eu-west-1"
MODEL_THRESHOLD = BlueGreen().alarm_threshold
MUTATIONS = frozenset({"RegisterTaskDefinition", "CreateDeployment", "UpdateService", "StopDeployment", "TagResource"})


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything an act needs.

    ``grace``: the health check grace period that Git declares, in seconds; ``clusters``: how many a sweep reads;
    ``visitors``: who asks production through a real proxy all the time, or why there is none (``untouchable``).
    """

    server: Server
    repository: DemoRepository
    daemon: DaemonProcess
    witness: Witness
    somebody: Somebody
    wanted: Service
    grace: int
    clusters: int
    visitors: Visitors | None = None
    untouchable: str = ""
    started: float = field(default_factory=time.monotonic)

    def told(self, service: tuple[str, str]) -> ServiceView:
        """What the daemon says of a service."""
        return self.daemon.api.service(*service)

    def tags(self) -> dict[str, str]:
        """The images that the manifest sets, by container, as Git has them now."""
        block = self.repository.read(MANIFEST).partition("\n  images:")[2]
        lines = [line.split("#")[0].split(":", 1) for line in block.splitlines()[1:]]
        tags: dict[str, str] = {}
        for name, *tag in lines:
            if not name.startswith("    ") or not tag:
                break
            tags[name.strip()] = tag[0].strip()
        return tags

    def push_images(self, tag: str) -> None:
        """Let CI have built and pushed every image of the application under ``tag``."""
        images = {each["name"]: each["image"] for each in self.wanted.task_definition["containerDefinitions"]}
        for container in self.tags():
            push_image(self.server.url, f"{images[container].rpartition(':')[0]}:{tag}")

    def mutations(self) -> int:
        """How many calls that change anything arrived at the sandbox's door."""
        return sum(count for name, count in self._calls().items() if name in MUTATIONS)

    def refused(self) -> list[str]:
        """What the daemon asked for and its policy does not allow."""
        return [f"{each['action']} on {each['resource']}" for each in _admin(self.server.url, "refused")]

    def sweeps(self) -> int:
        """How many times, at least, the daemon has looked at all clusters."""
        return self._calls().get("DescribeServices", 0) // self.clusters

    def _calls(self) -> Mapping[str, int]:
        counts = _admin(self.server.url, "calls")
        return {operation: count for service in counts.values() for operation, count in service.items()}


@contextmanager
def staged(
    speed: float, *, touchable: bool = False, settings: Mapping[str, str] | None = None, world: World | None = None
) -> Iterator[Stage]:
    """Build it all, and take it down again; nothing is left behind. ``touchable``: with real traffic, if it can be.

    ``settings``: the daemon's, as environment variables, beside those that the story needs. ``world``: an empty AWS of
    that speed to build it in, where the usual one does not do.
    """
    with ExitStack() as exits:
        folder = Path(exits.enter_context(TemporaryDirectory(prefix="trueup-demo-")))
        world = world or World(HostClock(), speed=speed)
        traffic, untouchable = _traffic(exits, world) if touchable else (None, "")
        repository = DemoRepository(folder, (bundled("charts"), bundled("desired")))
        exits.callback(repository.close)
        services = _compiled(repository.url, folder)
        policies = {"trueup": _least(services, told="TRUEUP_NOTIFICATIONS" in (settings or {}))}
        server = exits.enter_context(serve(world, traffic=traffic.told if traffic else None, policies=policies))
        built = build(world, services, alarm_threshold(speed) if traffic else MODEL_THRESHOLD)[KEY]
        wanted = services[KEY]
        daemon = DaemonProcess(folder, repository.url, server.url, settings or {})
        exits.callback(daemon.stop)
        names = Names(
            built.cluster,
            built.service,
            built.application,
            built.deployment_group,
            built.production_listener_arn,
            built.alarms,
        )
        yield Stage(
            server=server,
            repository=repository,
            daemon=daemon,
            witness=Witness(server.url, REGION, names),
            somebody=Somebody(server.url, REGION, names, entry(wanted)),
            wanted=wanted,
            grace=int(wanted.service_definition["healthCheckGracePeriodSeconds"]),
            clusters=len({service.cluster for service in services.values()}),
            visitors=Visitors(traffic, gate_id(built.production_listener_arn)) if traffic else None,
            untouchable=untouchable,
        )


def _traffic(exits: ExitStack, world: World) -> tuple[Traffic | None, str]:
    """Real traffic, or why it is not to be had: the story goes on with the sandbox's model of it."""
    try:
        return exits.enter_context(real_traffic(world)), ""
    except (TrafficError, OSError) as error:
        return None, str(error)


def push_image(endpoint: str, reference: str) -> None:
    """Let an image be in the sandbox's ECR."""
    _admin(endpoint, "images", {"image": reference.partition("/")[2]})


def _compiled(url: str, folder: Path) -> Mapping[ServiceKey, Service]:
    source = Repository(GitSource(GitSettings(url, allow=frozenset({"file"})), folder / "first"), "desired")
    try:
        snapshot = source.poll(None)
    finally:
        source.close()
    if snapshot is None or KEY not in snapshot.services:
        problems = "\n".join(str(each) for each in (snapshot.problems if snapshot else ()))
        raise RuntimeError(f"The demo's own repository does not describe {KEY}.\n{problems}")
    return snapshot.services


def _least(services: Mapping[ServiceKey, Service], *, told: bool) -> list[dict[str, Any]]:
    """The daemon's policy, as ``trueup iam-policy`` writes it: the story runs with nothing else allowed."""
    statements = needed(services.values(), Using(notifications=told))
    return [document for each in statements.values() for document in documents(each)]


def _admin(endpoint: str, path: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{endpoint}/_sandbox/{path}", data=data)  # noqa: S310 - our own server
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return json.loads(answer.read() or b"null")
