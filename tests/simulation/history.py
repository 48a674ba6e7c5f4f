"""A seed in, a history out: all that happens from outside, and when. Pure data, which prints and can be made less."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.switches import DeploymentOrder, Switches
from tests.simulation.fleet import CONFIGURATIONS, SLOTS, Plan

MINUTES = 70.0  # of what happens; then the faults end, and everything must come to rest
LEAST = 120.0  # minutes in all
BEGIN = 3.0  # minutes until the first event
FAULTS = frozenset(
    {"kill", "end", "pause", "hang", "lose", "jump", "throttle", "error", "timeout", "unheard", "stale", "unread"}
    | {"git-down", "table-down"}
)

TOLD = ("sync", "drift", "newer", "timeout", "scaled", "platform", "private", "hooked")
HANDS = ("ship", "edit", "edit", "fight", "scale", "alarm", "alarm", "full", "full", "hook", "hook")

# What a manifest may say of how its service is kept; few, so that a manifest is soon one that was compiled before.
CHARACTERS: tuple[dict[str, Any], ...] = (
    {},
    {"newer": "wait"},
    {"timeout": 20},
    {"declares": False},
    {"scaled": True, "platform": True},
    {"sync": "manual", "drift": "warn"},
    {"drift": "ignore"},
    {"sync": "observe", "scaled": True},
    {"private": True},
    {"hooked": True, "newer": "wait"},
    {"private": True, "hooked": True},
)


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


@dataclass(frozen=True, slots=True)
class History:
    """``rates``: of each replica, how fast its clock goes. ``seed`` decides what is still left to chance."""

    seed: int
    plans: tuple[Plan, ...]
    rates: tuple[float, ...]
    switches: Switches
    events: tuple[Event, ...]
    minutes: float = MINUTES

    def __str__(self) -> str:
        plain = Switches()
        odd = {name: getattr(self.switches, name) for name in Switches.__slots__}
        odd = {name: value for name, value in odd.items() if value != getattr(plain, name)}
        services = [f"  {_said(plan)}" for plan in self.plans]
        clocks = ", ".join(f"{rate:.3f}" for rate in self.rates)
        lines = [
            f"seed {self.seed}: {len(self.rates)} replicas, clocks at {clocks}; {odd or 'no odd switch'}",
            *services,
        ]
        return "\n".join([*lines, *(f"  {each}" for each in self.events)])

    @property
    def faults(self) -> int:
        return sum(each.kind in FAULTS for each in self.events)


def _said(plan: Plan) -> str:
    way = "CodeDeploy" if plan.shifted else "ECS"
    told = {name: getattr(plan, name) for name in TOLD}
    return f"{plan.name} ({way}, {plan.region}): {told}"


def history(seed: int) -> History:
    """The history of a seed: at least five services, two replicas, two hours and five faults."""
    chance = random.Random(seed)
    plans = tuple(_plan(chance, slot) for slot in SLOTS[: chance.choice((5, 5, 5, 5, 5, 6, 7))])
    rates = tuple(round(chance.uniform(0.93, 1.07), 3) for _ in range(chance.choice((2, 2, 2, 3))))
    made = _Making(chance, plans, len(rates))
    events = [*made.commits(), *made.people(), *made.hands(), *made.faults()]
    return History(seed, plans, rates, _switches(chance), tuple(sorted(events, key=lambda each: each.at)))


def _plan(chance: random.Random, slot: Plan) -> Plan:
    return replace(
        slot, configuration=chance.choice(CONFIGURATIONS[:1] * 2 + CONFIGURATIONS[1:]), **chance.choice(CHARACTERS)
    )


def _switches(chance: random.Random) -> Switches:
    """Now and then AWS is as nobody knows that it is not."""
    if chance.random() < 0.6:
        return Switches()
    return Switches(
        deployment_order=chance.choice(tuple(DeploymentOrder)),
        termination_wait_is_baking=chance.random() < 0.5,
        stop_in_termination_wait_rolls_back=chance.random() < 0.5,
        batch_get_refuses_unknown_ids=chance.random() < 0.5,
        alarms_watched_in_termination_wait=chance.random() < 0.5,
        stop_is_pending_first=chance.random() < 0.5,
        quiet_alarm_keeps_its_state=chance.random() < 0.3,
    )


@dataclass
class _Making:
    chance: random.Random
    plans: tuple[Plan, ...]
    replicas: int
    tags: Counter[str] = field(default_factory=Counter)

    def at(self, until: float = MINUTES) -> float:
        return round(60.0 * self.chance.uniform(BEGIN, until - 5), 1)

    def plan(self) -> Plan:
        return self.chance.choice(self.plans)

    def replica(self) -> str:
        return f"r{self.chance.randrange(self.replicas)}"

    def tag(self, kind: str, plan: Plan) -> str:
        """One that the service never had."""
        self.tags[f"{plan.name} {kind}"] += 1
        number = self.tags[f"{plan.name} {kind}"]
        return f"1.{number}.0" if kind == "good" else f"1.{number}.0-{kind}"

    def commits(self) -> Iterator[Event]:
        kinds: tuple[str, ...] = ("good",) * 6 + ("bad", "bad", "crash", "back", "back", "grace", "colour", "nothing")
        kinds += ("broken", "removed", "force", "unpushed")
        for _ in range(self.chance.randrange(5, 11)):
            kind, plan, at = self.chance.choice(kinds), self.plan(), self.at()
            how = self.tag(kind, plan) if kind in ("good", "bad", "crash", "unpushed") else ""
            late = (round(self.chance.uniform(60, 2400), 1),) if kind == "unpushed" else ()
            yield Event(at, "commit", plan.name, (kind, how, *late))
            if kind == "good" and self.chance.random() < 0.3:
                yield from self._newer(plan, at)
            if kind in ("bad", "crash") and self.chance.random() < 0.4:
                yield Event(self._after(at, 900, 2400), "retry", plan.name, (self.replica(),))

    def _newer(self, plan: Plan, at: float) -> Iterator[Event]:
        """Another commit in the middle of a rollout, and maybe the first one after all."""
        at = self._after(at, 20, 600)
        yield Event(at, "commit", plan.name, self.chance.choice((("good", self.tag("good", plan)), ("back", ""))))
        if self.chance.random() < 0.5:
            yield Event(self._after(at, 60, 900), "commit", plan.name, ("back", ""))

    def _after(self, at: float, least: float, most: float) -> float:
        return min(at + round(self.chance.uniform(least, most), 1), 60 * (MINUTES - 4))

    def people(self) -> Iterator[Event]:
        for _ in range(self.chance.randrange(1, 5)):
            kind = self.chance.choice(("retry", "retry", "sync", "sync", "stop", "continue"))
            yield Event(self.at(), kind, self.plan().name, (self.replica(),) if kind in ("retry", "sync") else ())

    def hands(self) -> Iterator[Event]:
        for _ in range(self.chance.randrange(2, 5)):
            kind, plan = self.chance.choice(HANDS), self.plan()
            yield Event(self.at(), kind, plan.name, self._hand(kind))

    def _hand(self, kind: str) -> tuple[float | str, ...]:
        match kind:
            case "fight":
                return (round(self.chance.uniform(15, 50), 1),)
            case "scale":
                return (float(self.chance.randrange(1, 6)),)
            case "alarm":
                return (round(self.chance.uniform(30, 600), 1),)
            case "full" | "hook":
                return (round(self.chance.uniform(300, 2400), 1),)
            case _:
                return ()

    def faults(self) -> Iterator[Event]:
        for _ in range(self.chance.randrange(5, 12)):
            yield self._of_process() if self.chance.random() < 0.55 else self._of_weather()

    def _of_process(self) -> Event:
        kind = self.chance.choice(("kill", "kill", "pause", "pause", "hang", "lose", "lose", "end", "jump"))
        of, at = self.replica(), self.at()
        if kind == "end":
            return Event(at, kind, of)
        if kind == "jump":
            return Event(at, kind, of, (round(self.chance.uniform(-120, 120), 1),))
        place = self.chance.choice(("before", "sent", "after"))
        which = self.chance.choice(("write", "write", "write", "any", "table"))
        nth = 0.0 if self.chance.random() < 0.5 else float(self.chance.randrange(0, 6))
        longest = {"pause": 1500.0, "hang": 120.0}.get(kind, 15.0)
        seconds = round(self.chance.uniform(5, longest), 1)
        return Event(at, kind, of, (place, which, nth, seconds))

    def _of_weather(self) -> Event:
        kinds: tuple[tuple[str, Callable[[], tuple[float | str, ...]]], ...] = (
            ("throttle", self._share),
            ("error", self._share),
            ("timeout", self._share),
            ("unheard", self._share),
            ("stale", self._stale),
            ("stale", self._stale),
            ("unread", self._share),
            ("git-down", self._long),
            ("table-down", self._long),
        )
        kind, how = self.chance.choice(kinds)
        at = self.at()
        return Event(at, kind, "", how())

    def _share(self) -> tuple[float | str, ...]:
        return round(self.chance.uniform(60, 900), 1), self.chance.choice((0.1, 0.3, 1.0))

    def _stale(self) -> tuple[float | str, ...]:
        return round(self.chance.uniform(300, 3600), 1), round(self.chance.uniform(2, 30), 1)

    def _long(self) -> tuple[float | str, ...]:
        return (round(self.chance.uniform(60, 1800), 1),)
