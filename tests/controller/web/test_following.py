"""The routes that are followed, over a socket: what changes arrives, and nobody holds anybody up."""

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from controller.web.stream import Hub, Place
from reconcilers.attempts import AttemptState
from tests.controller.builders import HELD, KEY, NOW, SHIFTING, attempt, drifted, named, observed, report, snapshot
from tests.controller.web.served import Served, serving


@pytest.fixture
def served() -> Served:
    served = Served()
    served.adopt(snapshot())
    return served


@pytest.fixture
def url(served: Served) -> Iterator[str]:
    with serving(served) as url:
        yield url


class Reader:
    """Who reads a stream, one message at a time."""

    def __init__(self, url: str, query: str = "", last: str = "") -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
        headers = {"last-event-id": last} if last else {}
        self._connection.request("GET", f"/api/v1/stream{query}", headers=headers)
        self.answer = self._connection.getresponse()
        self.last = last

    def message(self) -> tuple[str, Any]:
        """The next event and its data; what keeps the connection alive is passed over. Ended: an empty name."""
        event, data = "", ""
        while line := self.answer.readline().decode():
            name, _, value = line.rstrip("\n").partition(": ")
            if name == "event":
                event = value
            elif name == "data":
                data = value
            elif name == "id":
                self.last = value
            elif not line.strip() and event:
                return event, json.loads(data)
        return "", None

    def close(self) -> None:
        self._connection.close()


@contextmanager
def reading(url: str, query: str = "", last: str = "") -> Iterator[Reader]:
    reader = Reader(url, query, last)
    try:
        yield reader
    finally:
        reader.close()


def get(url: str, path: str) -> Any:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    connection.request("GET", path)
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return answer


def test_a_reader_gets_the_whole_fleet_first(url: str) -> None:
    with reading(url) as reader:
        event, data = reader.message()
    assert (event, data["whole"], [row["name"] for row in data["rows"]]) == ("fleet", True, ["notes"])


def test_a_change_arrives_as_a_fact_and_a_line(served: Served, url: str) -> None:
    with reading(url) as reader:
        reader.message()
        served.look(report(SHIFTING))
        (fact, told), (line, fleet) = reader.message(), reader.message()
    assert (fact, told["kind"]) == ("fact", "rollout-started")
    assert (line, [row["outcome"] for row in fleet["rows"]]) == ("fleet", ["progressing"])


def test_a_reader_that_was_cut_off_goes_on_where_it_was(served: Served, url: str) -> None:
    with reading(url) as reader:
        reader.message()
        served.look(report(SHIFTING))
        reader.message()
        reader.message()
        last = reader.last
    failed = attempt("v2", AttemptState.FAILED, finished_at=NOW + 60)
    served.look(report(HELD, at=NOW + 60, observed=observed(failed)))
    with reading(url, last=last) as again:
        events = [again.message() for _ in range(3)]
    assert [data.get("kind") for _, data in events] == ["rollout-failed", "held", None]


def test_a_reader_who_knows_a_version_gets_what_changed_since(served: Served, url: str) -> None:
    version = get(url, "/api/v1/fleet")["version"]
    served.look(report(HELD))
    with reading(url, f"?after={version}") as reader:
        event, data = reader.message()
    assert (event, data["whole"], len(data["rows"])) == ("fleet", False, 1)


def test_a_place_that_nobody_gave_is_passed_over(url: str) -> None:
    with reading(url, last="nonsense") as reader:
        assert reader.message()[1]["whole"]


@pytest.mark.parametrize("text", ["", "-", "1", "1-", "a-1", "1-b", "\u0661-1", f"1-{'9' * 5_000}"])
def test_only_what_the_stream_wrote_is_a_place(text: str) -> None:
    assert Place.read(text) is None


def test_a_place_is_read_as_it_was_written() -> None:
    assert Place.read(str(Place(12, 34))) == Place(12, 34)


def test_the_end_of_the_daemon_ends_the_streams(served: Served, url: str) -> None:
    with reading(url) as reader:
        reader.message()
        served.hub.close()
        assert reader.message() == ("", None)


def test_a_daemon_that_ends_takes_no_readers(served: Served, url: str) -> None:
    served.hub.close()
    with reading(url) as reader:
        assert (reader.answer.status, reader.answer.getheader("retry-after")) == (503, "5")


def test_a_reader_that_went_away_is_forgotten(served: Served, url: str) -> None:
    with reading(url) as reader:
        reader.message()
        assert served.hub.readers == 1
    deadline = time.monotonic() + 10
    while served.hub.readers and time.monotonic() < deadline:
        served.hub.poke()
    assert served.hub.readers == 0


def test_a_reader_that_does_not_read_holds_up_nobody(served: Served, url: str) -> None:
    with reading(url), reading(url) as reader:
        reader.message()
        for number in range(50):
            served.adopt(snapshot(*(named(f"s{number}-{each}") for each in range(40))))
        said = next(data for event, data in iter(reader.message, None) if event == "fleet")
    assert len(said["rows"]) + len(said["removed"]) > 0


def test_there_is_an_end_to_readers() -> None:
    with serving(Served(hub=Hub(most=1))) as url, reading(url) as first:
        first.message()
        with reading(url) as second:
            assert second.answer.status == 503


