"""What a channel was told of a service, and how that is named."""

from dataclasses import replace

from controller.loop.facts import Kind
from controller.notify.ledger import (
    MOST_PATHS,
    Ledger,
    Mark,
    Shipped,
    Slot,
    after,
    fitting,
    name_of,
    occurrence,
    paths_of,
    slot,
)
from tests.controller.notify.builders import KEY, NOW, fact, order

FOUND = fact(Kind.DRIFT_FOUND, id=f"{KEY}/abc/drift", paths=("/a", "/b"))
HEALED = fact(Kind.DRIFT_HEALED, id=f"{KEY}/abc/drift/healed", paths=("/a", "/b"))


def test_a_rollout_is_kept_with_the_time_at_which_it_began() -> None:
    started = after(Ledger(), fact(Kind.STARTED), "runs")
    assert (started.shipped, started.runs, started.number) == (Shipped("d-v2", Kind.STARTED, NOW), "runs", 1)
    done = after(started, fact(Kind.DONE, at=NOW + 90, seconds=90.0), "more")
    assert (done.shipped, done.runs, done.number) == (Shipped("d-v2", Kind.DONE, NOW), "more", 2)


def test_a_drift_stands_until_its_end_was_told() -> None:
    found = after(Ledger(), FOUND)
    assert found.drift == Mark("abc/drift", NOW, 1, paths_of(FOUND))
    assert after(found, HEALED) == Ledger(number=2)


def test_a_drift_that_grows_keeps_the_fields_that_were_told_before() -> None:
    more = replace(FOUND, id=f"{KEY}/def/drift", paths=("/c",))
    grown = after(after(Ledger(), FOUND), more)
    assert grown.drift is not None
    assert grown.drift.paths == paths_of(FOUND) | paths_of(more)


def test_a_drift_of_many_fields_keeps_none_of_them_and_so_it_stays() -> None:
    many = after(Ledger(), replace(FOUND, paths=tuple(f"/{number}" for number in range(MOST_PATHS + 1))))
    assert many.drift is not None
    assert many.drift.paths is None
    again = after(many, FOUND)
    assert again.drift is not None
    assert again.drift.paths is None


def test_an_obstacle_and_a_drift_stand_apart() -> None:
    both = after(after(Ledger(), FOUND), fact(Kind.HELD, id=f"{KEY}/d-v2/held"))
    assert (both.drift is not None, both.obstacle and both.obstacle.name) == (True, "d-v2/held")
    assert after(both, fact(Kind.CLEARED)).drift == both.drift


def test_what_nobody_wants_to_hear_has_no_number() -> None:
    passed = after(Ledger(number=7), FOUND, told=False)
    assert (passed.number, passed.drift and passed.drift.number) == (7, 8)


def test_what_happens_once_is_named_by_its_fact_and_what_comes_again_is_numbered() -> None:
    assert occurrence(Ledger(number=4), fact(Kind.DONE)) == fact(Kind.DONE).id
    found = after(Ledger(number=4), FOUND)
    assert occurrence(Ledger(number=4), FOUND) == f"{FOUND.id}#5"
    assert occurrence(found, HEALED) == f"{HEALED.id}#5"
    assert occurrence(after(found, HEALED), FOUND) == f"{FOUND.id}#7"
    assert occurrence(Ledger(number=4), HEALED) == f"{HEALED.id}#5"
    assert occurrence(Ledger(number=4), fact(Kind.CLEARED, id="x/cleared")) == "x/cleared#5"


def test_every_kind_is_about_one_thing() -> None:
    assert {kind: slot(kind) for kind in Kind if slot(kind) is not Slot.ROLLOUT} == {
        Kind.DRIFT_FOUND: Slot.DRIFT,
        Kind.DRIFT_HEALED: Slot.DRIFT,
        Kind.HELD: Slot.OBSTACLE,
        Kind.BLOCKED: Slot.OBSTACLE,
        Kind.CLEARED: Slot.OBSTACLE,
        Kind.SOURCE_STALE: Slot.OBSTACLE,
        Kind.SOURCE_BACK: Slot.OBSTACLE,
        Kind.ORDERED: Slot.ORDER,
    }


def test_an_order_is_counted_and_changes_nothing_that_stands() -> None:
    stands = after(after(Ledger(), fact(Kind.DONE)), FOUND)
    assert after(stands, order()) == replace(stands, number=3)
    assert occurrence(stands, order()) == order().id


def test_a_name_is_without_whose_it_is_and_fits_into_a_tag() -> None:
    assert name_of(fact(id=f"{KEY}/d-1/held")) == "d-1/held"
    assert name_of(fact(id="source/abc/stale", service=None)) == "abc/stale"
    long = name_of(fact(id=f"{KEY}/{'x' * 200}/held"))
    assert (len(long), long.endswith("/held")) == (21, True)


def test_a_deployments_id_that_does_not_fit_into_a_tag_is_kept_as_a_digest() -> None:
    assert fitting("d-ABC_1") == "d-ABC_1"
    assert len(fitting("ecs svc!")) == 16
    assert len(fitting("")) == 16
    assert fitting("x" * 41) != fitting("x" * 42)
