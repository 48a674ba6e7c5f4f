"""One channel's deliveries: in order, each once, with patience."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from controller.loop.facts import Fact, Kind, Tone
from controller.loop.status import ServiceStatus
from controller.notify.claims import Holding
from controller.notify.configuration import Filter
from controller.notify.courier import FIRST, LEAVE, MOST
from controller.notify.ledger import Claim, Entry, Ledger
from controller.notify.told import Later, Refused, Telling
from controller.notify.writing import read, written
from reconcilers.model import SyncPolicy
from reconcilers.outcome import Retry, Stalled
from tests.controller.notify.builders import (
    AT_REST,
    DRIFTED,
    IN_THE_WAY,
    KEY,
    NOW,
    ON_HOLD,
    SHIPPED,
    STARTED,
    TOLD,
    Ear,
    FakeTags,
    Replica,
    Time,
    of_service,
)

TAG = (KEY, "deploys")


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Replica]:
    made = Replica(tmp_path, FakeTags(), Ear(), Time())
    yield made
    made.end()


def failing(error: Exception, at: Callable[[Fact], bool] = lambda _: True) -> Callable[[Telling], None]:
    """A receiver's trouble with some facts."""

    def trouble(telling: Telling) -> None:
        if at(telling.fact):
            raise error

    return trouble


def test_facts_are_told_in_order_and_written_down(one: Replica) -> None:
    one.sees(STARTED, SHIPPED)
    one.tells()
    assert one.ear.ids() == ["d-v2/started", "d-v2/done"]
    assert [each.result for each in one.tries] == ["delivered", "delivered"]
    assert read(one.tags.values[TAG]).ledger.number == 2
    assert one.courier.turn() is None


def test_each_fact_takes_a_second_and_four_calls(one: Replica) -> None:
    one.sees(ON_HOLD)
    one.tells()
    assert one.clock.at == NOW + Holding().settle
    assert one.tags.calls == ["entries", "entry", "write", "written", "entry", "write", "written"]


def test_a_telling_says_where_and_by_which_name(one: Replica) -> None:
    one.sees(ON_HOLD)
    one.tells()
    (telling,) = one.ear.heard
    assert telling.id == "prod/notes/d-v2/held#1"
    assert telling.place is not None
    assert (telling.place.cluster, telling.place.service, telling.page) == ("prod", "notes", "")


def test_a_channel_that_does_not_take_it_is_tried_at_longer_and_longer_intervals(one: Replica) -> None:
    one.ear.trouble = failing(Later("HTTP 503"))
    one.sees(ON_HOLD)
    waits: list[float] = []
    while len(waits) < 12:
        wait = one.courier.turn()
        assert wait is not None
        if one.tries and len(one.tries) > len(waits):
            waits.append(wait)
        one.clock.at += wait
    assert waits[:4] == [FIRST / 2, FIRST, 2 * FIRST, 4 * FIRST]
    assert max(waits) == MOST / 2
    assert {each.result for each in one.tries} == {"failed"}
    assert one.log.events() == ["a channel takes no notifications"]


def test_a_channel_says_when_it_wants_to_be_asked_again(one: Replica) -> None:
    one.ear.trouble = failing(Later("HTTP 429", 42.0))
    one.sees(ON_HOLD)
    one.tells(1.0)
    assert one.courier.turn() == 42
    one.ear.trouble = lambda _: None
    one.clock.at += 41
    assert one.courier.turn() == 1
    one.tells()
    assert one.ear.ids() == ["d-v2/held"]
    assert one.log.events() == ["a channel takes no notifications", "a channel takes notifications again"]


def test_another_reason_is_another_line_in_the_log(one: Replica) -> None:
    one.sees(ON_HOLD)
    for tries, reason in enumerate(["HTTP 503", "HTTP 503", "HTTP 401"]):
        one.ear.trouble = failing(Later(reason))
        while len(one.tries) == tries:
            one.clock.at += one.courier.turn() or 0
    assert [fields["text"] for _, _, fields in one.log.lines] == ["HTTP 503", "HTTP 401"]


def test_a_message_that_is_refused_is_given_up_and_never_told_again(one: Replica) -> None:
    one.ear.trouble = failing(Refused("HTTP 400"), lambda each: each.kind is Kind.HELD)
    one.sees(ON_HOLD, IN_THE_WAY)
    one.tells()
    assert one.ear.kinds() == [Kind.BLOCKED]
    assert [each.result for each in one.tries] == ["refused", "delivered"]
    one.sees(IN_THE_WAY)
    one.tells()
    assert len(one.tries) == 2