def test_a_quiet_stream_says_that_it_lives() -> None:
    with serving(Served(hub=Hub(heartbeat=0.01))) as url, reading(url) as reader:
        reader.message()
        assert reader.answer.readline() == b": still here\n"


def test_activity_comes_newest_first(served: Served, url: str) -> None:
    served.look(report(SHIFTING), report(at=NOW + 600))
    assert [fact["kind"] for fact in get(url, "/api/v1/activity")["facts"]] == ["rollout-done", "rollout-started"]


def test_activity_goes_on_from_a_cursor(served: Served, url: str) -> None:
    served.look(report(SHIFTING))
    cursor = get(url, "/api/v1/activity")["cursor"]
    served.look(report(at=NOW + 600))
    assert [fact["kind"] for fact in get(url, f"/api/v1/activity?after={cursor}")["facts"]] == ["rollout-done"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("limit=1", ["drift-found"]),
        ("kind=rollout-done&kind=rollout-started", ["rollout-done", "rollout-started"]),
        ("environment=prod&kind=drift-found", ["drift-found"]),
        ("environment=dev", []),
        ("service=notes&kind=drift-found", ["drift-found"]),
        ("service=prod/notes&kind=drift-found", ["drift-found"]),
        ("service=other", []),
        ("service=note&kind=drift-found", []),
        ("search=Note&kind=drift-found", ["drift-found"]),
        ("search=PROD+no&kind=drift-found", ["drift-found"]),
        ("search=od%2Fno&kind=drift-found", ["drift-found"]),
        ("search=prod+other", []),
    ],
)
def test_activity_is_filtered(served: Served, url: str, query: str, found: list[str]) -> None:
    served.look(report(SHIFTING), report(at=NOW + 60), drifted(at=NOW + 90))
    assert [fact["kind"] for fact in get(url, f"/api/v1/activity?{query}")["facts"]] == found


def test_activity_is_paged_without_gap_or_repeat(served: Served, url: str) -> None:
    served.look(report(SHIFTING), report(at=NOW + 60), drifted(at=NOW + 90))
    everything = [fact["id"] for fact in get(url, "/api/v1/activity")["facts"]]
    found: list[str] = []
    older: str | None = ""
    while older is not None and len(found) <= len(everything):
        page = get(url, f"/api/v1/activity?limit=1&before={quote(older)}")
        found += [fact["id"] for fact in page["facts"]]
        older = page["older"]
    assert (found, len(found)) == (everything, 3)


def test_a_page_whose_last_fact_is_kept_no_more_goes_on_by_its_time(served: Served, url: str) -> None:
    served.look(report(SHIFTING), report(at=NOW + 60), drifted(at=NOW + 90))
    newest, *left = get(url, "/api/v1/activity")["facts"]
    assert get(url, f"/api/v1/activity?before={newest['at']}~forgotten")["facts"] == left


def test_a_page_before_what_this_api_never_gave_is_refused(url: str) -> None:
    assert get(url, "/api/v1/activity?before=yesterday")["detail"].startswith("`before` is not")


def test_the_fleet_is_asked_for_what_changed(served: Served, url: str) -> None:
    version = get(url, "/api/v1/fleet")["version"]
    assert get(url, f"/api/v1/fleet?after={version}")["rows"] == []


def test_a_service_is_shown_whole(served: Served, url: str) -> None:
    served.look(report(SHIFTING))
    detail = get(url, "/api/v1/services/prod/notes")
    assert detail["shift"]["deployment"] == "d-v2"
    assert [action["name"] for action in detail["actions"]] == ["sync", "retry", "sync-despite-alarm"]


def test_what_was_tried_is_shown(served: Served, url: str) -> None:
    known = replace(served._history(served.board.services()[0].wanted), attempts=(attempt("v2"),))
    served.histories[KEY] = known
    history = get(url, "/api/v1/services/prod/notes/history")
    assert ([each["deployment"] for each in history["attempts"]], history["error"]) == (["d-v2"], "")


def test_what_was_tried_is_asked_for_with_what_is_known_of_it(served: Served, url: str) -> None:
    path = "/api/v1/services/prod/notes/history"
    looks = (report(SHIFTING), report(SHIFTING, at=NOW + 15), report(HELD, observed=observed(attempt("v2"))))
    for look in looks:
        served.look(look)
        get(url, path)
    begun, goes_on, ended = served.asked_with
    assert begun == goes_on != ended


def test_a_fact_of_the_repository_belongs_to_no_service(served: Served, url: str) -> None:
    served.git_fails("It did not answer.", "Look.")
    served.now += 300
    served.git_fails("It did not answer.", "Look.")
    assert get(url, "/api/v1/activity?search=o")["facts"] == []
    (fact,) = get(url, "/api/v1/activity")["facts"]
    assert (fact["service"], fact["environment"], fact["kind"]) == (None, None, "source-stale")


def test_facts_of_awss_record_arrive_too(served: Served, url: str) -> None:
    with reading(url) as reader:
        reader.message()
        served.look(report(observed=observed(attempt("v2", created_at=NOW - 90, finished_at=NOW - 50))))
        kinds = [reader.message()[1]["kind"] for _ in range(2)]
    assert kinds == ["rollout-started", "rollout-done"]
