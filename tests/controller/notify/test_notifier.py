"""The threads: a loop that is never kept waiting, channels that do not wait for each other, and an end in time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from controller.loop.board import Board
from controller.loop.facts import Kind
from controller.loop.observers import Several
from controller.loop.surroundings import Swept
from controller.metrics.notifications import Backlogs, Tries
from controller.notify.book import Shelf
from controller.notify.channels import Exchange
from controller.notify.claims import Claims, Holding
from controller.notify.configuration import Filter
from controller.notify.courier import Channel, Clocks, Courier, Means
from controller.notify.notifier import Notifier
from controller.notify.scribe import Sight
from controller.notify.told import Telling
from reconcilers.outcome import Retry
from tests.controller.builders import snapshot
from tests.controller.daemons import until
from tests.controller.notify.builders import (
    AT_REST,
    KEY,
    NOW,
    ON_HOLD,
    SHIPPED,
    WHOLE,
    Ear,
    FakeTags,
    Log,
    nowhere,
    of_service,
    order,
    told,
)


class Hang:
    """A receiver that does not answer until it is let go."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.go = threading.Event()

    def deliver(self, telling: Telling, exchange: Exchange, now: float) -> None:
        self.asked.set()
        self.go.wait(60)

    def test(self, exchange: Exchange, now: float) -> None: ...


class House:
    """A notifier of two channels, one of which may hang, and nothing of a network."""

    def __init__(self, folder: Path, *voices: Any, wanted: Filter = WHOLE) -> None:
        self.tags, self.log, self.board = FakeTags(), Log(), Board()
        self.board.adopt(snapshot(AT_REST.wanted, *(of_service(f"s{n}", AT_REST).wanted for n in range(300))), NOW)
        self.shelf = Shelf(folder)
        self.registry = CollectorRegistry()
        tries = Tries(self.registry)
        names = [f"channel-{number}" for number in range(len(voices))]
        tries.begin(names)
        quick = Holding(settle=0.0)
        self.couriers = tuple(
            Courier(
                Channel(name, wanted, voice),
                Means(
                    nowhere,
                    Claims(name, self.tags, "aaaaaa", self.log, quick),
                    self.shelf.book(name),
                    tries.count,
                    self.log,
                ),
                Clocks(lambda: NOW, lambda: 0.5),
            )
            for name, voice in zip(names, voices, strict=True)
        )
        self.notifier = Notifier(self.couriers, Sight(self.board, self.tags, lambda _: (), lambda: NOW), self.log, 0.01)
        self.registry.register(Backlogs(self.notifier.backlog))


@contextmanager
def running(folder: Path, *voices: Any, wanted: Filter = WHOLE) -> Iterator[House]:
    house = House(folder, *voices, wanted=wanted)
    house.notifier.start()
    try:
        yield house
    finally:
        for each in voices:
            if isinstance(each, Hang):
                each.go.set()
        house.notifier.stop(within=20)
        house.shelf.close()


def see(house: House, *statuses: Any) -> None:
    for each in statuses:
        house.notifier.told(told(AT_REST, each))


def test_a_receiver_that_hangs_keeps_nobody_but_itself_waiting(tmp_path: Path) -> None:
    hang, ear = Hang(), Ear()
    with running(tmp_path, hang, ear) as house:
        see(house, ON_HOLD)
        until("both to be told", lambda: hang.asked.is_set() and ear.heard)
        fleet = [of_service(f"s{number}", ON_HOLD) for number in range(300)]
        see(house, *fleet)
        see(house, *fleet)
        house.notifier.polled("unchanged", 0.1)
        assert not hang.go.is_set(), "all this while it hangs"
        until("the other channel to be told everything", lambda: len(ear.heard) == 301, 60)
        until(
            "the backlog",
            lambda: house.registry.get_sample_value("trueup_notification_pending", {"channel": "channel-0"}) == 301,
        )
        assert house.registry.get_sample_value("trueup_notification_pending", {"channel": "channel-1"}) == 0


def test_an_order_is_told_where_a_channel_wants_to_know(tmp_path: Path) -> None:
    with running(tmp_path, ear := Ear(), wanted=Filter(kinds=(Kind.ORDERED,))) as house:
        house.notifier.ordered(order())
        until("the order to be told", lambda: ear.heard)
    assert ear.kinds() == [Kind.ORDERED]


