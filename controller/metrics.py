"""Numbers about all of it, for Prometheus.

What is true now is read from the board at the moment of a scrape, so a service that left Git leaves no series behind.
What happened is counted as it happens. Labels are bounded: services, and closed sets of words.
"""

import re
import threading
from collections import Counter as Tally
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from controller.loop import words
from controller.loop.board import Board, Told
from controller.loop.events import DriftGone, Result, RolloutEnded
from controller.loop.loop import Key, Swept
from controller.loop.queue import WorkQueue
from controller.loop.status import ServiceStatus
from controller.source.git_errors import Reason
from reconcilers.aws.session import Call
from reconcilers.model import ServiceKey
from reconcilers.outcome import Blocked, Health, Held, Progressing, Sync

MINUTES = (30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 14400, 86400)
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}$")
SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """The registry and what is counted into it. An observer of the loop, and of every AWS call."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a third of all series, of no use to anybody
        self.registry = CollectorRegistry()
        self._rollouts: Tally[tuple[ServiceKey, Result]] = Tally()
        self._lock = threading.Lock()
        ProcessCollector(registry=self.registry)
        self._rollout_seconds = self._histogram(
            "rollout_duration_seconds",
            "From a deployment's creation until production moved or will not.",
            ["result"],
            MINUTES,
        )
        self._lead = self._histogram("commit_to_live_seconds", "From a commit until it serves production.", [], MINUTES)
        self._heal = self._histogram("drift_duration_seconds", "How long drift lasted until it was gone.", [], MINUTES)
        self._reconcile = self._histogram(
            "reconcile_duration_seconds", "One look at one service.", ["outcome"], SECONDS
        )
        self._sweep = self._histogram("sweep_duration_seconds", "One look at all services of a cluster.", [], SECONDS)
        self._poll = self._histogram("git_poll_duration_seconds", "One look at the repository.", [], SECONDS)
        self._polls = self._counter("git_polls", "Looks at the repository.", ["result"])
        self._sweeps_failed = self._counter("sweep_failures", "Sweeps in which AWS did not answer for everything.", [])
        self._broken = self._counter("step_failures", "Steps of the loop that ended in a defect of Trueup.", [])
        self._calls = self._counter("aws_calls", "Calls of AWS's API.", ["service", "operation", "result"])
        self._throttles = self._counter(
            "aws_throttles", "Calls that AWS refused as too many.", ["service", "operation"]
        )
        self._call_seconds = self._histogram(
            "aws_call_duration_seconds", "One call of AWS's API.", ["service"], SECONDS
        )
        self._begin_at_zero()

    def _begin_at_zero(self) -> None:
        """A series that appears with its first event has no increase to be seen."""
        for polled in ("changed", "unchanged", *get_args(Reason)):
            self._polls.labels(polled)
        for result in Result:
            self._rollout_seconds.labels(result)
        for outcome in words.KINDS.values():
            self._reconcile.labels(outcome)

    def watch(self, board: Board, queue: WorkQueue[Key], now: Callable[[], float]) -> None:
        """Report what ``board`` and ``queue`` say at each scrape."""
        self.registry.register(_State(board, queue, now, self._tallied))

    def told(self, told: Told) -> None:
        report = told.after.report
        if report is not None and report is not told.before.report and report.seconds > 0:
            self._reconcile.labels(words.kind(report.outcome)).observe(report.seconds)
        for event in told.events:
            match event:
                case RolloutEnded(key, _, result, seconds, lead):
                    with self._lock:
                        self._rollouts[key, result] += 1
                    self._rollout_seconds.labels(result).observe(seconds)
                    if lead is not None:
                        self._lead.observe(lead)
                case DriftGone(_, seconds):
                    self._heal.observe(seconds)
                case _:
                    pass  # the state at the next scrape tells the rest

    def swept(self, swept: Swept) -> None:
        self._sweep.observe(swept.seconds)
        if swept.failed:
            self._sweeps_failed.inc()

    def polled(self, result: str, seconds: float) -> None:
        self._polls.labels(result).inc()
        self._poll.observe(seconds)

    def broke(self, _what: str, _error: Exception, /) -> None:
        self._broken.inc()

    def called(self, call: Call) -> None:
        """An AWS call ended."""
        self._calls.labels(call.service, call.operation, call.result).inc()
        self._call_seconds.labels(call.service).observe(call.seconds)
        if call.result == "throttled":
            self._throttles.labels(call.service, call.operation).inc()

    def _tallied(self, key: ServiceKey, result: Result) -> int:
        with self._lock:
            return self._rollouts[key, result]

    def _histogram(self, name: str, text: str, labels: list[str], buckets: tuple[float, ...]) -> Histogram:
        return Histogram(f"trueup_{name}", text, labels, buckets=buckets, registry=self.registry)

    def _counter(self, name: str, text: str, labels: list[str]) -> Counter:
        return Counter(f"trueup_{name}", text, labels, registry=self.registry)


class _State(Collector):
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