def test_a_defect_in_one_message_does_not_silence_the_channel(one: Replica) -> None:
    one.ear.trouble = failing(KeyError("oh"), lambda each: each.kind is Kind.HELD)
    one.sees(ON_HOLD, IN_THE_WAY)
    one.tells()
    assert one.ear.kinds() == [Kind.BLOCKED]
    assert one.log.events() == ["a notification broke"]


def test_one_message_that_is_never_taken_does_not_stand_before_the_other_services(one: Replica) -> None:
    poison = ON_HOLD.wanted.key
    one.ear.trouble = failing(Later("HTTP 500"), lambda each: each.service == poison)
    one.sees(ON_HOLD, *(of_service(f"other-{number}", ON_HOLD) for number in range(5)))
    one.tells(60)
    assert sorted(each.fact.service.name for each in one.ear.heard if each.fact.service) == [
        f"other-{number}" for number in range(5)
    ]
    assert one.courier.waiting()[0] == 1


def test_a_service_whose_account_throttles_does_not_stand_before_the_others(one: Replica) -> None:
    other = of_service("other", ON_HOLD)
    one.sees(ON_HOLD, other)
    entry = one.tags.entry
    slow = {"on": True}

    def throttled(status: ServiceStatus, tag: str) -> Entry:
        if slow["on"] and status.wanted.key == KEY:
            raise Retry("Throttled", "slow down", 9.0)
        return entry(status, tag)

    one.tags.entry = throttled  # type: ignore[method-assign]
    one.tells(5)
    assert [each.fact.service for each in one.ear.heard] == [other.wanted.key]
    assert "a notification waits for AWS" in one.log.events()
    assert [each.result for each in one.tries] == ["delivered"], "the channel has nothing to do with it"
    slow["on"] = False
    one.tells()
    assert len(one.ear.heard) == 2


def test_another_replica_that_claimed_it_is_given_time(one: Replica) -> None:
    one.sees(ON_HOLD)
    one.tags.values[TAG] = written(Entry(claim=Claim("bbbbbb", NOW)))
    assert one.courier.turn() == 0
    assert one.courier.turn() == LEAVE
    one.tags.values[TAG] = written(Entry(Ledger(number=1, obstacle=one.courier._pending.expected(KEY).obstacle)))
    one.tells()
    assert one.ear.heard == []
    assert one.courier.turn() is None


def test_of_a_replica_that_died_with_its_claim_the_fact_is_told(one: Replica) -> None:
    one.sees(ON_HOLD)
    one.tags.values[TAG] = written(Entry(claim=Claim("bbbbbb", NOW)))
    one.tells(300)
    assert one.ear.ids() == ["d-v2/held"]
    assert one.clock.at >= NOW + Holding().claim


def test_where_no_tag_can_be_written_the_file_has_it(tmp_path: Path) -> None:
    def trouble(call: str) -> None:
        if call in ("entries", "entry", "write"):
            raise Stalled("AccessDenied", "denied", "Allow it.")

    for _ in range(2):
        one = Replica(tmp_path, FakeTags(trouble=trouble), ear := Ear(), Time())
        one.sees(ON_HOLD)
        one.tells()
        one.end()
        said = ear.ids()
    assert said == [], "the second process told nothing"


def test_a_service_that_is_only_observed_is_told_and_never_written(one: Replica) -> None:
    observed = replace(DRIFTED, wanted=replace(DRIFTED.wanted, sync=SyncPolicy.OBSERVE))
    one.sees(observed)
    one.tells()
    assert one.ear.kinds() == [Kind.DRIFT_FOUND]
    assert one.tags.calls == []


def test_a_tag_that_aws_would_not_take_is_written_later_though_nothing_else_happens(one: Replica) -> None:
    one.sees(ON_HOLD)
    slow = {"on": False}

    def trouble(call: str) -> None:
        if call == "write" and slow["on"]:
            raise Retry("Throttled", "slow down")

    one.tags.trouble = trouble
    one.ear.after = lambda _: slow.update(on=True)
    one.tells(2)
    assert read(one.tags.values[TAG]).ledger.number == 0
    assert one.courier.turn() == pytest.approx(Holding().again)
    slow["on"] = False
    one.tells()
    assert read(one.tags.values[TAG]) == Entry(Ledger(number=1, obstacle=one.courier._pending.told(KEY).obstacle))