def test_an_order_that_no_channel_wants_to_know_of_is_not_read(tmp_path: Path) -> None:
    with running(tmp_path, ear := Ear()) as house:
        house.notifier.ordered(order())
        see(house, ON_HOLD)
        until("the hold to be told", lambda: ear.heard)
    assert ear.kinds() == [Kind.HELD]


def test_an_aws_that_hangs_keeps_the_loop_from_nothing(tmp_path: Path) -> None:
    go = threading.Event()
    with running(tmp_path, ear := Ear()) as house:
        house.tags.trouble = lambda _: go.wait(60)  # type: ignore[assignment]
        see(house, ON_HOLD)
        until("AWS to be asked", lambda: house.tags.calls)
        for _ in range(300):
            see(house, ON_HOLD)
        go.set()
        until("the fact to be told", lambda: ear.heard)
    assert ear.kinds()


def test_what_is_at_hand_is_told_before_the_end_and_an_end_waits_for_no_hanging_receiver(tmp_path: Path) -> None:
    house = House(tmp_path, hang := Hang(), ear := Ear())
    house.notifier.start()
    see(house, ON_HOLD, SHIPPED)
    until("it to hang", hang.asked.is_set)
    house.notifier.stop(within=0.5)
    assert ear.heard
    until("the others to end", lambda: _threads() == ["notify-channel-0"])
    hang.go.set()
    until("its thread to end", lambda: not _threads())
    house.shelf.close()


def _threads() -> list[str]:
    return [each.name for each in threading.enumerate() if each.name.startswith("notify-")]


def test_a_defect_ends_no_thread(tmp_path: Path) -> None:
    with running(tmp_path, ear := Ear()) as house:
        kept, turn = house.notifier.scribe.read, house.couriers[0].turn
        broken = {"scribe": True, "courier": True}

        def broke(which: str, real: Any) -> Any:
            def call() -> Any:
                if broken[which]:
                    broken[which] = False
                    raise KeyError("oh")
                return real()

            return call

        house.notifier.scribe.read = broke("scribe", kept)  # type: ignore[method-assign]
        house.couriers[0].turn = broke("courier", turn)  # type: ignore[method-assign]
        see(house, ON_HOLD)
        until("the fact to be told all the same", lambda: ear.heard)
    assert {"noticing what is new broke", "a channel broke"} == set(house.log.events())


def test_an_aws_that_throttles_is_asked_again(tmp_path: Path) -> None:
    with running(tmp_path, ear := Ear()) as house:
        first = iter([True])

        def slow(_: str) -> None:
            if next(first, False):
                raise Retry("Throttled", "slow down", 0.01)

        house.tags.trouble = slow
        see(house, ON_HOLD)
        until("the fact to be told", lambda: ear.heard)


def test_it_is_an_observer_as_the_loop_knows_them(tmp_path: Path) -> None:
    house = House(tmp_path, Ear())
    several = Several((house.notifier,))
    several.told(told(AT_REST, ON_HOLD))
    several.polled("unchanged", 0.1)
    several.swept(Swept(cluster=None, services=0, differing=0, seconds=0.0))  # type: ignore[arg-type]
    several.broke("a step", KeyError("oh"))
    house.notifier.scribe.read()
    assert house.notifier.backlog()[0].pending == 1
    house.shelf.close()


def test_tries_and_backlogs_are_numbers(tmp_path: Path) -> None:
    with running(tmp_path, ear := Ear()) as house:
        labels = {"channel": "channel-0", "kind": "held", "result": "delivered"}
        assert house.registry.get_sample_value("trueup_notifications_total", labels) == 0
        see(house, ON_HOLD)
        until("it to be counted", lambda: house.registry.get_sample_value("trueup_notifications_total", labels) == 1)
        assert house.registry.get_sample_value("trueup_notification_delay_seconds_count", {"channel": "channel-0"}) == 1
        assert house.registry.get_sample_value("trueup_notification_oldest_age_seconds", {"channel": "channel-0"}) == 0
    assert [each.fact.service for each in ear.heard] == [KEY]


@pytest.mark.parametrize("within", [0.0, 0.1])
def test_an_end_without_a_start_is_one(tmp_path: Path, within: float) -> None:
    house = House(tmp_path, Ear())
    house.notifier.stop(within)
    house.shelf.close()
