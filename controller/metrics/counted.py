"""What happened, counted as it happens."""

import threading
from collections import Counter as Tally
from collections.abc import Callable, Mapping
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.process_collector import ProcessCollector

from controller.lease.view import Sharing
from controller.loop import words
from controller.loop.board import Board, Told
from controller.loop.events import DriftGone, Result, RolloutEnded
from controller.loop.keys import Key
from controller.loop.queue import WorkQueue
from controller.loop.surroundings import Swept
from controller.metrics.limits import Levels, Waits
from controller.metrics.sharing import Shares
from controller.metrics.state import Counts, State
from controller.source.git_errors import Reason
from reconcilers.aws.pace import Level, Waited
from reconcilers.aws.session import Call
from reconcilers.model import Cluster, ServiceKey

MINUTES = (30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 14400, 86400)
_PLACE = ["environment"]
SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """The registry and what is counted into it. An observer of the loop, and of every AWS call."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a third of all series, of no use to anybody
        self.registry = CollectorRegistry()
        self._swept_at: dict[Cluster, float] = {}
        self._now: Callable[[], float] = lambda: 0.0
        self._rollouts: Tally[tuple[ServiceKey, Result]] = Tally()
        self._lock = threading.Lock()
        ProcessCollector(registry=self.registry)
        self._rollout_seconds = self._histogram(
            "rollout_duration_seconds",
            "From a deployment's creation until production moved or will not.",
            ["environment", "result"],
            MINUTES,
        )
        self._lead = self._histogram(
            "commit_to_live_seconds", "From a commit until it serves production.", _PLACE, MINUTES
        )
        self._changes_failed = self._counter(
            "changes_failed", "Commits whose rollout was rolled back or failed, by environment.", _PLACE
        )
        self._restore = self._histogram(
            "restore_duration_seconds", "From a failed release's end until the next one that is live.", _PLACE, MINUTES
        )
        self._heal = self._histogram(
            "drift_duration_seconds", "How long drift lasted until it was gone.", _PLACE, MINUTES
        )
        self._reconcile = self._histogram(
            "reconcile_duration_seconds", "One look at one service.", ["outcome"], SECONDS
        )
        self._sweep = self._histogram("sweep_duration_seconds", "One look at all services of a cluster.", [], SECONDS)
        self._poll = self._histogram("git_poll_duration_seconds", "One look at the repository.", [], SECONDS)
        self._polls = self._counter("git_polls", "Looks at the repository.", ["result"])
        self._sweeps_failed = self._counter("sweep_failures", "Sweeps in which AWS did not answer for everything.", [])
        self._broken = self._counter("step_failures", "Steps of the loop that ended in a defect of Trueup.", [])
        self._calls = self._counter("aws_calls", "Calls of AWS's API.", ["service", "operation", "result"])
        self._let_go = self._counter(
            "http_clients_let_go", "HTTP clients that were let go, being too slow or too many.", ["reason"]
        )
        self._throttles = self._counter(
            "aws_throttles", "Calls that AWS refused as too many.", ["service", "operation"]
        )
        self._call_seconds = self._histogram(
            "aws_call_duration_seconds", "One call of AWS's API.", ["service"], SECONDS
        )
        self._waits = Waits(self.registry)
        self._begin_at_zero()

    def _begin_at_zero(self) -> None:
        """A series that appears with its first event has no increase to be seen."""
        for polled in ("changed", "unchanged", *get_args(Reason)):
            self._polls.labels(polled)
        for outcome in words.KINDS.values():
            self._reconcile.labels(outcome)

    def _begin_environment(self, environment: str) -> None:
        """At nought, from the first look at one of its services: long before a rollout of one of them ends."""
        for histogram in (self._lead, self._restore, self._heal):
            histogram.labels(environment)
        self._changes_failed.labels(environment)
        for result in Result:
            self._rollout_seconds.labels(environment, result)

    def watch(self, board: Board, queue: WorkQueue[Key], now: Callable[[], float]) -> None:
        """Report what ``board`` and ``queue`` say at each scrape."""
        self._now = now
        self.registry.register(State(board, queue, now, Counts(self._tallied, self._swept_at.get)))

    def configured(self, poll: float, sweep: float, workers: int) -> None:
        """How the loop was set: seconds between two looks at Git and at AWS, and how many work at once."""
        for name, text, value in (
            ("git_poll_interval_seconds", "Seconds between two looks at the repository, as configured.", poll),
            ("sweep_interval_seconds", "Seconds between two looks at all services, as configured.", sweep),
            ("workers", "Services that are worked on at once at most, as configured.", workers),
        ):
            Gauge(f"trueup_{name}", text, registry=self.registry).set(value)

    def shares(self, look: Callable[[], Sharing]) -> None:
        """Report at each scrape how the fleet is shared."""
        self.registry.register(Shares(look))

    def levels(self, look: Callable[[], tuple[Level, ...]]) -> None:
        """Report at each scrape what is left of AWS's limits."""
        self.registry.register(Levels(look))

    def told(self, told: Told) -> None:
        self._begin_environment(told.after.wanted.key.environment)
        report = told.after.report
        if report is not None and report is not told.before.report and report.seconds > 0:
            self._reconcile.labels(words.kind(report.outcome)).observe(report.seconds)
        for event in told.events:
            match event:
                case RolloutEnded(key, _, result, seconds, lead, restored) as ended:
                    with self._lock:
                        self._rollouts[key, result] += 1
                    self._rollout_seconds.labels(key.environment, result).observe(seconds)
                    if ended.change_failed:
                        self._changes_failed.labels(key.environment).inc()
                    if lead is not None:
                        self._lead.labels(key.environment).observe(lead)
                    if restored is not None:
                        self._restore.labels(key.environment).observe(restored)
                case DriftGone(key, seconds):
                    self._heal.labels(key.environment).observe(seconds)
                case _:
                    pass  # the state at the next scrape tells the rest

    def swept(self, swept: Swept) -> None:
        self._sweep.observe(swept.seconds)
        self._swept_at[swept.cluster] = self._now()
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

    def let_go(self, clients: Mapping[str, int]) -> None:
        """So many HTTP clients were let go, by the reason."""
        for reason, count in clients.items():
            self._let_go.labels(reason).inc(count)

    def waited(self, waited: Waited) -> None:
        """An AWS call had to wait for its turn."""
        self._waits.count(waited)

    def _tallied(self, key: ServiceKey, result: Result) -> int:
        with self._lock:
            return self._rollouts[key, result]

    def _histogram(self, name: str, text: str, labels: list[str], buckets: tuple[float, ...]) -> Histogram:
        return Histogram(f"trueup_{name}", text, labels, buckets=buckets, registry=self.registry)

    def _counter(self, name: str, text: str, labels: list[str]) -> Counter:
        return Counter(f"trueup_{name}", text, labels, registry=self.registry)
