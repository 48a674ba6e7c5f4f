"""What a history is drawn from: one random, its services and replicas. ``Event`` is what is drawn."""

import random
from collections import Counter
from dataclasses import dataclass, field

from tests.simulation.fleet import Plan

MINUTES = 70.0  # of what happens; then the faults end, and everything must come to rest
BEGIN = 3.0  # minutes until the first event


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens ``at`` (seconds from the beginning): ``kind``, to what, and how (see ``stage``)."""

    at: float
    kind: str
    target: str = ""
    detail: tuple[float | str, ...] = ()

    def __str__(self) -> str:
        how = " ".join(f"{each:g}" if isinstance(each, float) else str(each) for each in self.detail)
        return f"{self.at / 60:7.2f} min  {self.kind} {self.target} {how}".rstrip()


@dataclass
class Drawing:
    """Draws times, services, replicas and tags."""

    chance: random.Random
    plans: tuple[Plan, ...]
    replicas: int
    tags: Counter[str] = field(default_factory=Counter)

    def at(self, until: float = MINUTES) -> float:
        return round(60.0 * self.chance.uniform(BEGIN, until - 5), 1)

    def after(self, at: float, least: float, most: float) -> float:
        return min(at + round(self.chance.uniform(least, most), 1), 60 * (MINUTES - 4))

    def plan(self) -> Plan:
        return self.chance.choice(self.plans)

    def replica(self) -> str:
        return f"r{self.chance.randrange(self.replicas)}"

    def others(self, name: str) -> list[str]:
        """All the replicas but one."""
        return [f"r{number}" for number in range(self.replicas) if name != f"r{number}"]

    def tag(self, kind: str, plan: Plan) -> str:
        """One that the service never had."""
        self.tags[f"{plan.name} {kind}"] += 1
        number = self.tags[f"{plan.name} {kind}"]
        return f"1.{number}.0" if kind == "good" else f"1.{number}.0-{kind}"

    def commit(self, at: float, kind: str, plan: Plan) -> Event:
        """A commit that changes one service."""
        how = self.tag(kind, plan) if kind in ("good", "bad", "crash", "unpushed") else ""
        late = (round(self.chance.uniform(60, 2400), 1),) if kind == "unpushed" else ()
        return Event(at, "commit", plan.name, (kind, how, *late))
