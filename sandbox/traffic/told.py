"""What visitors saw, and how it is told to whoever runs the sandbox."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.traffic.configuration import LOOPBACK, nowhere
from sandbox.traffic.counting import Counters
from sandbox.traffic.scene import Gate, Pool, Scene

KEPT = 10_000
NOTHING = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Failure:
    """A visitor's request that failed: when (seconds since the epoch), how (``500``, ``timeout``), on which version."""

    at: float
    gate: str
    result: str
    version: str


@dataclass(frozen=True, slots=True)
class Visited:
    """The visitors of one listener: requests sent, answered by version, failed by what went wrong."""

    sent: int = 0
    answered: Mapping[str, int] = field(default_factory=dict)
    failed: Mapping[str, int] = field(default_factory=dict)

    def since(self, before: "Visited") -> "Visited":
        """What came after ``before``."""
        answered, failed = Counter(self.answered), Counter(self.failed)
        answered.subtract(before.answered)
        failed.subtract(before.failed)
        return Visited(self.sent - before.sent, dict(+answered), dict(+failed))


@dataclass(frozen=True, slots=True)
class Seen:
    """Where the listeners are and what their visitors saw, by the listener's id; the latest failures, oldest first."""

    ports: Mapping[str, int] = field(default_factory=dict)
    visits: Mapping[str, Visited] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()

    def after(self, report: Mapping[str, Any]) -> "Seen":
        """The same, and what a report adds."""
        visits = {
            gate: Visited(each["sent"], each["answered"], each["failed"]) for gate, each in report["visits"].items()
        }
        fresh = [Failure(at, gate, *how) for gate, each in report["visits"].items() for at, *how in each["failures"]]
        failures = (*self.failures, *sorted(fresh, key=lambda each: each.at))[-KEPT:] if fresh else self.failures
        return Seen(report["ports"], visits, failures)

    def url(self, gate: str) -> str | None:
        """Where a listener answers."""
        port = self.ports.get(gate)
        return None if port is None else f"http://{LOOPBACK}:{port}/"


def told(scene: Scene, seen: Seen, counters: Counters) -> dict[str, Any]:
    """``listeners`` with address, weights and visits, and ``targetGroups`` with what the proxy counted."""
    names = {pool.id: pool.name for pool in scene.pools}
    return {
        "listeners": [_gate(gate, seen, names, counters) for gate in scene.gates],
        "targetGroups": [_pool(pool, counters) for pool in scene.pools],
    }


def _gate(gate: Gate, seen: Seen, names: Mapping[str, str], counters: Counters) -> dict[str, Any]:
    visited = seen.visits.get(gate.id, Visited())
    default = gate.routes[-1]
    return {
        "listener": gate.arn,
        "name": gate.name,
        "role": "production" if gate.production else "test",
        "url": seen.url(gate.id),
        "weights": {names.get(pool, pool): weight for pool, weight in default.shares},
        "sent": visited.sent,
        "answered": dict(visited.answered),
        "failed": dict(visited.failed),
        "unanswered": counters.get(nowhere(gate.id), NOTHING)[2],
    }


def _pool(pool: Pool, counters: Counters) -> dict[str, Any]:
    requests, errors, unanswered = counters.get(pool.id, NOTHING)
    return {
        "targetGroup": pool.arn,
        "name": pool.name,
        "targets": len(pool.members),
        "serving": sum(each.serving for each in pool.members),
        "requests": requests,
        "errors": errors,
        "unanswered": unanswered,
    }
