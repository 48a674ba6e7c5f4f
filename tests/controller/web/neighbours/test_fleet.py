"""The whole fleet, asked of a replica that keeps none of it, or only a part."""

import time
from collections.abc import Generator, Iterator
from dataclasses import replace

import pytest

from controller.web.client import Daemon
from controller.web.fleet_views import FleetView
from controller.web.messages import Message
from reconcilers.model import Scope
from tests.controller.builders import HELD, KEY, named, report, snapshot
from tests.controller.daemons import silence, until
from tests.controller.web.neighbours.pair import Pair, pair

FAR = named("far", scope=Scope("us-east-1"))


@pytest.fixture
def both() -> Iterator[Pair]:
    with pair() as made:
        yield made


def listening(both: Pair) -> Generator[Message]:
    """Who reads the other one's stream, until closed."""
    yield from Daemon(both.other.url).listen("stream")


def texts(both: Pair) -> list[str]:
    return [each["text"] for each in both.other.says("fleet")["rows"]]


def two_rounds_of_its_thread(both: Pair) -> None:
    before = both.other.hub.looked_up
    until("its thread to come round twice", lambda: both.other.hub.looked_up >= before + 2, 20)


def test_its_lines_are_the_keepers(both: Pair) -> None:
    both.keeper.served.look(report(HELD))
    theirs, ours = both.keeper.says("fleet"), both.other.says("fleet")
    assert [each["outcome"] for each in ours["rows"]] == ["held"]
    assert ours["rows"] == theirs["rows"]


def test_every_service_whole_is_the_keepers(both: Pair) -> None:
    both.keeper.served.look(report(HELD))
    theirs, ours = both.keeper.says("services"), both.other.says("services")
    assert [each["outcome"] for each in ours] == ["held"]
    assert ours == theirs


def test_two_that_keep_a_part_each_both_tell_the_whole(both: Pair) -> None:
    def shared(mine: str, other: str) -> None:
        me = both.keeper if mine == "keeper-1" else both.other
        home = "eu-west-1" if mine == "keeper-1" else "us-east-1"
        me.served.adopt(snapshot(named("notes"), FAR, commit="c2"))
        me.served.board.shared(lambda scope: None if scope.region == home else other)

    shared("keeper-1", "other-1")
    shared("other-1", "keeper-1")
    both.keeper.served.look(report(HELD))
    both.other.served.look(replace(report(), key=FAR.key))
    for path in ("services", "fleet"):
        theirs, ours = both.keeper.says(path), both.other.says(path)
        found = ours if path == "services" else ours["rows"]
        assert [(each["name"], each["outcome"]) for each in found] == [("far", "in-sync"), ("notes", "held")]
        assert found == (theirs if path == "services" else theirs["rows"])


def test_what_changes_there_is_told_here_to_who_asks_for_changes(both: Pair) -> None:
    before = both.other.says("fleet")
    assert both.other.says(f"fleet?after={before['version']}")["rows"] == []
    both.keeper.served.look(report(HELD))
    until(
        "the neighbour's news to be asked for", lambda: both.other.says(f"fleet?after={before['version']}")["rows"], 10
    )
    after = both.other.says(f"fleet?after={before['version']}")
    assert (after["whole"], [each["outcome"] for each in after["rows"]]) == (False, ["held"])


def test_what_changes_there_is_sent_here_on_the_stream(both: Pair) -> None:
    both.other.served.near.start()
    heard = listening(both)
    first = next(heard)
    both.keeper.served.look(report(HELD))
    news = next(each for each in heard if each.event == "fleet" and '"held"' in each.data)
    assert (first.event, FleetView.model_validate_json(news.data).rows[0].outcome) == ("fleet", "held")
    heard.close()


def test_nobody_is_asked_while_nobody_looks(both: Pair) -> None:
    both.other.served.near.start()
    heard = listening(both)
    next(heard)
    until("it to keep up by itself", lambda: len(both.other.asked) > 2, 10)
    heard.close()
    both.other.served.hub.poke()
    until("the reader to be let go", lambda: not both.other.served.hub.readers, 20)
    two_rounds_of_its_thread(both)  # the first may have begun before
    before = len(both.other.asked)
    two_rounds_of_its_thread(both)
    assert len(both.other.asked) == before


def test_a_neighbour_is_told_what_is_kept_here_and_no_more(both: Pair) -> None:
    both.other.says("fleet")
    asked = len(both.other.asked)
    assert both.other.says("fleet", meant="other-1")["rows"] == []
    assert both.other.says("services", meant="other-1") == []
    assert len(both.other.asked) == asked
    for path in ("fleet", "services"):
        assert both.other.get(path, meant="somebody").status_code == 421


def test_a_service_that_is_given_away_leaves_what_a_neighbour_is_told(both: Pair) -> None:
    before = both.keeper.says("fleet", meant="keeper-1")
    both.keeper.served.board.shared(lambda _: "third-1")
    after = both.keeper.says(f"fleet?after={before['version']}", meant="keeper-1")
    assert (after["rows"], after["removed"]) == ([], [str(KEY)])


def test_a_neighbour_that_hangs_is_waited_for_once(both: Pair) -> None:
    both.other.at = time.monotonic()
    with silence() as host:
        both.other.addresses["keeper-1"] = host.url
        for _ in range(20):
            assert texts(both) == ["Replica keeper-1 keeps it"]
        assert host.connections == 1


def test_a_place_that_another_replica_gave_is_none_here(both: Pair) -> None:
    theirs = both.keeper.says("fleet")["version"]
    ours = both.other.says("fleet")["version"]
    assert abs(ours - theirs) > 10_000
    assert both.other.says(f"fleet?after={theirs}")["whole"] is True
