"""One service, asked of a replica that does not keep it."""

from collections.abc import Iterator

import pytest

from reconcilers.history import History
from tests.controller.builders import HELD, KEY, NOW, SHIFTING, attempt, observed, report
from tests.controller.daemons import silence
from tests.controller.web.neighbours.hosts import hosting
from tests.controller.web.neighbours.pair import SERVICE, Pair, pair


@pytest.fixture
def both() -> Iterator[Pair]:
    with pair() as made:
        yield made


def test_it_reads_as_its_keeper_has_it(both: Pair) -> None:
    both.keeper.served.look(report(SHIFTING, observed=observed(attempt("v2"), attempt("v1"))))
    theirs, ours = both.keeper.says(SERVICE), both.other.says(SERVICE)
    assert ours["outcome"] == "progressing"
    assert ours == theirs


def test_what_was_tried_reads_as_its_keeper_has_it(both: Pair) -> None:
    both.keeper.served.histories[KEY] = History((attempt("v2"), attempt("v1")), {}, NOW)
    theirs, ours = both.keeper.says(f"{SERVICE}/history"), both.other.says(f"{SERVICE}/history")
    assert [each["deployment"] for each in ours["attempts"]] == ["d-v2", "d-v1"]
    assert ours == theirs


def test_what_a_reader_may_do_is_said_by_who_knows_the_reader(both: Pair) -> None:
    both.keeper.served.look(report(HELD))
    nobody, somebody = both.other.says(SERVICE), both.other.says(SERVICE, known=True)
    assert (nobody["you"], somebody["you"]) == ("", "TRUEUP_API_TOKEN")
    assert {each["name"]: each["allowed"] for each in somebody["actions"]} == {
        "sync": False, "retry": True, "sync-despite-alarm": False,
    }  # fmt: skip


def test_a_question_of_a_neighbour_is_not_asked_further(both: Pair) -> None:
    both.keeper.served.board.shared(lambda _: "other-1")  # each believes that the other one keeps it
    for path in (SERVICE, f"{SERVICE}/history"):
        assert both.other.get(path, meant="other-1").status_code == 421
        assert both.other.says(path)
    assert both.keeper.asked == []
    assert "Replica keeper-1 keeps it" in both.other.says(SERVICE)["text"]


def test_a_question_that_is_meant_for_another_replica_is_not_answered(both: Pair) -> None:
    assert both.keeper.get(SERVICE, meant="keeper-0").status_code == 421


def test_a_service_that_nobody_keeps_is_asked_of_nobody(both: Pair) -> None:
    both.kept_by("")
    assert both.other.says(SERVICE)["text"] == "No replica keeps it"
    assert both.other.asked == []


def test_a_service_that_is_not_in_git_is_asked_of_nobody(both: Pair) -> None:
    assert both.other.get("services/prod/nodes").json()["detail"].endswith("Did you mean prod/notes?")
    assert both.other.asked == []


def test_a_keeper_that_does_not_know_it_yet_is_no_reason_to_say_there_is_none(both: Pair) -> None:
    both.kept_by("keeper-1")
    both.keeper.served.board._services.clear()
    assert both.other.says(SERVICE)["text"] == "Replica keeper-1 keeps it"


def test_a_keeper_that_hangs_holds_a_reader_up_once_and_for_no_longer_than_it_may(both: Pair) -> None:
    with silence() as host:
        both.other.addresses["keeper-1"] = host.url
        for _ in range(3):
            assert both.other.says(SERVICE)["text"] == "Replica keeper-1 keeps it"
        assert (len(both.other.asked), host.connections) == (1, 1)


def test_what_another_version_says_otherwise_is_no_answer(both: Pair) -> None:
    with hosting() as host:
        both.other.addresses["keeper-1"] = host.url
        assert both.other.says(SERVICE)["text"] == "Replica keeper-1 keeps it"
        assert host.heard
