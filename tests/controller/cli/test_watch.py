"""``--watch`` into a pipe: a record when something changed, and what the connection does beside it."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from types import TracebackType

import pytest

from controller.cli.follow import FIRST_PAUSE, LONGEST_PAUSE, Heard, Lost, News, Place, follow
from controller.web.client import NoDaemonError
from controller.web.messages import Message
from tests.controller.builders import HELD, KEY, report, snapshot, wanted
from tests.controller.cli.filled import WEB, filled, looked, shifting
from tests.controller.cli.terminal import ROOT_ENVIRONMENT
from tests.controller.web.served import serving


class Piped:
    """``trueup`` into a pipe, read line by line."""

    def __init__(self, url: str, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "controller.cli", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=ROOT_ENVIRONMENT | {"TRUEUP_URL": url, "LANG": "C.UTF-8"},
            text=True,
        )

    def __enter__(self) -> "Piped":
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.process.kill()
        self.process.communicate()

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def complaint(self) -> str:
        assert self.process.stderr is not None
        return self.process.stderr.readline()


def test_json_is_a_line_for_each_service_that_changed_and_for_no_other() -> None:
    served = filled()
    with serving(served) as url, Piped(url, "get", "-w", "-o", "json") as piped:
        first = [json.loads(piped.line()) for _ in range(5)]
        assert [each["name"] for each in first] == ["api", "broken", "notes", "shop", "web"]
        now = time.time()
        served.look(report(at=now, key=KEY), looked(shifting(now, 70.0), WEB, now))
        changed = {each["name"]: each for each in (json.loads(piped.line()), json.loads(piped.line()))}
        assert (changed["notes"]["sync"], changed["web"]["traffic"]) == ("in-sync", 70.0)
        served.adopt(snapshot(wanted("v2"), WEB, commit="c2"))
        gone = [json.loads(piped.line()) for _ in range(3)]
        assert {"environment": "prod", "name": "shop", "removed": True} in gone
        piped.process.send_signal(2)
        assert piped.process.wait(10) == 0


def test_a_lost_connection_is_told_once_beside_and_what_came_meanwhile_follows() -> None:
    with serving(filled()) as url:
        piped = Piped(url, "get", "-w", "prod/web")
        assert piped.line().startswith("SERVICE")
        assert piped.line().startswith("prod/web")
    with piped:
        assert "Trying again" in piped.complaint()
        after = filled()
        now = time.time()
        after.look(looked(shifting(now, 90.0), WEB, now))
        with serving(after, int(url.rpartition(":")[2])):
            assert piped.complaint() == "trueup: Connected again.\n"
            assert "90 % of the traffic" in piped.line()


class Script:
    """A daemon whose connections go as they are written down; the last of them ends the following."""

    def __init__(self, *connections: list[Message] | Exception) -> None:
        self._connections = [*connections]
        self.asked: list[str] = []

    def listen(self, _stream: str, last: str = "") -> Iterator[Message]:
        self.asked.append(last)
        if not self._connections:
            raise StopFollowingError
        found = self._connections.pop(0)
        if isinstance(found, Exception):
            raise found
        yield from found


class StopFollowingError(Exception):
    """The script is over."""


def followed(script: Script) -> tuple[list[News], list[float]]:
    heard: list[News] = []
    pauses: list[float] = []
    with pytest.raises(StopFollowingError):
        follow(script, Place("stream"), heard.append, pauses.append)  # type: ignore[arg-type]  # all that it needs
    return heard, pauses


HELLO = Message("fleet", "7-1", "{}")


def test_a_connection_goes_on_from_the_last_message() -> None:
    script = Script([HELLO], [])
    heard, _ = followed(script)
    assert [type(each) for each in heard] == [Heard, Lost, Lost]
    assert script.asked == ["", "7-1", "7-1"]


def test_pauses_grow_while_nobody_answers_and_start_anew_with_a_message() -> None:
    _, pauses = followed(Script(*[NoDaemonError("nobody")] * 5, [HELLO], []))
    assert pauses == [FIRST_PAUSE, 2.0, 4.0, 8.0, LONGEST_PAUSE, FIRST_PAUSE, 2.0]


def test_events_are_followed_from_the_last_that_was_shown() -> None:
    served = filled()
    with serving(served) as url, Piped(url, "events", "--follow", "--service", "prod/notes", "-n", "1") as piped:
        assert "drift-found" in piped.line()
        served.look(report(HELD, at=time.time(), key=KEY))
        assert [each for each in ("drift-healed", "held") if each not in piped.line()] == []
