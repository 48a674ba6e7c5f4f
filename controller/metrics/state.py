"""What is true at the moment of a scrape, read from the board: a service that left Git leaves no series behind."""

from collections import Counter as Tally
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from controller.loop.board import Board, cluster_of
from controller.loop.events import Result
from controller.loop.keys import Key
from controller.loop.queue import WorkQueue
from controller.loop.status import ServiceStatus
from controller.metrics.services import of_services
from reconcilers.model import Cluster, ServiceKey
from reconcilers.outcome import Health, Sync


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted elsewhere and is shown here: rollouts by result, and when a cluster was last swept."""

    rollouts: Callable[[ServiceKey, Result], int]
    swept_at: Callable[[Cluster], float | None]


class State(Collector):
    """What is true at the moment of a scrape."""

    def __init__(
        self,
        board: Board,
        queue: WorkQueue[Key],
        now: Callable[[], float],
        counts: Counts,
    ) -> None:
        self._board = board
        self._queue = queue
        self._now = now
        self._counts = counts
        self._began = now()

    def collect(self) -> Iterator[Metric]:
        services = tuple(each for each in self._board.services() if each.kept_by is None)  # the rest another counts
        yield from self._whole(services)
        yield from of_services(services, self._now())
        yield self._rollouts(services)
        yield self._sweeps(services)

    def _whole(self, services: tuple[ServiceStatus, ...]) -> Iterator[Metric]:
        states = Tally((status.sync, status.health) for status in services)
        count = GaugeMetricFamily("trueup_services", "Services by sync and health state.", labels=["sync", "health"])
        for sync in Sync:
            for health in Health:
                count.add_metric([sync, health], states[sync, health])
        yield count
        busy = GaugeMetricFamily("trueup_busy_workers", "Workers that have a key in hand.")
        busy.add_metric([], self._queue.in_hand())
        yield busy
        depth = GaugeMetricFamily("trueup_queue_depth_keys", "Keys that are ready and wait for a worker.")
        depth.add_metric([], self._queue.depth())
        yield depth
        oldest = GaugeMetricFamily(
            "trueup_queue_oldest_age_seconds", "How long the longest-waiting ready key has waited."
        )
        oldest.add_metric([], self._queue.oldest())
        yield oldest
        yield from self._source()
        info = GaugeMetricFamily("trueup_build_info", "The version that runs.", labels=["version"])
        info.add_metric([version("trueup")], 1)
        yield info

    def _source(self) -> Iterator[Metric]:
        source, snapshot = self._board.source, self._board.snapshot
        age = GaugeMetricFamily(
            "trueup_git_snapshot_age_seconds", "Time since Git last answered well; from the start where it never did."
        )
        since = source.good_at if source.good_at is not None else self._began
        age.add_metric([], max(0.0, self._now() - since))
        yield age
        commit = GaugeMetricFamily("trueup_git_commit_timestamp_seconds", "When the newest commit was made.")
        stale = GaugeMetricFamily("trueup_git_stale_services", "Services in force as an earlier commit had them.")
        if snapshot is not None and snapshot.revision.committed_at is not None:
            commit.add_metric([], snapshot.revision.committed_at)
        stale.add_metric([], len(snapshot.stale) if snapshot else 0)
        yield commit
        yield stale
        problems = GaugeMetricFamily("trueup_git_problems", "Problems of the newest commit.", labels=["severity"])
        found = Tally(problem.severity for problem in (snapshot.problems if snapshot else ()))
        for severity in ("error", "warning"):
            problems.add_metric([severity], found[severity])
        yield problems

    def _rollouts(self, services: tuple[ServiceStatus, ...]) -> Metric:
        rollouts = CounterMetricFamily(
            "trueup_rollouts", "Rollouts that ended, by result.", labels=["environment", "service", "result"]
        )
        for status in services:
            for result in Result:
                key = status.wanted.key
                rollouts.add_metric([key.environment, key.name, result], self._counts.rollouts(key, result))
        return rollouts

    def _sweeps(self, services: tuple[ServiceStatus, ...]) -> Metric:
        age = GaugeMetricFamily(
            "trueup_sweep_age_seconds",
            "How long ago a cluster was last looked at as a whole; from the start where it was not yet.",
            labels=["region", "cluster"],
        )
        for cluster in dict.fromkeys(cluster_of(status) for status in services):
            at = self._counts.swept_at(cluster)
            since = at if at is not None else self._began
            age.add_metric([cluster.scope.region, cluster.name.rpartition("/")[2]], max(0.0, self._now() - since))
        return age
