"""The demo's visitors: how many of their requests failed while something happened."""

from collections.abc import Mapping
from dataclasses import dataclass

from controller.demo.record import Check
from sandbox.traffic import Failure, Traffic, Visited


@dataclass(frozen=True, slots=True)
class Tally:
    """What visitors saw for a while."""

    visited: Visited
    failures: tuple[Failure, ...]

    @property
    def failed(self) -> int:
        return len(self.failures)

    def to_record(self) -> dict[str, object]:
        return {"sent": self.visited.sent, "failed": self.failed, "answered": dict(self.visited.answered)}

    def __str__(self) -> str:
        failed = f"{self.failed} failed" if self.failed else "none failed"
        return f"{self.visited.sent} requests came, {failed}; answered: {_listed(self.visited.answered)}"


class Visitors:
    """Who asks one listener all the time, through Envoy. ``gate``: the listener's id in ``traffic``."""

    def __init__(self, traffic: Traffic, gate: str) -> None:
        self._traffic = traffic
        self._gate = gate

    @property
    def url(self) -> str:
        """Where the listener answers, for everybody else."""
        return self._traffic.seen.url(self._gate) or ""

    def so_far(self) -> Tally:
        seen = self._traffic.seen
        failures = tuple(each for each in seen.failures if each.gate == self._gate)
        return Tally(seen.visits.get(self._gate, Visited()), failures)

    def since(self, before: Tally) -> Tally:
        """What came after ``before``."""
        now = self.so_far()
        return Tally(now.visited.since(before.visited), now.failures[before.failed :])


def unharmed(tally: Tally) -> Check:
    """That visitors were there, and none of them noticed."""
    seen = f"{tally.failed} of {tally.visited.sent} failed"
    return Check("no request failed", tally.visited.sent > 0 and not tally.failures, seen)


def harmed_between(tally: Tally, begin: float, end: float, version: str) -> Check:
    """That requests failed, but only on ``version``, and only between two moments (seconds since the epoch)."""
    outside = [each for each in tally.failures if not begin <= each.at <= end or version not in each.version]
    seen = f"{tally.failed} of {tally.visited.sent} failed, {len(outside)} of them at another time or version"
    claim = "requests failed only between the shift and its rollback"
    return Check(claim, bool(tally.failures) and not outside, seen)


def _listed(answered: Mapping[str, int]) -> str:
    return ", ".join(f"{version} {count}" for version, count in answered.items()) or "none"
