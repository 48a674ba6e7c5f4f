"""Replicas as processes, and a fleet of one small service in each region for them to share."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from sandbox.blueprints.plans import Rolling
from sandbox.world.calls import Caller
from tests.controller.daemons import DaemonProcess, until
from tests.controller.source.repository import Repository
from tests.replicas.aws import Stand, stand

REGIONS = ("eu-west-1", "eu-west-2", "eu-north-1", "us-east-1", "us-west-2", "ap-south-1")
LONG = 90.0  # seconds: the machine may be busy
IMAGE = "public.ecr.aws/docker/library/nginx"

MANIFEST = """\
apiVersion: trueup/v1
kind: Service
metadata: {{name: web-{region}, environment: prod}}
spec:
  cluster: prod-web-{region}
  service: web-{region}
  region: {region}
  taskDefinition: web-{region}.json
  images: {{web: "{tag}"}}
  rollout: {{ecs: {{strategy: ROLLING}}}}
"""


def files(tag: str, regions: tuple[str, ...]) -> dict[str, str]:
    """What Git says: this tag everywhere."""
    found: dict[str, str] = {}
    for each in regions:
        definition = Rolling().workload.request(f"web-{each}")
        found[f"desired/prod/web-{each}.yaml"] = MANIFEST.format(region=each, tag=tag)
        found[f"desired/prod/web-{each}.json"] = json.dumps(definition)
    return found


class Fleet:
    """A stand, a repository, and as many replicas as were started."""

    def __init__(self, aws: Stand, folder: Path, regions: tuple[str, ...], ttl: float) -> None:
        self.aws = aws
        self.regions = regions
        self.ttl = ttl
        self.repository = Repository(folder / "gitops.git")
        self.repository.commit(files("1.27", regions))
        self.replicas: dict[str, DaemonProcess] = {}
        self._folder = folder
        self._stack = ExitStack()

    def start(self, *names: str, **settings: str) -> None:
        """More replicas; ``name`` is the access key that each is known by."""
        for name in names:
            folder = self._folder / name
            folder.mkdir()
            environment = {**self.aws.environment, "AWS_ACCESS_KEY_ID": name}
            process = DaemonProcess(
                folder,
                environment,
                repository=self.repository.path.as_uri(),
                lease_table=self.aws.table.name,
                lease_ttl=f"{self.ttl:g}",
                workers="2",
                cloudtrail="off",
                **settings,
            )
            self.replicas[name] = self._stack.enter_context(process)

    def commit(self, tag: str) -> None:
        self.repository.commit(files(tag, self.regions))

    def ask(self, name: str) -> dict[str, Any]:
        """What a replica says of how the fleet is shared."""
        answer: dict[str, Any] = json.loads(self.replicas[name].asks("/api/v1/replicas")[1])
        return answer

    def kept(self) -> dict[str, str]:
        """By region the id of the replica whose shard it is, of those that have a row."""
        table = self.aws.read()
        return {shard.region: each.holder for shard, each in table.holdings.items() if each.holder in table.replicas}

    def id_of(self, name: str) -> str:
        return str(self.ask(name)["me"])

    def until_shared(self, among: int) -> None:
        """Wait until so many replicas keep everything, level."""
        until(f"{among} replicas to keep {len(self.regions)} shards", lambda: self._shared(among), LONG)

    def _shared(self, among: int) -> bool:
        kept = list(self.kept().values())
        loads = [kept.count(each) for each in set(kept)]
        level = max(loads, default=0) - min(loads, default=0) <= 1
        return len(kept) == len(self.regions) and len(loads) == min(among, len(self.regions)) and level

    def runs(self, region: str) -> str:
        """The tag that a region's service has settled on; empty while it is under way."""
        call, caller = self.aws.world.call, Caller(region=region)
        asked = {"cluster": f"prod-web-{region}", "services": [f"web-{region}"]}
        service = call("ecs", "DescribeServices", asked, caller)["services"][0]
        if len(service["deployments"]) > 1:
            return ""
        named = {"taskDefinition": service["taskDefinition"]}
        found = call("ecs", "DescribeTaskDefinition", named, caller)["taskDefinition"]
        return str(found["containerDefinitions"][0]["image"].rpartition(":")[2])

    def until_runs(self, tag: str) -> None:
        until(f"{tag} to run everywhere", lambda: all(self.runs(each) == tag for each in self.regions), LONG)

    def pause(self, name: str) -> None:
        self.replicas[name].process.send_signal(signal.SIGSTOP)

    def go_on(self, name: str) -> None:
        self.replicas[name].process.send_signal(signal.SIGCONT)

    def kill(self, name: str) -> None:
        self.replicas[name].process.kill()

    def close(self) -> None:
        for each in self.replicas.values():
            if each.process.poll() is None:
                os.kill(each.process.pid, signal.SIGCONT)
        self._stack.close()


@contextmanager
def fleet(implementation: str, folder: Path, regions: tuple[str, ...] = REGIONS, ttl: float = 6.0) -> Iterator[Fleet]:
    """A fleet that runs 1.27 and wants it, and no replica yet. ``ttl``: shorter than usual, for who waits for it."""
    with stand(implementation, folder, regions) as aws:
        made = Fleet(aws, folder, regions, ttl)
        try:
            yield made
        finally:
            made.close()
