"""What was seen is compared with what was told: asked of AWS as little as can be, and nothing lost when it fails."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from controller.loop.facts import Fact, Kind
from controller.loop.source_facts import STALE
from controller.loop.status import ServiceStatus
from controller.notify.configuration import Filter
from controller.notify.inbox import BATCH, LOOKS, Inbox
from controller.notify.ledger import Entry, Ledger, after
from controller.notify.scribe import AFTER_FAILURE
from controller.notify.writing import read, written
from reconcilers.attempts import Attempt
from reconcilers.model import Service, SyncPolicy
from reconcilers.outcome import Retry, Stalled
from tests.controller.builders import report, status
from tests.controller.notify.builders import (
    AT_REST,
    DONE,
    DRIFTED,
    KEY,
    NOW,
    ON_HOLD,
    SHIPPED,
    STARTED,
    Ear,
    FakeTags,
    Replica,
    Time,
    fact,
    of_service,
    order,
)
from tests.reconcilers.builders import registered

SLOW = Retry("Throttled", "slow down")


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Replica]:
    made = Replica(tmp_path, FakeTags(), Ear(), Time())
    yield made
    made.end()


def hears(one: Replica, *facts: Fact) -> float | None:
    """Somebody has ordered something."""
    for each in facts:
        one.inbox.put_order(each)
    return one.scribe.read()


def test_an_order_is_told_once_with_what_was_told_before_it(tmp_path: Path) -> None:
    tags, ear, clock = FakeTags(), Ear(), Time()
    one = Replica(tmp_path, tags, ear, clock, Filter(kinds=(Kind.ORDERED, Kind.HELD)))
    one.git_has(ON_HOLD)
    hears(one, order())
    one.tells()
    one.sees(ON_HOLD)
    one.tells()
    one.end()
    again = Replica(tmp_path, tags, ear, clock, Filter(kinds=(Kind.ORDERED, Kind.HELD)))
    again.sees(ON_HOLD)
    again.tells()
    again.end()
    assert ear.kinds() == [Kind.ORDERED, Kind.HELD]


def test_an_order_that_aws_does_not_let_us_tell_is_told_later(one: Replica) -> None:
    one.git_has(AT_REST)

    def throttled(_: str) -> None:
        raise SLOW

    one.tags.trouble = throttled
    assert hears(one, order(), fact(Kind.ORDERED, service=None)) == AFTER_FAILURE
    assert not one.inbox.empty()
    one.tags.trouble = lambda _: None
    assert one.scribe.read() is None
    assert one.inbox.empty()


def test_an_order_for_a_service_that_has_left_git_is_dropped(one: Replica) -> None:
    assert hears(one, order()) is None
    assert (one.inbox.empty(), one.tags.calls) == (True, [])


def in_cluster(name: str, base: ServiceStatus) -> ServiceStatus:
    """A service of another cluster, of the same name."""
    made = of_service(f"of-{name}", base)
    return replace(made, wanted=replace(made.wanted, cluster=name))


def test_what_was_told_of_many_services_is_read_ten_a_call_and_once(one: Replica) -> None:
    fleet = [of_service(f"s{number:02}", AT_REST) for number in range(25)]
    one.git_has(*fleet)
    one.sees(*fleet)
    one.sees(*fleet)
    assert one.tags.calls == ["entries"] * 3


def test_services_of_two_clusters_are_read_apart(one: Replica) -> None:
    fleet = [in_cluster(name, AT_REST) for name in ("a", "b")]
    one.git_has(*fleet)
    assert one.sees(*fleet) is None
    assert one.tags.calls == ["entries"] * 2


def test_a_cluster_that_does_not_answer_keeps_nobody_else_waiting(one: Replica) -> None:
    bad, good = in_cluster("a", ON_HOLD), in_cluster("b", ON_HOLD)
    one.git_has(bad, good)
    entries, slow = one.tags.entries, {"on": True}

    def throttled(statuses: tuple[ServiceStatus, ...]) -> object:
        if slow["on"] and statuses[0].wanted.cluster == "a":
            raise SLOW
        return entries(statuses)

    one.tags.entries = throttled  # type: ignore[method-assign, assignment]
    assert one.sees(bad, good) == AFTER_FAILURE
    one.tells(2)
    assert [each.fact.service for each in one.ear.heard] == [good.wanted.key]
    slow["on"] = False
    assert one.scribe.read() is None
    one.tells()
    assert len(one.ear.heard) == 2


def test_aws_says_when_to_ask_again(one: Replica) -> None:
    one.tags.trouble = lambda _: (_ for _ in ()).throw(Retry("Throttled", "slow", 33.0))
    assert one.sees(ON_HOLD) == 33


def test_tags_that_cannot_be_read_are_done_without(one: Replica) -> None:
    def denied(_: str) -> None:
        raise Stalled("AccessDenied", "denied", "Allow it.")

    one.tags.trouble = denied
    one.sees(ON_HOLD)
    one.tells()
    assert one.ear.ids() == ["d-v2/held"]
    assert "what was told cannot be read" in one.log.events()


def swept(at: float = NOW - 100) -> ServiceStatus:
    """As a sweep sees a service in sync: it reads no deployments."""
    seen = status(report())
    assert seen.live is not None
    return replace(seen, live=replace(seen.live, running=registered(registered_at=at)))


def test_a_rollout_that_ended_while_no_daemon_ran_is_looked_up_and_told(one: Replica) -> None:
    one.attempts = lambda _: (DONE,)
    one.sees(swept())
    one.tells()
    assert one.ear.ids() == ["d-v2/started", "d-v2/done"]


def test_deployments_are_looked_up_once_for_what_runs(one: Replica) -> None:
    asked: list[Service] = []

    def attempts(wanted: Service) -> tuple[Attempt, ...]:
        asked.append(wanted)
        return ()

    one.attempts = attempts
    for _ in range(3):
        one.sees(swept())
    assert len(asked) == 1
    one.sees(of_service("old", swept(NOW - 1e6)))
    assert len(asked) == 1


def test_deployments_that_cannot_be_looked_up_now_are_looked_up_later_and_nothing_is_lost(one: Replica) -> None:
    slow = {"on": True}

    def attempts(_: Service) -> tuple[Attempt, ...]:
        if slow["on"]:
            raise SLOW
        return (DONE,)

    one.attempts = attempts
    assert one.sees(swept()) == AFTER_FAILURE
    slow["on"] = False
    assert one.scribe.read() is None
    one.tells()
    assert one.ear.ids() == ["d-v2/started", "d-v2/done"]


def test_where_deployments_may_not_be_looked_up_the_rest_is_told(one: Replica) -> None:
    def attempts(_: Service) -> tuple[Attempt, ...]:
        raise Stalled("AccessDenied", "denied", "Allow it.")

    one.attempts = attempts
    one.tags.values[KEY, "deploys"] = written(Entry(after(Ledger(), fact(Kind.DRIFT_FOUND, id=f"{KEY}/abc/drift"))))
    one.sees(swept())
    one.tells()
    assert one.ear.kinds() == [Kind.DRIFT_HEALED]
    assert "deployments could not be looked at" in one.log.events()


def test_a_look_that_breaks_us_is_left_out_and_the_others_are_read(one: Replica) -> None:
    def attempts(_: Service) -> tuple[Attempt, ...]:
        raise KeyError("oh")

    one.attempts = attempts
    assert one.sees(swept(), of_service("other", ON_HOLD)) is None
    one.tells()
    assert one.ear.kinds() == [Kind.HELD]
    assert "a look could not be read" in one.log.events()


def test_a_service_that_leaves_git_ends_what_was_told_of_it(one: Replica) -> None:
    one.sees(ON_HOLD, of_service("stays", ON_HOLD))
    one.tells()
    one.git_has(of_service("stays", ON_HOLD))
    one.polls()
    one.tells()
    assert [(each.fact.kind, each.fact.service) for each in one.ear.heard][2:] == [(Kind.CLEARED, KEY)]
    assert read(one.tags.values[KEY, "deploys"]).ledger.obstacle is None
    one.inbox.put(ON_HOLD)
    one.scribe.read()
    one.tells()
    assert len(one.ear.heard) == 3, "a late look at it says nothing"


def test_a_service_that_comes_back_is_known_to_a_channel_that_still_had_to_tell_of_it(tmp_path: Path) -> None:
    clock, deaf, ear = Time(), Ear(), Ear()
    one = Replica(tmp_path / "a", FakeTags(), ear, clock)
    other = Replica(tmp_path / "b", FakeTags(), deaf, clock)
    one.scribe._couriers = (one.courier, other.courier)
    one.sees(ON_HOLD)
    one.tells()
    one.git_has()
    one.polls()
    one.tells()
    one.polls()
    assert (one.courier.knows(KEY), other.courier.knows(KEY)) == (False, True)
    one.sees(ON_HOLD)
    one.tells()
    other.tells()
    assert ear.kinds() == [Kind.HELD, Kind.CLEARED, Kind.HELD]
    assert deaf.kinds() == [Kind.HELD, Kind.CLEARED, Kind.HELD]
    one.end()
    other.end()


def test_a_git_that_was_never_read_does_not_look_empty(one: Replica) -> None:
    one.sees(ON_HOLD)
    one.tells()
    one.board._snapshot = None
    one.board._services = {}
    one.polls()
    one.tells()
    assert one.ear.kinds() == [Kind.HELD]


def outage(one: Replica, *, seconds: float = STALE) -> None:
    one.board.source_failed("Unreachable", "Git does not answer.", "Wait.", one.clock())
    one.clock.at += seconds
    one.polls()
    one.tells()


def test_an_outage_of_git_is_told_once_over_replicas_and_restarts_without_a_disk(tmp_path: Path) -> None:
    tags, ear, clock = FakeTags(), Ear(), Time()
    for name in ("a", "b", "c"):
        one = Replica(tmp_path / name, tags, ear, clock)
        one.git_has(AT_REST)
        outage(one)
        one.end()
    assert ear.kinds() == [Kind.SOURCE_STALE]
    last = Replica(tmp_path / "d", tags, ear, clock)
    last.git_has(AT_REST)
    last.polls()
    last.tells()
    last.end()
    assert ear.kinds() == [Kind.SOURCE_STALE, Kind.SOURCE_BACK]
    assert list(tags.values) == [(KEY, "deploys:source")]


def test_two_replicas_that_see_the_outage_at_once_tell_it_once(tmp_path: Path) -> None:
    tags, ear, clock = FakeTags(), Ear(), Time()
    both = [Replica(tmp_path / name, tags, ear, clock) for name in ("a", "b")]
    for each in both:
        each.git_has(AT_REST)
        each.board.source_failed("Unreachable", "Git does not answer.", "Wait.", NOW)
    clock.at += STALE
    for each in both:
        each.polls()
    for _ in range(20):
        clock.at += 1
        for each in both:
            each.courier.turn()
    assert ear.kinds() == [Kind.SOURCE_STALE]
    for each in both:
        each.end()


def test_a_git_that_answers_again_soon_is_no_news(one: Replica) -> None:
    one.git_has(AT_REST)
    outage(one, seconds=STALE - 1)
    assert one.ear.heard == []


def test_a_git_that_was_never_read_is_told_too_and_kept_on_disk(one: Replica) -> None:
    one.polls()
    outage(one)
    outage(one)
    assert (one.ear.kinds(), one.tags.calls) == ([Kind.SOURCE_STALE], [])


def test_where_no_service_may_be_written_what_happened_to_git_stands_on_disk(tmp_path: Path) -> None:
    tags, ear, clock = FakeTags(), Ear(), Time()
    for _ in range(2):
        one = Replica(tmp_path, tags, ear, clock)
        one.git_has(replace(AT_REST, wanted=replace(AT_REST.wanted, sync=SyncPolicy.OBSERVE)))
        outage(one)
        one.end()
    assert (ear.kinds(), tags.calls) == ([Kind.SOURCE_STALE], [])


def test_what_was_told_of_git_is_asked_for_again_when_aws_did_not_answer_or_nobody_has_looked(one: Replica) -> None:
    one.git_has(replace(AT_REST, live=None))
    outage(one)
    assert one.ear.heard == []
    one.git_has(AT_REST)
    one.board.source_failed("Unreachable", "Git does not answer.", "Wait.", NOW)

    def slow(call: str) -> None:
        if call == "entries":
            raise SLOW

    one.tags.trouble = slow
    one.polls()
    assert one.courier.waiting() == (0, None)
    one.tags.trouble = lambda _: None
    one.polls()
    one.tells()
    assert one.ear.kinds() == [Kind.SOURCE_STALE]


# -- The inbox


def test_an_inbox_keeps_the_newest_looks_of_each_service_however_many_come() -> None:
    inbox = Inbox()
    looks = [replace(AT_REST, seen_at=NOW + number) for number in range(3 * LOOKS)]
    for each in looks:
        inbox.put(each)
    assert inbox.first(KEY) is looks[-LOOKS]
    assert inbox.batch(frozenset()) == {KEY: looks[-1]}


def test_what_was_read_leaves_the_inbox_and_what_came_meanwhile_stays() -> None:
    inbox = Inbox()
    assert inbox.empty()
    inbox.put(STARTED)
    first = inbox.first(KEY)
    assert first is STARTED
    for number in range(LOOKS):
        inbox.put(replace(SHIPPED, seen_at=NOW + number))
    inbox.drop(first)  # it was pushed out already
    for number in range(LOOKS):
        look = inbox.first(KEY)
        assert look is not None
        assert look.seen_at == NOW + number
        inbox.drop(look)
    assert inbox.empty()
    assert inbox.first(KEY) is None


def test_a_poll_is_taken_once() -> None:
    inbox = Inbox()
    inbox.put_poll()
    assert not inbox.empty()
    assert (inbox.take_poll(), inbox.take_poll(), inbox.empty()) == (True, False, True)


def test_a_batch_is_of_one_cluster_and_no_larger_than_a_call_reads() -> None:
    inbox = Inbox()
    for number in range(2 * BATCH):
        inbox.put(of_service(f"s{number}", DRIFTED))
        inbox.put(in_cluster(f"c{number}", DRIFTED))
    first = inbox.batch(frozenset())
    assert len(first) == BATCH
    assert {each.wanted.cluster for each in first.values()} == {"prod"}
    from controller.loop.board import cluster_of

    others = inbox.batch({cluster_of(next(iter(first.values())))})
    assert len(others) == 1
