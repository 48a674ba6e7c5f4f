"""Services as they are seen, what is to be told of them, and a daemon's tellers without threads and a network."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings

from controller.loop.board import Board, Told
from controller.loop.facts import UNSENT, Fact, Kind
from controller.loop.status import ServiceStatus
from controller.notify.book import Shelf
from controller.notify.channels import Exchange
from controller.notify.claims import Claims, Holding
from controller.notify.configuration import IF_NAMED, Filter
from controller.notify.courier import Channel, Clocks, Courier, Delivered, Means
from controller.notify.inbox import Inbox
from controller.notify.ledger import Entry
from controller.notify.scribe import Scribe, Sight
from controller.notify.tags import shared
from controller.notify.told import Answer, Later, Request, Telling
from controller.notify.writing import read, written
from controller.source.snapshot import Snapshot
from reconcilers.attempts import Attempt, AttemptState
from reconcilers.model import Service, ServiceKey
from reconcilers.outcome import Differs
from tests.controller.builders import BLOCKED, DEBUG, HELD, SHIFTING, observed, report, snapshot, status
from tests.examples import examples
from tests.reconcilers.builders import KEY, NOW, attempt, service, wanted

LATER = NOW + 600
properties = settings(max_examples=examples(60), suppress_health_check=[HealthCheck.too_slow])
TOLD = tuple(sorted(set(Kind) - IF_NAMED - UNSENT))
WHOLE = Filter(kinds=TOLD)
RUNNING = attempt("v2", AttemptState.RUNNING, created_at=NOW - 60)
DONE = attempt("v2", created_at=NOW - 60, finished_at=NOW - 10)
AT_REST = status(report())
STARTED = status(report(SHIFTING, observed=observed(RUNNING)))
SHIPPED = status(report(observed=observed(DONE)))
ON_HOLD = status(report(HELD))
IN_THE_WAY = status(report(BLOCKED))
DRIFTED = status(report(), report(Differs("live differs"), plan={"changes": (DEBUG,)}))


def fact(kind: Kind = Kind.DONE, **more: Any) -> Fact:
    """One fact of a service."""
    given: dict[str, Any] = {
        "id": f"{KEY}/d-v2/{kind}",
        "kind": kind,
        "at": NOW,
        "service": KEY,
        "text": "commit abc1234 serves production, by d-v2",
        "deployment": "d-v2",
        "commit": "abc1234" + "0" * 33,
        "subject": "ship v2",
        "release": "v1-1",
        "who": "ann",
    }
    return Fact(**{**given, **more})


def order(at: float = NOW, **more: Any) -> Fact:
    """Somebody ordered a retry."""
    given = {"deployment": None, "commit": None, "text": "ann asked for retry: the database is back.", **more}
    return fact(Kind.ORDERED, id=f"{KEY}/ordered/retry/{at:.3f}", at=at, **given)


def of_service(name: str, base: ServiceStatus) -> ServiceStatus:
    """The same, of another service."""
    key = replace(KEY, name=name)
    live = base.live
    if live is not None and live.service is not None:
        arn = f"arn:aws:ecs:eu-west-1:1:service/prod/{name}"
        live = replace(live, service=replace(live.service, name=name, arn=arn))
    return replace(base, wanted=replace(base.wanted, key=key, name=name), live=live)


class Killed(BaseException):
    """The process is gone: nothing may catch this."""


@dataclass
class Time:
    """A clock that a test lets go."""

    at: float = NOW

    def __call__(self) -> float:
        return self.at


@dataclass
class Log:
    """Remembers what was said."""

    lines: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    def __getattr__(self, level: str) -> Callable[..., None]:
        if level.startswith("_"):
            raise AttributeError(level)
        return lambda event, **fields: self.lines.append((level, event, fields))

    def events(self) -> list[str]:
        return [event for _, event, _ in self.lines]


@dataclass
class FakeTags:
    """Tags of services, as text, for as many replicas as like. ``trouble`` may raise at a call."""

    values: dict[tuple[ServiceKey, str], str] = field(default_factory=dict)
    trouble: Callable[[str], None] = lambda _: None
    calls: list[str] = field(default_factory=list)

    def holds(self, status: ServiceStatus) -> bool:
        return shared(status)

    def entries(self, statuses: tuple[ServiceStatus, ...]) -> tuple[Mapping[str, Entry], ...]:
        self._called("entries")
        assert len({each.wanted.cluster for each in statuses}) == 1
        assert len(statuses) <= 10
        return tuple(
            {tag: read(text) for (key, tag), text in self.values.items() if key == each.wanted.key} for each in statuses
        )

    def entry(self, status: ServiceStatus, tag: str) -> Entry:
        self._called("entry")
        return read(self.values.get((status.wanted.key, tag), ""))

    def write(self, status: ServiceStatus, tag: str, entry: Entry) -> None:
        self._called("write")
        self.values[status.wanted.key, tag] = written(entry)
        self._called("written")

    def _called(self, what: str) -> None:
        self.calls.append(what)
        self.trouble(what)


@dataclass
class Ear:
    """A receiver that remembers what it took. ``trouble`` may raise before it takes anything, or ``after`` it did."""

    heard: list[Telling] = field(default_factory=list)
    trouble: Callable[[Telling], None] = lambda _: None
    after: Callable[[Telling], None] = lambda _: None

    def deliver(self, telling: Telling, exchange: Exchange, now: float) -> None:
        self.trouble(telling)
        self.heard.append(telling)
        self.after(telling)

    def test(self, exchange: Exchange, now: float) -> None:
        raise Later("nobody asks")

    def ids(self) -> list[str]:
        """The facts by their names, without the number of their occurrence."""
        return [each.fact.id.removeprefix(f"{KEY}/") for each in self.heard]

    def kinds(self) -> list[Kind]:
        return [each.fact.kind for each in self.heard]


def nowhere(request: Request) -> Answer:
    raise AssertionError("nobody is asked over HTTP")


class Replica:
    """Everything between the loop and one receiver, on a disk of its own; no thread runs."""

    def __init__(self, disk: Path, tags: FakeTags, ear: Ear, clock: Time, wanted: Filter = WHOLE) -> None:
        self.clock, self.tags, self.ear, self.log = clock, tags, ear, Log()
        self.board = Board()
        self.tries: list[Delivered] = []
        self.attempts: Callable[[Service], tuple[Attempt, ...]] = lambda _: ()
        self.shelf = Shelf(disk)
        claims = Claims("deploys", tags, self.shelf.holder, self.log, Holding())
        means = Means(nowhere, claims, self.shelf.book("deploys"), self.tries.append, self.log)
        self.courier = Courier(Channel("deploys", wanted, ear), means, Clocks(clock, lambda: 0.0))
        self.inbox = Inbox()
        sight = Sight(self.board, tags, self._attempts, clock)
        self.scribe = Scribe((self.courier,), sight, self.inbox, lambda _: None, self.log)

    def _attempts(self, wanted: Service) -> tuple[Attempt, ...]:
        return self.attempts(wanted)

    def git_has(self, *statuses: ServiceStatus) -> None:
        """What Git says should run, and how it was seen last."""
        self.board.adopt(snapshot(*(each.wanted for each in statuses)) if statuses else NOTHING, self.clock())
        for each in statuses:
            self.board._services[each.wanted.key] = each

    def sees(self, *statuses: ServiceStatus) -> float | None:
        """The loop has looked."""
        for each in statuses:
            if self.board.service(each.wanted.key) is None:
                known = [*self.board.services(), each]
                self.git_has(*known)
            self.inbox.put(each)
        return self.scribe.read()

    def polls(self) -> None:
        """The loop has looked at Git."""
        self.inbox.put_poll()
        self.scribe.read()

    def tells(self, seconds: float = 30.0) -> None:
        """Let it work for so long, or until nothing waits."""
        until = self.clock.at + seconds
        while (wait := self.courier.turn()) is not None and self.clock.at + wait <= until:
            self.clock.at += wait

    def end(self) -> None:
        """The process is gone, and its locks with it."""
        self.courier.close()


NOTHING = Snapshot(wanted("v2").commit, {})


def told(before: ServiceStatus, after: ServiceStatus) -> Told:
    return Told(before, after, ())


__all__ = ["BLOCKED", "DEBUG", "HELD", "KEY", "NOW", "attempt", "observed", "report", "service", "status", "wanted"]
