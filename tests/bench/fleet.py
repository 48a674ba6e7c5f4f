"""A repository that describes so many services, and the same services in a world."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from git import Actor, Repo

from controller.git_access import git_source
from controller.settings import Settings
from controller.source.git import GitSource
from controller.source.rendering import Render, render_in_process
from controller.source.repository import Repository
from controller.source.snapshot import Snapshot
from reconcilers.model import Service
from sandbox.blueprints.parts import behind, by, define, listener, load_balancer, service, target_group
from sandbox.blueprints.plans import BlueGreen, Workload
from sandbox.world.world import World

CHART = Path(__file__).parents[2] / "charts" / "notes-app"
CLUSTER = "fleet"
CONTAINERS = ("proxy", "frontend", "backend")
FIRST = "3f2a1bc"
_ADA = Actor("Ada Operator", "ada@example.com")
_MANIFEST = """\
apiVersion: trueup/v1
kind: Service
metadata: {{name: notes, environment: {environment}}}
spec:
  cluster: {cluster}
  service: {service}
  region: eu-west-1
  chart: charts/notes-app
  values: {{dbHost: notes.internal}}
  images: {{proxy: {tag}, frontend: {tag}, backend: {tag}}}
  rollout:
    codeDeploy: {{application: {application}, deploymentGroup: {application}-dg}}
  serviceDefinition: {{desiredCount: 2, healthCheckGracePeriodSeconds: 60}}
"""


class Fleet:
    """A Git repository with one manifest for each service; all of them use one chart."""

    def __init__(self, folder: Path, size: int, *, apart: bool = False) -> None:
        """Lay it out in ``folder``. ``apart``: each service in a cluster of its own, as the blueprints build them."""
        self._tree = folder
        self._apart = apart
        self.size = size
        self._repo = Repo.init(folder, initial_branch="main")
        self.url = folder.as_uri()
        chart = {f"charts/notes-app/{each.name}": each.read_text("utf-8") for each in CHART.iterdir()}
        self._commit(chart | {_path(number): self._manifest(number, FIRST) for number in range(size)})

    def bump(self, number: int, tag: str) -> None:
        """Commit another tag of one service's images."""
        self.bump_all(range(number, number + 1), tag)

    def bump_all(self, numbers: Iterable[int], tag: str) -> None:
        """Commit another tag of the images of several services at once."""
        self._commit({_path(number): self._manifest(number, tag) for number in numbers})

    def environment(self, number: int) -> str:
        """In which environment the service of this number is."""
        return plan_of(number).environment

    def close(self) -> None:
        self._repo.close()

    def _manifest(self, number: int, tag: str) -> str:
        plan = plan_of(number)
        cluster = plan.prefix if self._apart else CLUSTER
        return _MANIFEST.format(
            environment=plan.environment, cluster=cluster, service=plan.name, application=plan.prefix, tag=tag
        )

    def _commit(self, files: Mapping[str, str]) -> None:
        for path, text in files.items():
            (self._tree / path).parent.mkdir(parents=True, exist_ok=True)
            (self._tree / path).write_text(text, "utf-8")
        self._repo.git.add("--all")
        self._repo.index.commit("Say what should run", author=_ADA, committer=_ADA)


@contextmanager
def fleet_of(size: int, *, apart: bool = False) -> Iterator[Fleet]:
    """A fleet in a folder that is gone afterwards."""
    with TemporaryDirectory(prefix="trueup-bench-") as folder:
        fleet = Fleet(Path(folder), size, apart=apart)
        try:
            yield fleet
        finally:
            fleet.close()


def plan_of(number: int, workload: Workload | None = None) -> BlueGreen:
    """How the service of this number is called, and what it is made of."""
    return BlueGreen(f"notes-{number:04d}", f"e{number:04d}", workload or Workload())


def source_of(url: str, folder: Path) -> GitSource:
    """The reader of a fleet's repository, as the daemon makes it."""
    return git_source(Settings(repository=url, git_allow=frozenset({"file"}), state_dir=folder))


def compiled(url: str, render: Render | None = None) -> Snapshot:
    """What a fleet's repository says, every service of it sound. Rendered in this process unless told otherwise."""
    with TemporaryDirectory(prefix="trueup-bench-") as folder:
        repository = Repository(source_of(url, Path(folder)), "desired", render or render_in_process)
        try:
            snapshot = repository.poll(None)
        finally:
            repository.close()
    if snapshot is None or snapshot.errors:
        raise RuntimeError(f"The fleet's repository is not sound: {snapshot and snapshot.errors[:3]}")
    return snapshot


def build(world: World, snapshot: Snapshot) -> None:
    """The services of a fleet in one cluster, running what Git says, and behind a load balancer each."""
    call = by(world, None)
    call("ecs", "CreateCluster", {"clusterName": CLUSTER})
    for wanted in snapshot.services.values():
        workload = workload_of(wanted)
        definition = define(call, wanted.family, workload)
        balancer = load_balancer(call, wanted.name)
        group = target_group(call, wanted.name, workload.port, (30, 3))
        listener(call, balancer, 80, group)
        request = service(CLUSTER, wanted.name, workload, definition) | behind(group, workload)
        controlled = {"deploymentController": {"type": "CODE_DEPLOY"}, "healthCheckGracePeriodSeconds": 60}
        call("ecs", "CreateService", request | controlled)


def workload_of(wanted: Service) -> Workload:
    """What a blueprint makes a service of that runs what Git says."""
    return Workload(container="proxy", port=80, task_definition=wanted.task_definition)


def _path(number: int) -> str:
    return f"desired/{plan_of(number).environment}/notes.yaml"
