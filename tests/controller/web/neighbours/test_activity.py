"""What happened, and one service that is watched, asked of a replica that keeps nothing."""

import json
from collections.abc import Generator, Iterator

import pytest

from controller.web.client import Daemon
from controller.web.detail_views import DetailView
from controller.web.messages import Message
from reconcilers.attempts import AttemptState
from tests.controller.builders import HELD, NOW, SHIFTING, attempt, observed, report, snapshot
from tests.controller.daemons import silence
from tests.controller.web.neighbours.pair import SERVICE, Pair, Replica, pair
from tests.controller.web.served import serving


@pytest.fixture
def both() -> Iterator[Pair]:
    with pair() as made:
        made.other.served.near.start()
        yield made


def listening(both: Pair, path: str) -> Generator[Message]:
    """Who reads a stream of the other one, until closed."""
    yield from Daemon(both.other.url).listen(path)


def shifting(both: Pair) -> None:
    both.keeper.served.look(report(SHIFTING, observed=observed(attempt("v2", AttemptState.RUNNING, created_at=NOW))))


def test_it_reads_as_the_keeper_has_it(both: Pair) -> None:
    shifting(both)
    both.keeper.served.look(report(HELD, at=NOW + 60))
    theirs, ours = both.keeper.says("activity"), both.other.says("activity")
    assert len(ours["facts"]) >= 2
    assert ours["facts"] == theirs["facts"]


def test_a_neighbour_is_told_what_was_learnt_elsewhere_too_and_nobody_is_asked_for_it(both: Pair) -> None:
    shifting(both)
    told = both.other.says("activity")["facts"]
    both.other.asked.clear()
    assert both.other.says("activity", meant="other-1")["facts"] == told != []
    assert both.other.asked == []


def test_what_a_replica_knew_before_it_was_restarted_it_learns_from_the_others(both: Pair) -> None:
    both.keeper.served.look(report(HELD, at=NOW + 60))
    known = both.other.says("activity")["facts"]
    again = Replica("keeper-1", both.keeper.addresses, NOW + 90)
    with serving(again.served) as url:
        again.url = both.keeper.addresses["keeper-1"] = url
        again.served.adopt(snapshot())
        assert again.says("activity")["facts"] == known != []
        assert both.other.says("activity")["facts"] == known
        again.close()


def test_what_happens_there_arrives_here_once(both: Pair) -> None:
    heard = listening(both, f"activity/stream?after={both.other.says('activity')['cursor']}")
    shifting(both)
    told = [json.loads(next(heard).data)]
    both.keeper.served.look(report(HELD, at=NOW + 60))
    told += [json.loads(next(heard).data) for _ in both.keeper.says("activity")["facts"][1:]]
    assert sorted(told, key=str) == sorted(both.keeper.says("activity")["facts"], key=str)
    heard.close()


def test_a_service_that_is_watched_here_changes_as_it_does_there(both: Pair) -> None:
    heard = listening(both, f"{SERVICE}/stream")
    first = next(each for each in heard if each.event == "service")
    shifting(both)
    second = next(each for each in heard if each.event == "service")
    shown = [DetailView.model_validate_json(each.data).outcome for each in (first, second)]
    assert shown == ["unknown", "progressing"]
    assert both.keeper.says(SERVICE) == DetailView.model_validate_json(second.data).model_dump(
        mode="json", by_alias=True
    )
    heard.close()


def test_a_keeper_that_hangs_keeps_no_reader_from_a_stream_which_tells_once_it_answers(both: Pair) -> None:
    with silence() as host:
        both.other.addresses["keeper-1"] = host.url
        heard = listening(both, f"{SERVICE}/stream")
        assert "Replica keeper-1 keeps it" in next(heard).data
        shifting(both)
        both.other.addresses["keeper-1"] = both.keeper.url
        assert any("progressing" in each.data for each in heard if each.event == "service")
        heard.close()
