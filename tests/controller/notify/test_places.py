"""Where what was told is kept, of services that AWS has and of those that it has not."""

from dataclasses import replace

import pytest

from controller.loop.facts import Kind
from controller.loop.status import ServiceStatus
from controller.notify.claims import Claims, Ours, Overtaken, Settling
from controller.notify.ledger import Claim, Entry, Ledger, Mark
from controller.notify.pending import Step
from controller.notify.places import Places
from controller.notify.writing import read, written
from reconcilers.model import ServiceKey, SyncPolicy
from tests.controller.notes import FakeNotes
from tests.controller.notify.builders import AT_REST, KEY, NOW, FakeTags, Log, fact

MISSING = replace(AT_REST, live=None)
OBSERVED = replace(MISSING, wanted=replace(MISSING.wanted, sync=SyncPolicy.OBSERVE))
BLOCKED = Entry(Ledger(number=1, obstacle=Mark("abc/blocked", NOW, 1)))
NAME = f"told/deploys/{KEY}"


@pytest.mark.parametrize(
    ("status", "without", "beside"),
    [(AT_REST, True, True), (MISSING, False, True), (OBSERVED, False, False)],
    ids=["there", "missing", "observed"],
)
def test_a_missing_service_has_a_place_beside_a_lease_table_alone(
    status: ServiceStatus, *, without: bool, beside: bool
) -> None:
    assert Places(FakeTags(), None).holds(status) is without
    assert Places(FakeTags(), FakeNotes()).holds(status) is beside


def test_what_was_told_of_a_missing_service_is_known_to_another_replica() -> None:
    notes = FakeNotes()
    Places(FakeTags(), notes).write(MISSING, "deploys", BLOCKED)
    other = Places(FakeTags(), notes)
    assert other.entry(MISSING, "deploys") == BLOCKED
    assert other.entries((MISSING,)) == ({"deploys": BLOCKED},)
    assert other.entry(MISSING, "others") == Entry()


def test_a_note_of_another_service_or_for_something_else_is_no_entry() -> None:
    notes = FakeNotes({f"told/deploys/{KEY}x": written(BLOCKED), f"else/deploys/{KEY}": written(BLOCKED)})
    assert Places(FakeTags(), notes).entries((MISSING,)) == ({},)


def test_a_claim_is_noted_and_holds_another_replica_off() -> None:
    notes, step = FakeNotes(), Step(KEY, fact(Kind.BLOCKED), NOW, MISSING)
    mine = Claims("deploys", Places(FakeTags(), notes), "aaaaaa", Log())
    theirs = Claims("deploys", Places(FakeTags(), notes), "bbbbbb", Log())
    assert mine.ask(step, Ledger(), NOW) == Settling(1.0)
    assert read(notes.kept[NAME]).claim == Claim("aaaaaa", NOW)
    assert mine.ask(step, Ledger(), NOW + 1) == Ours()
    mine.write(step, BLOCKED.ledger, NOW + 1)
    assert theirs.ask(step, Ledger(), NOW + 2) == Overtaken(BLOCKED.ledger)


def test_a_note_goes_once_nothing_stands_that_it_tells_of() -> None:
    notes = FakeNotes()
    places = Places(FakeTags(), notes)
    places.write(MISSING, "deploys", BLOCKED)
    places.write(MISSING, "deploys", Entry(Ledger(number=2)))
    assert notes.kept == {}


def test_a_note_is_followed_by_the_tag_of_a_service_that_has_come() -> None:
    notes, tags = FakeNotes({NAME: written(BLOCKED)}), FakeTags()
    places = Places(tags, notes)
    assert places.entries((AT_REST,)) == ({"deploys": BLOCKED},)
    places.write(AT_REST, "deploys", Entry(Ledger(number=2)))
    assert (notes.kept, tags.values) == ({}, {(KEY, "deploys"): written(Entry(Ledger(number=2)))})
    assert places.entry(AT_REST, "deploys") == Entry(Ledger(number=2))


def test_of_a_note_and_a_tag_that_counts_which_tells_more() -> None:
    tags = FakeTags({(KEY, "deploys"): written(Entry(Ledger(number=5)))})
    assert Places(tags, FakeNotes({NAME: written(BLOCKED)})).entries((AT_REST,)) == (
        {"deploys": Entry(Ledger(number=5))},
    )


def test_notes_are_read_once_for_services_that_are_there() -> None:
    notes = FakeNotes()
    places = Places(FakeTags(), notes)
    for _ in range(3):
        places.entries((AT_REST,))
    assert notes.readings == 1
    places.entries((MISSING, replace(AT_REST, wanted=replace(AT_REST.wanted, key=ServiceKey("prod", "other")))))
    assert notes.readings == 2


def test_without_a_lease_table_nothing_is_noted() -> None:
    places = Places(FakeTags(), None)
    places.write(MISSING, "deploys", BLOCKED)
    places.write(AT_REST, "deploys", Entry())
    assert places.entries((MISSING,)) == ({},)


def test_of_a_service_that_was_always_there_no_note_is_dropped() -> None:
    notes = FakeNotes({NAME: written(BLOCKED)})
    Places(FakeTags(), notes).write(AT_REST, "deploys", Entry())
    assert notes.kept == {NAME: written(BLOCKED)}  # it was never read here, and costs a call
