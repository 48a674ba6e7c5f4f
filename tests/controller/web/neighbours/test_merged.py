"""What a neighbour has said so far, and how it goes into what is known here."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from controller.loop.facts import Fact, Kind
from controller.loop.status import ServiceStatus
from controller.web.fact_views import FactView
from controller.web.fleet_views import FleetRow, FleetView
from controller.web.neighbours.merged import GRACE, MOST, Said, fact_of, heard, line, whole
from controller.web.rows import row
from controller.web.showing import fact_view, service_view
from controller.web.views import SourceView
from tests.controller.builders import KEY, NOW, drifted, named, report, status

SOURCE = SourceView(commit=None, good_at=None, failing_since=None, reason="", message="", remedy="", problems=())


def of(name: str, *, kept_by: str | None = "near") -> ServiceStatus:
    return replace(status(report()), wanted=named(name), kept_by=kept_by)


def lines(*names: str, text: str = "") -> tuple[FleetRow, ...]:
    return tuple(row(of(each, kept_by=None), stale=False).model_copy(update={"text": text}) for each in names)


def view(*rows: FleetRow, version: int = 7, whole: bool = False, removed: tuple[str, ...] = ()) -> FleetView:
    return FleetView(version=version, whole=whole, now=NOW, rows=rows, removed=removed, source=SOURCE, acting=True)


BEFORE = heard(Said(), view(*lines("a", "b"), whole=True), 100.0)


def test_a_whole_answer_is_all_that_is_kept_there() -> None:
    assert heard(BEFORE, view(*lines("c"), whole=True, version=8), 101.0) == Said(
        8, dict(zip(["prod/c"], lines("c"), strict=True)), 101.0
    )


def test_what_changed_takes_the_place_of_what_was_and_what_left_is_out() -> None:
    (changed,) = lines("a", text="held")
    after = heard(BEFORE, view(changed, version=8, removed=("prod/b",)), 101.0)
    assert after == Said(8, {"prod/a": changed}, 101.0)


def test_where_nothing_changed_the_lines_are_the_same_ones() -> None:
    after = heard(BEFORE, view(version=7), 101.0)
    assert after.lines is BEFORE.lines
    assert (after.version, after.at) == (7, 101.0)


def test_whoever_tells_line_after_line_is_asked_for_all_of_them_once_more() -> None:
    told = heard(BEFORE, view(*lines("c"), version=8), 101.0, MOST)
    assert (told.version, len(told.lines)) == (8, 3)
    much = heard(told, view(*lines("d"), version=9), 102.0, 1)
    assert (much.version, len(much.lines)) == (None, 4)
    assert heard(much, view(*lines("e"), whole=True, version=10), 103.0, 1).lines.keys() == {"prod/e"}


def test_a_part_is_all_there_is_where_everything_was_asked_for() -> None:
    much = heard(BEFORE, view(*lines("c"), version=8), 101.0, MOST + 1)
    assert heard(much, view(*lines("d"), version=9), 102.0, 1).lines.keys() == {"prod/d"}


def test_a_line_is_as_the_replica_has_it_that_keeps_the_service() -> None:
    (theirs,) = lines("a")
    assert line({"near": BEFORE}, of("a"), 100.0) == theirs


def test_there_is_no_line_of_what_is_kept_here_or_by_nobody_or_by_somebody_who_did_not_say() -> None:
    for kept_by in (None, "", "far"):
        assert line({"near": BEFORE}, of("a", kept_by=kept_by), 100.0) is None
    assert line({"near": BEFORE}, of("c"), 100.0) is None


def test_what_was_said_too_long_ago_is_not_told() -> None:
    assert line({"near": BEFORE}, of("a"), 100.0 + GRACE) is not None
    assert line({"near": BEFORE}, of("a"), 100.1 + GRACE) is None


def test_of_all_services_each_is_as_its_keeper_says_in_the_order_of_ours() -> None:
    statuses = (of("a", kept_by=None), of("b"), of("c", kept_by="far"), of("d"))
    ours = [service_view(each) for each in statuses]
    theirs = [service_view(replace(status(drifted()), wanted=named(each))) for each in ("d", "b", "a", "c")]
    found = whole(ours, statuses, {"near": theirs})
    assert [(each.name, each.outcome) for each in found] == [
        ("a", "in-sync"), ("b", "differs"), ("c", "in-sync"), ("d", "differs"),
    ]  # fmt: skip


def test_a_fact_is_the_same_once_another_replica_has_told_it() -> None:
    kept = Fact("x/held", Kind.HELD, NOW, KEY, "held", "d-v2", "c1", "s", "r", "why", "fix", "ann", 1.5, ("/a",))
    assert fact_of(fact_view(kept)) == kept


def test_what_happened_to_the_repository_is_told_too() -> None:
    stale = Fact("source/c1/stale", Kind.SOURCE_STALE, NOW, None, "No good answer", reason="timeout")
    assert fact_of(fact_view(stale)) == stale


def test_half_a_name_and_a_kind_not_known_here_are_left_out() -> None:
    view = fact_view(Fact("x", Kind.HELD, NOW, KEY, "held"))
    for more in ({"service": None}, {"environment": None}, {"kind": "danced"}):
        assert fact_of(view.model_copy(update=more)) is None


@pytest.mark.parametrize("odd", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_what_is_no_number_is_no_answer(odd: str) -> None:
    said = fact_view(Fact("x", Kind.HELD, 7.25, KEY, "held")).model_dump_json(by_alias=True)
    assert FactView.model_validate_json(said).at == 7.25
    with pytest.raises(ValidationError):
        FactView.model_validate_json(said.replace("7.25", odd))