def test_a_tag_that_the_disk_is_ahead_of_is_written_after_a_restart(tmp_path: Path) -> None:
    tags, clock = FakeTags(), Time()
    first = Replica(tmp_path, tags, Ear(), clock)
    first.sees(ON_HOLD)
    first.tells()
    first.end()
    tags.values[TAG] = written(Entry(claim=Claim(first.shelf.holder, NOW)))
    second = Replica(tmp_path, tags, ear := Ear(), clock)
    second.sees(ON_HOLD)
    second.tells()
    second.end()
    assert (ear.heard, read(tags.values[TAG]).ledger.number) == ([], 1)


def test_where_only_the_end_is_wanted_the_beginning_is_written_down_and_not_told(tmp_path: Path) -> None:
    good = Filter(kinds=TOLD, tones=(Tone.GOOD,))
    tags, clock = FakeTags(), Time()
    first = Replica(tmp_path / "a", tags, ear := Ear(), clock, good)
    first.sees(DRIFTED)
    first.tells()
    first.end()
    assert (ear.heard, first.tries) == ([], [])
    second = Replica(tmp_path / "b", tags, ear, clock, good)
    second.sees(AT_REST)
    second.tells()
    second.end()
    assert ear.kinds() == [Kind.DRIFT_HEALED]


def test_what_is_only_noted_waits_for_no_receiver(tmp_path: Path) -> None:
    one = Replica(tmp_path, FakeTags(), Ear(), Time(), Filter(kinds=(Kind.HELD, Kind.DRIFT_HEALED)))
    one.ear.trouble = failing(Later("HTTP 503", 900.0))
    one.sees(ON_HOLD)
    one.tells(2)
    other = of_service("other", DRIFTED)
    one.sees(other)
    one.tells(5)
    one.end()
    assert read(one.tags.values[other.wanted.key, "deploys"]).ledger.drift is not None


def test_only_a_channel_that_wants_rollouts_has_them_looked_for(tmp_path: Path) -> None:
    for kinds, asks in (((Kind.HELD,), False), ((Kind.DONE,), True)):
        one = Replica(tmp_path, FakeTags(), Ear(), Time(), Filter(kinds=kinds))
        one.git_has(STARTED)
        one.sees(STARTED)
        moved = replace(AT_REST, live=replace(AT_REST.live, service=None) if AT_REST.live else None)
        assert one.courier.unsure(moved) is asks
        one.end()


def test_what_waits_is_counted(one: Replica) -> None:
    one.sees(STARTED, SHIPPED)
    assert one.courier.waiting()[0] == 2


def kinds(ear: Ear) -> list[Kind]:
    return [each.fact.kind for each in ear.heard]


def test_a_drift_that_came_and_went_while_nobody_listened_is_told_after_a_restart(tmp_path: Path) -> None:
    tags, clock = FakeTags(), Time()
    deaf = Replica(tmp_path, tags, Ear(trouble=failing(Later("no answer"))), clock)
    deaf.sees(AT_REST, DRIFTED, AT_REST)
    deaf.tells()
    deaf.end()
    second = Replica(tmp_path, tags, ear := Ear(), clock)
    second.sees(AT_REST)
    second.tells()
    assert kinds(ear) == [Kind.DRIFT_FOUND, Kind.DRIFT_HEALED]
    second.end()
    third = Replica(tmp_path, tags, ear := Ear(), clock)
    third.sees(AT_REST)
    third.tells()
    assert kinds(ear) == [], "each once"
    third.end()


def test_what_waited_is_not_told_where_another_replica_has_told_since(tmp_path: Path) -> None:
    tags, clock = FakeTags(), Time()
    deaf = Replica(tmp_path / "a", tags, Ear(trouble=failing(Later("no answer"))), clock)
    deaf.sees(AT_REST, DRIFTED)
    deaf.tells()
    deaf.end()
    clock.at += 3600
    other = Replica(tmp_path / "b", tags, ear := Ear(), clock)
    other.sees(DRIFTED, AT_REST)
    other.tells()
    assert kinds(ear) == [Kind.DRIFT_FOUND, Kind.DRIFT_HEALED]
    other.end()
    again = Replica(tmp_path / "a", tags, ear := Ear(), clock)
    again.sees(AT_REST)
    again.tells()
    assert kinds(ear) == []
    again.end()


def test_what_waits_in_a_damaged_file_is_nothing(tmp_path: Path) -> None:
    (tmp_path / "deploys.json").write_text('{"prod/notes waiting": "[{]"}', "utf-8")
    one = Replica(tmp_path, FakeTags(), ear := Ear(), Time())
    one.sees(DRIFTED)
    one.tells()
    assert kinds(ear) == [Kind.DRIFT_FOUND]
    one.end()
