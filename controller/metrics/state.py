"""What is true at the moment of a scrape, read from the board: a service that left Git leaves no series behind."""

import re
from collections import Counter as Tally
from collections.abc import Callable, Iterator
from importlib.metadata import version

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from controller.loop import words
from controller.loop.board import Board
from controller.loop.events import Result
from controller.loop.loop import Key
from controller.loop.queue import WorkQueue
from controller.loop.status import ServiceStatus
from reconcilers.model import ServiceKey
from reconcilers.outcome import Blocked, Health, Held, Progressing, Sync

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}$")


class State(Collector):
    """What is true at the moment of a scrape."""

    def __init__(
        self,
        board: Board,
        queue: WorkQueue[Key],
        now: Callable[[], float],
        tallied: Callable[[ServiceKey, Result], int],
    ) -> None:
        self._board = board
        self._queue = queue
        self._now = now
        self._tallied = tallied

    def collect(self) -> Iterator[Metric]:
        services = self._board.services()
        yield from self._whole(services)
        yield from _states(services, self._now())
        yield from _drift(services, self._now())
        yield from _obstacles(services)
        yield self._rollouts(services)
        yield _traffic(services)

    def _whole(self, services: tuple[ServiceStatus, ...]) -> Iterator[Metric]:
        states = Tally((status.sync, status.health) for status in services)
        count = GaugeMetricFamily("trueup_services", "Services by sync and health state.", labels=["sync", "health"])
        for sync in Sync:
            for health in Health:
                count.add_metric([sync, health], states[sync, health])
        yield count
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
        age = GaugeMetricFamily("trueup_git_snapshot_age_seconds", "Time since Git last answered well.")
        if source.good_at is not None:
            age.add_metric([], max(0.0, self._now() - source.good_at))
        yield age
        commit = GaugeMetricFamily("trueup_git_commit_timestamp_seconds", "When the newest commit was made.")
        stale = GaugeMetricFamily("trueup_git_stale_services", "Services in force as an earlier commit had them.")
        if snapshot is not None:
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
                rollouts.add_metric([*_names(status), result], self._tallied(status.wanted.key, result))
        return rollouts


def _states(services: tuple[ServiceStatus, ...], now: float) -> Iterator[Metric]:
    info = GaugeMetricFamily(
        "trueup_service_info",
        "1 for the state a service is in.",
        labels=["environment", "service", "sync", "health", "outcome"],
    )
    age = GaugeMetricFamily(
        "trueup_service_failing_age_seconds",
        "For how long AWS has not answered for a service; 0 where it does.",
        labels=["environment", "service"],
    )
    for status in services:
        info.add_metric([*_names(status), status.sync, status.health, words.kind(status.outcome)], 1)
        since = now if status.failing_since is None else status.failing_since
        age.add_metric(_names(status), max(0.0, now - since))
    yield info
    yield age


def _drift(services: tuple[ServiceStatus, ...], now: float) -> Iterator[Metric]:
    fields = GaugeMetricFamily(
        "trueup_service_drift_fields",
        "Fields that differ from what Git last shipped.",
        labels=["environment", "service"],
    )
    age = GaugeMetricFamily(
        "trueup_service_drift_age_seconds",
        "How long the oldest drift has been seen.",
        labels=["environment", "service"],
    )
    for status in services:
        fields.add_metric(_names(status), len(status.drift_since))
        since = min(status.drift_since.values(), default=now)
        age.add_metric(_names(status), max(0.0, now - since))
    yield fields
    yield age


def _obstacles(services: tuple[ServiceStatus, ...]) -> Iterator[Metric]:
    labels = ["environment", "service", "reason"]
    held = GaugeMetricFamily("trueup_service_held_info", "1 where a release is held, with AWS's code.", labels=labels)
    blocked = GaugeMetricFamily("trueup_service_blocked_info", "1 where something stands in the way.", labels=labels)
    for status in services:
        if isinstance(status.outcome, Held):
            held.add_metric([*_names(status), _bounded(words.reason(status.outcome))], 1)
        elif isinstance(status.outcome, Blocked):
            blocked.add_metric([*_names(status), _bounded(words.reason(status.outcome))], 1)
    yield held
    yield blocked


def _traffic(services: tuple[ServiceStatus, ...]) -> Metric:
    share = GaugeMetricFamily(
        "trueup_rollout_traffic_ratio", "The new version's share of production.", labels=["environment", "service"]
    )
    for status in services:
        if isinstance(status.outcome, Progressing) and status.outcome.progress is not None:
            share.add_metric(_names(status), status.outcome.progress.traffic / 100)
    return share


def _bounded(code: str) -> str:
    """AWS's code as a label: one of its words, and not a sentence where it gives one."""
    return code if _CODE.match(code) else "other"


def _names(status: ServiceStatus) -> list[str]:
    return [status.wanted.key.environment, status.wanted.key.name]
