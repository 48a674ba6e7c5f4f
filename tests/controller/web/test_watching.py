"""The routes of whoever watches one service, or what happens, over a socket."""

import http.client
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from controller.source.problem import Problem
from controller.web.client import Daemon
from controller.web.messages import Message, messages
from reconcilers.model import ServiceKey
from tests.controller.builders import HELD, KEY, NOW, SHIFTING, drifted, named, observed, report, snapshot, wanted
from tests.controller.web.served import Served, serving

SERVICE = "services/prod/notes/stream"
WEB = named("web")
BROKEN = Problem("desired/prod/broken.yaml", 3, 7, "There is no field imagez", "Did you mean images?")


@pytest.fixture
def served() -> Served:
    served = Served()
    served.adopt(snapshot(wanted("v2"), WEB))
    served.look(report())
    return served


@pytest.fixture
def url(served: Served) -> Iterator[str]:
    with serving(served) as url:
        yield url


def data(message: Message) -> Any:
    return json.loads(message.data)


def status_of(url: str, path: str) -> int:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    connection.request("GET", f"/api/v1/{path}")
    status = connection.getresponse().status
    connection.close()
    return status


def test_a_service_is_sent_whole_at_once_and_when_it_changes(served: Served, url: str) -> None:
    heard = Daemon(url).listen(SERVICE)
    first = next(heard)
    assert (first.event, data(first)["sync"], data(first)["actions"][0]["name"]) == ("service", "in-sync", "sync")
    served.look(drifted(at=NOW + 1))
    happened, after = next(heard), next(heard)
    assert (happened.event, data(happened)["kind"]) == ("fact", "drift-found")
    assert (after.event, data(after)["drift"][0]["path"].rpartition("/")[2]) == ("service", "DEBUG")


def test_a_step_of_a_shift_is_a_change_though_the_services_line_reads_the_same(served: Served, url: str) -> None:
    served.look(report(SHIFTING, observed=observed()))
    heard = Daemon(url).listen(SERVICE)
    assert data(next(heard))["rollout"]["running"] == 2
    assert SHIFTING.progress is not None
    served.look(report(replace(SHIFTING, progress=replace(SHIFTING.progress, running=1)), observed=observed()))
    assert data(next(heard))["rollout"]["running"] == 1


def test_that_it_was_looked_at_again_is_no_change_and_neither_is_another_service(served: Served, url: str) -> None:
    heard = Daemon(url).listen(SERVICE)
    next(heard)
    served.look(report(at=NOW + 5), replace(drifted(at=NOW + 5), key=WEB.key), report(HELD, at=NOW + 6))
    kinds = {data(each).get("kind") for each in (next(heard), next(heard))}
    assert kinds == {"held", None}


def test_what_happened_while_the_connection_was_lost_is_sent_after_it(served: Served, url: str) -> None:
    first = next(Daemon(url).listen(SERVICE))
    served.look(drifted(at=NOW + 1))
    again = Daemon(url).listen(SERVICE, first.id)
    assert [next(again).event, next(again).event] == ["fact", "service"]


def test_a_service_that_leaves_git_ends_its_stream(served: Served, url: str) -> None:
    heard = Daemon(url).listen(SERVICE)
    next(heard)
    served.adopt(snapshot(WEB, commit="c2"))
    assert list(heard) == []
    assert status_of(url, SERVICE) == 404


def test_a_service_whose_manifest_never_could_be_read_is_followed_too(served: Served, url: str) -> None:
    key = ServiceKey("prod", "broken")
    served.adopt(replace(snapshot(wanted("v2"), problems=(BROKEN,)), spoiled={key: (BROKEN,)}))
    assert data(next(Daemon(url).listen("services/prod/broken/stream")))["reason"] == "broken-manifest"


def test_what_happens_is_followed_by_service_and_kind(served: Served, url: str) -> None:
    cursor = Daemon(url).activity().cursor
    served.look(drifted(at=NOW + 1), replace(drifted(at=NOW + 1), key=WEB.key), report(HELD, at=NOW + 2))
    heard = Daemon(url).listen(f"activity/stream?after={cursor}&service={KEY}&kind=drift-found&kind=held")
    told = [data(next(heard)), data(next(heard))]
    assert [(each["service"], each["kind"]) for each in told] == [("notes", "drift-found"), ("notes", "held")]


def test_what_happened_before_is_not_sent_to_who_does_not_ask_for_it(served: Served, url: str) -> None:
    served.look(drifted(at=NOW + 1))
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    connection.request("GET", "/api/v1/activity/stream")
    answer = connection.getresponse()
    assert answer.readline() == b"retry: 2000\n"
    served.look(replace(drifted(at=NOW + 2), key=WEB.key))
    heard = messages(line.decode() for line in answer)
    assert data(next(heard))["service"] == "web"
    connection.close()


def test_a_full_house_takes_nobody_more(served: Served) -> None:
    with serving(served) as url:
        served.hub.close()
        assert [status_of(url, SERVICE), status_of(url, "activity/stream")] == [503, 503]
