"""One question to another replica: what it carries, and what is no answer."""

import time
from collections.abc import Iterator

import pytest

from controller.web.neighbours.wire import NoAnswerError, NotTheirsError, Wire
from tests.controller.daemons import silence
from tests.controller.web.identity.answering import answering
from tests.controller.web.neighbours.hosts import Host, hosting, seconds


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with hosting() as host:
        yield host


@pytest.fixture
def wire() -> Iterator[Wire]:
    made = Wire("1.2.3", most=1000)
    yield made
    made.close()


def test_a_question_says_whom_it_is_meant_for_and_carries_no_proof_of_anybody(host: Host, wire: Wire) -> None:
    assert wire(host.url, "b-1", "fleet", 2.0) == b"well"
    path, headers = host.heard[-1]
    assert path == "/api/v1/fleet"
    assert headers["x-trueup-neighbour"] == "b-1"
    assert {"authorization", "cookie", "x-amzn-oidc-data"}.isdisjoint(headers)


def test_a_redirect_is_not_followed(host: Host, wire: Wire) -> None:
    host.heard.clear()
    with pytest.raises(NoAnswerError, match="HTTP 302"):
        wire(host.url, "b-1", "moved", 2.0)
    assert [path for path, _ in host.heard] == ["/api/v1/moved"]


def test_an_answer_that_is_too_large_is_none(host: Host, wire: Wire) -> None:
    with pytest.raises(NoAnswerError, match="ValueError"):
        wire(host.url, "b-1", "large", 2.0)


def test_who_does_not_keep_it_answers_all_the_same(host: Host, wire: Wire) -> None:
    with pytest.raises(NotTheirsError):
        wire(host.url, "b-1", "elsewhere", 2.0)


def test_who_has_not_read_git_yet_answers_all_the_same(host: Host, wire: Wire) -> None:
    with pytest.raises(NotTheirsError):
        wire(host.url, "b-1", "not-read", 2.0)


def test_an_error_of_theirs_is_no_answer(host: Host, wire: Wire) -> None:
    with pytest.raises(NoAnswerError, match="HTTP 500"):
        wire(host.url, "b-1", "unwell", 2.0)


@pytest.mark.parametrize("path", ["drips", "hangs"])
def test_an_answer_that_does_not_end_is_waited_for_no_longer_than_said(host: Host, wire: Wire, path: str) -> None:
    began = time.monotonic()
    with pytest.raises(NoAnswerError, match="Timeout"):
        wire(host.url, "b-1", path, 0.3)
    assert seconds(began) < 5


def test_a_head_that_does_not_end_is_waited_for_no_longer_than_said(wire: Wire) -> None:
    began = time.monotonic()
    with answering(b"HTTP/1.1 200 OK\r\nx: ", b"x") as url, pytest.raises(NoAnswerError, match="Timeout"):
        wire(url, "b-1", "fleet", 0.3)
    assert seconds(began) < 5


def test_where_nobody_is_there_is_no_answer_and_no_address_in_the_words(wire: Wire) -> None:
    with silence() as gone:
        url = gone.url
    with pytest.raises(NoAnswerError) as raised:
        wire(url, "b-1", "fleet", 2.0)
    assert "127.0.0.1" not in str(raised.value)


def test_a_proxy_of_the_environment_is_not_asked(host: Host, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert wire(host.url, "b-1", "fleet", 2.0) == b"well"
