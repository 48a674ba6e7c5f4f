"""Chains of events that chance alone hardly ever strings together, each around a place where it is easy to be wrong."""

from collections.abc import Callable, Iterator

from tests.simulation.drawing import Drawing, Event
from tests.simulation.fleet import Plan

Story = Callable[[Drawing], Iterator[Event]]


def passed_over(of: Drawing) -> Iterator[Event]:
    """One replica does not see a release that the others ship, but the broken manifest after it; then it takes over."""
    plan, who, at = of.plan(), of.replica(), of.at(30)
    away = round(of.chance.uniform(900, 1500), 1)
    yield Event(at, "git-down", who, (away,))
    yield of.commit(at + 30, "good", plan)
    yield of.commit(of.after(at, 300, away - 100), "broken", plan)
    back = of.after(at + away, 240, 500)
    for other in of.others(who):
        yield Event(back, "end", other)


def asleep(of: Drawing) -> Iterator[Event]:
    """A release that one replica never read is shipped; then all begin anew, from their disks, while Git is away."""
    who, at = of.replica(), of.at(35)
    yield Event(at, "git-down", who, (1500.0,))
    for plan in of.chance.sample(of.plans, 3):
        yield of.commit(at + 30, "good", plan)
    at += 1000
    yield Event(at, "git-down", "", (900.0,))
    yield Event(at + 10, "end", who)
    for later in (30, 80, 130, 180):  # the others are there again for a moment only: it takes over alone
        for name in of.others(who):
            yield Event(at + later, "end", name)


def ordered_for_another(of: Drawing) -> Iterator[Event]:
    """A person asks for what one replica still takes for the newest, and it is not."""
    plan, who, at = _asking(of), of.replica(), of.at(50)
    yield of.commit(at, of.chance.choice(("good", "bad")), plan)
    at = of.after(at, 600, 1500)
    yield Event(at, "git-down", who, (900.0,))
    yield of.commit(at + 20, "good", plan)
    yield Event(of.after(at, 200, 600), of.chance.choice(("sync", "retry")), plan.name, (who,))


def ordered_too_early(of: Drawing) -> Iterator[Event]:
    """A person asks while AWS does not answer, and something else is wanted before it does."""
    plan, at = _asking(of), of.at(50)
    yield of.commit(at, of.chance.choice(("good", "bad")), plan)
    at = of.after(at, 600, 1500)
    yield Event(at, "unheard", "", (400.0, 1.0))
    for name in of.others(""):
        yield Event(at + 20, of.chance.choice(("sync", "retry")), plan.name, (name,))
    yield of.commit(of.after(at, 40, 100), "good", plan)


def overtaken(of: Drawing) -> Iterator[Event]:
    """A newer commit is read while a look by the one before it takes long."""
    plan, at = of.plan(), of.at(60)
    yield of.commit(at, "good", plan)
    for name in of.others(""):
        yield Event(at, "hang", name, ("after", "read", float(of.chance.randrange(2, 12)), 200.0))
    yield of.commit(of.after(at, 60, 200), of.chance.choice(("good", "back", "removed")), plan)


def handed_over(of: Drawing) -> Iterator[Event]:
    """A replica that was away comes back for its part while a change there is on its way."""
    plan, who, at = of.plan(), of.replica(), of.at(60)
    yield Event(at, "end", who)
    yield of.commit(of.after(at, 0, 60), "good", plan)
    for other in of.others(who):
        yield Event(at + 1, "hang", other, ("sent", "write", float(of.chance.randrange(2)), 200.0))


def drained(of: Drawing) -> Iterator[Event]:
    """A release meets the end of the one before it: its old tasks may still drain."""
    plan, at = of.plan(), of.at(45)
    yield of.commit(at, "good", plan)
    at = of.after(at, 480, 900)
    yield of.commit(at, "good", plan)
    for _ in range(4):
        yield Event(of.after(at, 60, 360), "sync", plan.name, (of.replica(),))


def not_there_yet(of: Drawing) -> Iterator[Event]:
    """In the middle of a rollout something is wanted of which nothing can come."""
    plan, at = of.plan(), of.at(55)
    if of.chance.random() < 0.5:
        yield of.commit(at, "bad", plan)
        at = of.after(at, 1500, 1800)
        yield of.commit(at, "good", plan)
        yield Event(of.after(at, 200, 420), "commit", plan.name, ("back", ""))
    else:
        yield of.commit(at, "good", plan)
        yield of.commit(of.after(at, 150, 400), "unpushed", plan)


STORIES: tuple[Story, ...] = (
    passed_over,
    passed_over,
    asleep,
    ordered_for_another,
    ordered_too_early,
    overtaken,
    overtaken,
    handed_over,
    drained,
    not_there_yet,
)


def _asking(of: Drawing) -> Plan:
    """A service that ships nothing unasked, if there is one."""
    manual = [plan for plan in of.plans if plan.sync == "manual"]
    return of.chance.choice(manual or of.plans)
