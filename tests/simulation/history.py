"""A seed in, a history out: all that happens from outside, and when. Pure data, which prints and can be made less."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from sandbox.switches import DeploymentOrder, Switches
from tests.simulation.drawing import MINUTES, Drawing, Event
from tests.simulation.fleet import CONFIGURATIONS, SLOTS, Plan
from tests.simulation.stories import STORIES

LEAST = 120.0  # minutes in all
FAULTS = frozenset(
    {"kill", "end", "pause", "hang", "lose", "jump", "throttle", "error", "timeout", "unheard", "stale", "unread"}
    | {"git-down", "table-down"}
)

TOLD_OF = 0.6  # how many histories have a story
TOLD = ("sync", "drift", "newer", "timeout", "scaled", "platform", "private", "hooked")
HANDS = ("ship", "edit", "edit", "fight", "scale", "alarm", "alarm", "full", "full", "hook", "hook")

# What a manifest may say of how its service is kept; few, so that a manifest is soon one that was compiled before.
CHARACTERS: tuple[dict[str, Any], ...] = (
    {},
    {"newer": "wait"},
    {"timeout": 15},
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
    events = [*made.commits(), *made.people(), *made.hands(), *made.faults(), *made.story()]
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


class _Making(Drawing):
    """All that happens, kind by kind."""

    def commits(self) -> Iterator[Event]:
        kinds: tuple[str, ...] = ("good",) * 6 + ("bad", "bad", "crash", "back", "back", "grace", "colour", "nothing")
        kinds += ("broken", "removed", "force", "unpushed")
        for _ in range(self.chance.randrange(4, 9)):
            kind, plan, at = self.chance.choice(kinds), self.plan(), self.at()
            yield self.commit(at, kind, plan)
            if kind == "good" and self.chance.random() < 0.3:
                yield from self._newer(plan, at)
            if kind in ("bad", "crash") and self.chance.random() < 0.4:
                yield Event(self.after(at, 900, 2400), "retry", plan.name, (self.replica(),))

    def _newer(self, plan: Plan, at: float) -> Iterator[Event]:
        """Another commit in the middle of a rollout, and maybe the first one after all."""
        at = self.after(at, 20, 600)
        yield Event(at, "commit", plan.name, self.chance.choice((("good", self.tag("good", plan)), ("back", ""))))
        if self.chance.random() < 0.5:
            yield Event(self.after(at, 60, 900), "commit", plan.name, ("back", ""))

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

    def story(self) -> Iterator[Event]:
        if self.chance.random() < TOLD_OF:
            yield from self.chance.choice(STORIES)(self)

    def faults(self) -> Iterator[Event]:
        yield from self.sure()
        for _ in range(self.chance.randrange(2, 8)):
            yield self._of_process() if self.chance.random() < 0.55 else self._of_weather()

    def sure(self) -> Iterator[Event]:
        """Faults that hit somebody whatever else happens: a replica makes some calls at any time, and has a clock."""
        for kind in self.chance.sample(("kill", "lose", "hang", "pause", "jump", "jump"), 5):
            of, at = self.replica(), self.at(MINUTES - 15)
            if kind == "jump":
                yield Event(at, kind, of, (round(self.chance.uniform(-120, 120), 1),))
            else:
                seconds = round(self.chance.uniform(5, 60), 1)
                yield Event(at, kind, of, (self.chance.choice(("before", "sent", "after")), "any", 0.0, seconds))

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
        whom = self.chance.choice(("", self.replica())) if kind == "git-down" else ""
        return Event(at, kind, whom, how())

    def _share(self) -> tuple[float | str, ...]:
        return round(self.chance.uniform(60, 900), 1), self.chance.choice((0.1, 0.3, 1.0))

    def _stale(self) -> tuple[float | str, ...]:
        return round(self.chance.uniform(300, 3600), 1), round(self.chance.uniform(2, 30), 1)

    def _long(self) -> tuple[float | str, ...]:
        return (round(self.chance.uniform(60, 1800), 1),)
